"""The memory estimate against measured peaks, and how it moves with a recipe."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from webui.counts.memory.cards import CARDS, this_machine
from webui.counts.memory.estimate import estimate
from webui.counts.memory.parts import Memory
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model, Training
from webui.recipe.store import with_values

pytestmark = pytest.mark.train

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "t4_peaks.csv"
MEASURED = ROOT / "benchmarks" / "results" / "memory.json"
GIB = 2**30  # the unit of the notebooks' figures: a T4 shows 14.74 of them
CPU = this_machine(16 * GIB, has_bf16=True)


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
    memory = estimate(recipe, CARDS["t4"])
    # PyTorch's peak leaves out what CUDA itself takes, and so must we here.
    about = (memory.total - memory.context) / GIB
    assert about >= float(row["peak_gb"])
    # Nor so far above that it would be of no use; those batches were short.
    assert about <= 1.6 * float(row["peak_gb"])
    assert memory.weights / GIB <= 1.01 * float(row["loaded_gb"])


def measured_cases() -> list[dict[str, Any]]:
    return json.loads(MEASURED.read_text())["cpu"] if MEASURED.exists() else []


@pytest.mark.parametrize("case", measured_cases(), ids=lambda case: case["case"])
def test_within_a_tenth_of_peaks_measured_on_the_starter(case: dict[str, Any]) -> None:
    memory = estimate(with_values(Recipe(), case["values"]), CPU)
    assert memory.total == pytest.approx(case["measured"], rel=0.1)


def test_parts_add_up_within_their_band() -> None:
    memory = Memory(100, 1, 2, 3, 40, 60, 7)
    assert memory.total == 213
    assert (memory.low, memory.high) == (163, 238)


def changed(model: Model, **training: Any) -> Memory:
    return estimate(Recipe(model=model, training=Training(**training)))


def test_each_setting_moves_its_parts(shape: Callable[..., Model]) -> None:
    model = shape("Llama-3.2-1B")
    plain = changed(model, batch_size=4)
    twice = changed(model, batch_size=8)
    assert twice.activations == pytest.approx(2 * plain.activations, rel=0.01)
    assert twice.weights == plain.weights
    standard = changed(model, batch_size=4, gradient_checkpointing="standard")
    off = changed(model, batch_size=4, gradient_checkpointing="none")
    assert plain.activations < standard.activations < off.activations
    small = changed(model, optimizer="adamw_8bit")
    assert small.optimizer * 4 == plain.optimizer
    short = changed(shape("Llama-3.2-1B", max_seq_length=256), batch_size=4)
    assert short.logits * 2 == plain.logits
    # The loss works in pieces.
    assert changed(model, batch_size=512).logits == 4 * GIB


def test_each_precision_has_its_weights(shape: Callable[..., Model]) -> None:
    def size(**more: Any) -> int:
        return estimate(Recipe(model=shape("Llama-3.1-8B", **more))).weights

    half = size(precision="16bit")
    assert half == 2 * 8_030_261_248
    assert size(precision="fp32") == 2 * half
    assert size(precision="fp16") == size(precision="bf16") == half
    packed, loose = size(precision="4bit"), size(precision="4bit", double_quant=False)
    assert size(precision="4bit", quant_type="fp4") == packed
    # Double quantization saves 3 of 64 bytes less a little, for 6.98e9 weights.
    assert loose - packed == pytest.approx(
        6_979_321_856 * (3 / 64 - 1 / 4096), rel=1e-4
    )
    assert packed < loose < size(precision="8bit") < half


def test_a_cpu_takes_what_it_has(shape: Callable[..., Model]) -> None:
    def on_cpu(model: Model, **training: Any) -> Memory:
        return estimate(Recipe(model=model, training=Training(**training)), CPU)

    model = shape("Llama-3.2-1B")
    plain = on_cpu(model)
    assert on_cpu(model, gradient_checkpointing="standard") == plain
    assert on_cpu(model, optimizer="adamw_8bit") == plain
    assert on_cpu(shape("Llama-3.2-1B", precision="8bit")) == plain
    assert on_cpu(shape("Llama-3.2-1B", precision="fp16")) == plain
    plain_cpu = replace(CPU, has_bf16=False)
    assert estimate(Recipe(model=model), plain_cpu).weights == 2 * plain.weights


METHODS = (
    "lora",
    "adalora",
    "vera",
    "loha",
    "lokr",
    "oft",
    "ia3",
    "ln_tuning",
    "prompt_tuning",
    "prefix_tuning",
    "p_tuning",
    "p_tuning_v2",
    "freeze",
    "full",
)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("card", [CARDS["t4"], CPU], ids=["gpu", "cpu"])
def test_every_method_has_an_estimate(
    method: Any, card: Any, shape: Callable[..., Model]
) -> None:
    model = shape("Llama-3.2-1B")
    memory = estimate(Recipe(model=model, adapter=Adapter(method=method)), card)
    assert all(part > 0 for name, part in vars(memory).items() if name != "adapter")
    own = method in ("full", "freeze")
    assert (memory.adapter == 0) == own


def test_methods_differ_as_they_should(shape: Callable[..., Model]) -> None:
    model = shape("Llama-3.2-1B")

    def of(method: Any, **more: Any) -> Memory:
        adapter = Adapter(method=method, **more)
        training = Training(gradient_checkpointing="none")
        return estimate(Recipe(model=model, adapter=adapter, training=training))

    lora, full = of("lora"), of("full")
    # What learns itself is kept in fp32, or its steps would be rounded away.
    assert full.gradients == full.weights == 2 * lora.weights
    assert full.optimizer == 2 * full.weights
    assert of("lora", use_dora=True).activations > 1.3 * lora.activations
    # A frozen linear layer need not keep its input.
    assert of("prompt_tuning").activations < lora.activations
    more = of("prompt_tuning", virtual_tokens=512).activations
    assert more > 1.8 * of("prompt_tuning", virtual_tokens=1).activations
    assert of("freeze", last_layers=2).activations < lora.activations / 4


def test_a_further_estimate_is_quick(shape: Callable[..., Model]) -> None:
    recipe = Recipe(model=shape("Llama-3.1-8B"))
    estimate(recipe)
    begun = perf_counter()
    for _ in range(20):
        estimate(recipe)
    assert (perf_counter() - begun) / 20 < 0.02
