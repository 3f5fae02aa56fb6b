"""A finished run's peak, the estimate that it corrects, and the training for it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webui.counts.memory.cards import CARDS, this_machine
from webui.counts.memory.fit import fit
from webui.counts.memory.measured import (
    Correction,
    correction,
    measured_here,
    measured_peak,
)
from webui.counts.memory.measuring import is_measuring, measuring
from webui.counts.memory.parts import Memory
from webui.files import write_json
from webui.recipe import Recipe
from webui.recipe.sections import Model, Training
from webui.recipe.store import dumps, with_values

CPU = this_machine(10**10, has_bf16=True)
FIGURES = {"status": "finished", "steps": 3, "peak_memory": 123, "device": "cpu"}


def made(folder: Path, recipe: Recipe, **figures: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "recipe.yaml").write_text(dumps(recipe), encoding="utf-8")
    write_json(folder / "plan.json", {"kind": figures.pop("kind", "run")})
    write_json(folder / "summary.json", FIGURES | figures)
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return made(tmp_path / "run", Recipe())


@pytest.mark.parametrize(
    "values",
    [
        {"training.learning_rate": 1e-3, "name": "other"},
        {"adapter.alpha": 32, "adapter.serve_with": "vllm"},
        {"adapter.last_layers": 3},  # has no effect on LoRA
        {"split.fraction": 0.2, "data.accept_warnings": True},
    ],
)
def test_what_memory_does_not_depend_on_does_not_count(
    run: Path, values: dict[str, Any]
) -> None:
    assert measured_peak(run, with_values(Recipe(), values), CPU) == 123


@pytest.mark.parametrize(
    "values",
    [
        {"training.batch_size": 2},
        {"training.gradient_accumulation": 4},
        {"adapter.rank": 8},
        {"adapter.dropout": 0.1},
        {"model.max_seq_length": 64},
        {"data.packing": True},
    ],
)
def test_only_a_run_of_the_same_shape_counts(run: Path, values: dict[str, Any]) -> None:
    assert measured_peak(run, with_values(Recipe(), values), CPU) is None


@pytest.mark.parametrize(
    "change",
    [
        {"status": "failed"},
        {"steps": 1},
        {"peak_memory": None},
        {"kind": "sweep"},
        {"device": "cuda:0"},
        {"effective": {"batch size": 2}},
    ],
)
def test_some_runs_say_nothing(tmp_path: Path, change: dict[str, Any]) -> None:
    run = made(tmp_path / "run", Recipe(), **change)
    assert measured_peak(run, Recipe(), CPU) is None
    assert measured_peak(tmp_path / "gone", Recipe(), CPU) is None


def test_the_first_run_of_the_shape_is_taken_as_it_is_now(tmp_path: Path) -> None:
    other = with_values(Recipe(), {"adapter.rank": 8})
    runs = [
        made(tmp_path / "c", other, peak_memory=3),
        made(tmp_path / "b", Recipe(), peak_memory=2),
        made(tmp_path / "a", Recipe(), peak_memory=1),
    ]
    assert measured_here(runs, Recipe(), CPU) == 2
    write_json(runs[1] / "summary.json", FIGURES | {"status": "failed"})
    assert measured_here(runs, Recipe(), CPU) == 1
    assert measured_here([], Recipe(), CPU) is None


def corrected(memory: Memory, peak: int, card: Any) -> Memory:
    return correction(memory, peak, card).applied(memory)


def test_a_correction_gives_the_measured_peak() -> None:
    memory = Memory(100, 0, 0, 0, 60, 20, 10)
    assert corrected(memory, 150, CPU) == Memory(100, 0, 0, 0, 30, 10, 10)
    # PyTorch's figure leaves out CUDA's own share.
    assert corrected(memory, 170, CARDS["t4"]).total == 180
    assert corrected(memory, 95, CPU).total == 95
    assert Correction().applied(memory) == memory


@pytest.mark.train
def test_a_measured_run_corrects_all_that_follows(shape: Callable[..., Model]) -> None:
    recipe = Recipe(
        model=shape("Llama-3.2-1B"), training=Training(gradient_checkpointing="none")
    )
    alone = fit(recipe, CPU)
    assert alone.verdict.word != "fits" and alone.remedies.steps
    fixed = alone.verdict.memory.fixed
    short = fit(recipe, CPU, measured=fixed + 10**9)
    assert short.verdict.memory.total == pytest.approx(fixed + 10**9, abs=2)
    assert short.verdict.word == "fits" and short.verdict.measured == fixed + 10**9
    assert short.remedies.fits and not short.remedies.steps
    assert short.verdict.largest_batch > alone.verdict.largest_batch
    # Its rows may have been shorter than the longest that the recipe allows.
    assert short.longest_sequence == alone.longest_sequence


def test_two_steps_of_the_same_shape_on_the_longest_rows() -> None:
    asked = with_values(
        Recipe(),
        {
            "name": "n" * 60,
            "training.gradient_accumulation": 16,
            "training.auto_batch_size": True,
            "training.stop_at_loss": 0.5,
            "evaluation.every": "steps",
        },
    )
    short = measuring(asked)
    training = short.training
    assert (training.duration, training.steps) == ("steps", 2)
    assert training.gradient_accumulation == 2 and training.group_by_length
    assert not training.auto_batch_size and training.stop_at_loss == 0
    assert short.evaluation.every == "no"
    assert short.name.endswith(" memory")


def test_the_measuring_run_is_one_of_the_recipe_and_known_by_its_name(
    tmp_path: Path,
) -> None:
    asked = with_values(Recipe(), {"training.gradient_accumulation": 16})
    run = made(tmp_path / "20260102-030405-untitled-memory", measuring(asked))
    assert measured_peak(run, asked, CPU) == 123
    assert is_measuring(run) and is_measuring(run.with_name(f"{run.name}-2"))
    assert not is_measuring(Path("20260102-030405-untitled"))
    assert not is_measuring(Path("20260102-030405-memory-of-2"))
