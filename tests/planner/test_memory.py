"""The memory estimate against measured peaks, and how it moves with a recipe."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from webui.planner.memory import Memory, estimate
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model, Training

pytestmark = pytest.mark.train

GOLDEN = Path(__file__).parents[1] / "golden" / "t4_peaks.csv"
GIB = 2**30  # the unit of the notebooks' figures: a T4 shows 14.74 of them


def golden_rows() -> list[dict[str, str]]:
    with GOLDEN.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", golden_rows(), ids=lambda row: row["model"])
def test_never_below_a_measured_peak(
    row: dict[str, str], shape: Callable[..., Model]
) -> None:
    length = int(row["max_seq_length"])
    recipe = Recipe(
        model=shape(row["model"], precision="4bit", max_seq_length=length),
        adapter=Adapter(rank=int(row["r"])),
        # The optimizer of those notebooks.
        training=Training(batch_size=int(row["batch"]), optimizer="adamw_8bit"),
    )
    memory = estimate(recipe)
    # PyTorch's peak leaves out what CUDA itself takes, and so must we here.
    about = (memory.total - memory.context) / GIB
    assert about >= float(row["peak_gb"])
    # Nor so far above that it would be of no use; those batches were short.
    assert about <= 1.6 * float(row["peak_gb"])
    assert memory.weights / GIB <= float(row["loaded_gb"])


def test_parts_add_up_within_their_band() -> None:
    memory = Memory(100, 1, 2, 3, 40, 60, 7)
    assert memory.total == 213
    assert (memory.low, memory.high) == (163, 238)


def changed(model: Model, **training: object) -> Memory:
    return estimate(Recipe(model=model, training=Training(**training)))


def test_each_setting_moves_its_parts(shape: Callable[..., Model]) -> None:
    model = shape("Llama-3.2-1B")
    plain = changed(model)
    twice = changed(model, batch_size=16)
    assert twice.activations == 2 * plain.activations
    assert twice.logits == 2 * plain.logits
    assert twice.weights == plain.weights
    kept = changed(model, gradient_checkpointing=False)
    assert kept.activations > 5 * plain.activations
    small = changed(model, optimizer="adamw_8bit")
    assert small.optimizer * 4 == plain.optimizer
    packed = changed(shape("Llama-3.2-1B", precision="4bit"))
    assert 0.3 < packed.weights / plain.weights < 0.6
    assert changed(shape("Llama-3.2-1B", max_seq_length=256)).logits < plain.logits
