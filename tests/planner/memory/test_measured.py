"""A finished run's peak, and the estimate that it corrects."""

from pathlib import Path

import pytest

from webui.files import write_json
from webui.planner.memory.cards import CARDS, this_machine
from webui.planner.memory.measured import corrected, measured_peak
from webui.planner.memory.parts import Memory
from webui.recipe import Recipe
from webui.recipe.store import dumps, with_values

CPU = this_machine(10**10, has_bf16=True)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "recipe.yaml").write_text(dumps(Recipe()), encoding="utf-8")
    figures = {"status": "finished", "steps": 3, "peak_memory": 123}
    write_json(tmp_path / "summary.json", figures)
    return tmp_path


def test_only_a_run_of_the_same_shape_counts(run: Path) -> None:
    assert measured_peak(run, Recipe()) == 123
    other = with_values(Recipe(), {"training.learning_rate": 1e-3, "name": "other"})
    assert measured_peak(run, other) == 123
    for values in (
        {"training.batch_size": 2},
        {"adapter.rank": 8},
        {"model.max_seq_length": 64},
    ):
        assert measured_peak(run, with_values(Recipe(), values)) is None


def test_a_run_that_did_not_finish_or_step_twice_says_nothing(run: Path) -> None:
    for change in ({"status": "failed"}, {"steps": 1}, {"peak_memory": None}):
        figures = {"status": "finished", "steps": 3, "peak_memory": 123}
        write_json(run / "summary.json", figures | change)
        assert measured_peak(run, Recipe()) is None
    assert measured_peak(run / "gone", Recipe()) is None


def test_a_correction_gives_the_measured_peak() -> None:
    memory = Memory(100, 0, 0, 0, 60, 20, 10)
    assert corrected(memory, 150, CPU) == Memory(100, 0, 0, 0, 30, 10, 10)
    # PyTorch's figure leaves out CUDA's own share.
    assert corrected(memory, 170, CARDS["t4"]).total == 180
    assert corrected(memory, 95, CPU).total == 95
