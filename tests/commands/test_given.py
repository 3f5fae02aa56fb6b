"""What is named on the command line: a recipe or a run, and presets on top of it."""

import json
from pathlib import Path

import pytest

from webui.commands import given
from webui.commands.given import recipe
from webui.commands.options import PRESETS as NAMES
from webui.commands.options import parser
from webui.kernel.kernel import this_kernel
from webui.planner import process
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.presets import PRESETS
from webui.recipe.problems import RecipeError
from webui.runs import folder, notes
from webui.runs.error import RunError
from webui.settings import shipped_recipes


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


def a_run(name: str, shown: str = "") -> Path:
    """A run with its own recipe and rows, and perhaps a name that its owner gave."""
    made = check({"name": name, "training": {"steps": 9}})
    run = folder.create(this_kernel().runs, made, [], "run")
    if shown:
        notes.change(run, this_kernel().notes, name=shown)
    return run


@pytest.mark.usefixtures("tunebook_home")
def test_a_run_is_named_wherever_a_recipe_is() -> None:
    run, other = a_run("mine", shown="my best one"), a_run("yours")
    for name in (run.name, "my best one", "mine", str(run), str(run / folder.RECIPE)):
        assert given.run_of(name) == run, name
        found = recipe(parser().parse_args(["script", name]))
        assert (found.name, found.training.steps) == ("mine", 9)
    assert given.run_of("yours") == other
    assert given.run_of("nothing") is None and given.run_of("") is None


@pytest.mark.usefixtures("tunebook_home")
def test_a_recipe_comes_before_a_run_whose_id_ends_like_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_run("starter-extract")
    assert given.run_of("starter-extract") is None
    assert given.recipe_path("starter-extract").parent == shipped_recipes()
    a_run("here", shown="mine.yaml")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text("training: {steps: 3}\n")
    assert given.run_of("mine.yaml") is None


@pytest.mark.usefixtures("tunebook_home")
def test_several_runs_of_one_name_are_told_with_their_ids() -> None:
    runs = [a_run("a", shown="twice"), a_run("b", shown="twice")]
    with pytest.raises(RunError) as told:
        given.recipe_path("twice")
    assert all(run.name in str(told.value) for run in runs)


@pytest.mark.usefixtures("tunebook_home")
def test_what_is_called_so_nowhere_says_both_ways() -> None:
    with pytest.raises(RecipeError, match=r"neither a recipe .* nor a run"):
        given.recipe_path("nowhere")
