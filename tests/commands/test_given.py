"""A preset on the command line: below what is set by hand, above the recipe."""

import json
from pathlib import Path

import pytest

from webui.commands.given import recipe
from webui.commands.options import PRESETS as NAMES
from webui.commands.options import parser
from webui.planner import process
from webui.recipe import Recipe
from webui.recipe.presets import PRESETS


@pytest.fixture
def rows(tmp_path: Path):
    """A file of 200 rows; the planner's process is ended after the test."""
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"instruction": "a", "output": "b"}) + "\n")
    file.write_text(file.read_text() * 200)
    yield f"data.train_files=[{file}]"
    process.stop()


def named(tmp_path: Path, *words: str) -> Recipe:
    """The recipe that a command would run."""
    file = tmp_path / "recipe.yaml"
    file.write_text("training: {learning_rate: 1e-3, steps: 7}\n")
    return recipe(parser().parse_args(["run", str(file), *words]))


def test_the_command_line_knows_every_preset() -> None:
    assert set(NAMES) == set(PRESETS)


def test_a_preset_fits_the_rows_and_what_is_set_wins(tmp_path: Path, rows: str) -> None:
    found = named(tmp_path, "--preset", "careful", "--set", rows)
    assert found.training.duration == "epochs" and found.training.epochs == 5
    assert found.training.learning_rate == 1e-4 and found.evaluation.keep_best
    assert found.evaluation.every == "steps" and found.evaluation.rows == 0
    more = ("--set", "training.epochs=2", "--set", "evaluation.patience=0")
    found = named(tmp_path, "--preset", "careful", "--set", rows, *more)
    assert (found.training.epochs, found.evaluation.patience) == (2, 0)


def test_without_a_preset_the_recipe_stays(tmp_path: Path) -> None:
    assert named(tmp_path).training.learning_rate == 1e-3


def test_rows_that_cannot_be_read_are_left_to_the_start(tmp_path: Path) -> None:
    gone = f"data.train_files=[{tmp_path / 'gone.jsonl'}]"
    found = named(tmp_path, "--preset", "quick", "--set", gone)
    assert found.training.steps == 20
    process.stop()
