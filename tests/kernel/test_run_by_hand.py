"""Cells that were edited by hand: they run as edited, and what they break is told."""

from pathlib import Path

import pytest
import work
from test_resume import curve, make_recipe, resumed

from webui.diagnosis import explain
from webui.kernel import edited, jobs, queue, stopping
from webui.kernel.kernel import this_kernel
from webui.notebook.edits import Edit, EditError, Edits, as_edited
from webui.recipe import Recipe
from webui.recipe.store import dumps
from webui.runs import folder
from webui.runs.entries import read_run_entry
from webui.runs.events import Failed

SHORT = ("training.steps=8", "training.save_every=2", "adapter.dropout=0.0")
CALLBACK = """\
from transformers import TrainerCallback


class Counts(TrainerCallback):
    def on_step_end(self, args, state, control, **kwargs):
        counted.append(state.global_step)


counted = []
"""


def by_hand(recipe: Recipe, **changes: tuple[str, str]) -> Edits:
    """Edits that put one text in another's place, kept here as a save keeps them."""
    cells = {cell.name: cell.code for cell in work.rendered(recipe)}
    edits = {}
    for name, (old, new) in changes.items():
        assert cells[name].count(old) == 1
        edit = as_edited(cells[name].replace(old, new), cells[name])
        assert edit is not None
        edits[name] = edit
    edited.keep(this_kernel().home, edits)
    return edits


def failed(run: Path) -> Failed:
    """Why a run failed."""
    event = work.of(run, "failed")[-1]
    assert isinstance(event, Failed)
    return event


@pytest.mark.train
@pytest.mark.timeout(400)
def test_a_training_by_hand_runs_waits_stops_and_goes_on_as_edited(
    kernel_home: Path,
) -> None:
    recipe = make_recipe(kernel_home, *SHORT)
    edits = by_hand(recipe, train=("trainer = ", CALLBACK + "\ntrainer = "))
    code = edits["train"].code.replace("learning_rate=0.001", "learning_rate=0.002")
    code = code.replace(
        "trainer.train()", "trainer.add_callback(Counts())\ntrainer.train()"
    )
    edits = {"train": Edit(code, edits["train"].form)}
    edited.keep(kernel_home, edits)

    queue.add(this_kernel(), recipe, "run", "train", edits)
    assert "learning_rate=0.002" not in dumps(recipe)
    run = queue.start_next(this_kernel())
    assert run is not None
    work.until(lambda: any(e.step >= 4 for e in work.of(run, "step")), 240)
    stopping.stop(this_kernel(), wait=True)
    assert folder.read_run(run).status == "stopped"
    resumed(run)

    done = folder.read_run(run)
    assert (done.status, done.summary["steps"]) == ("finished", 8)
    begun = work.of(run, "begun")
    assert {event.effective["learning_rate"] for event in begun} == {0.002}
    assert work.value("counted")[-1] == 8
    assert list(curve(run)) == [*range(1, 9)]
    kept = next(c for c in work.notebook(run).cells if c.id == "train")
    assert kept.source == code
    assert "Edited by hand: `train`" in work.notebook(run).cells[0].source
    assert folder.edits_of_run(run)["train"].code == code
    assert read_run_entry(run).edited == ("train",)
    # The cell is fresh as it was edited, and stale as the form has it.
    now = jobs.status(this_kernel())
    fresh = {c.name for c in work.rendered(recipe, edits=edits) if now.is_fresh(c)}
    assert {"adapter", "train"} <= fresh
    assert "train" in jobs.stale(work.rendered(recipe), now)


@pytest.mark.train
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("changes", "upto", "said"),
    [
        ({"train": ("trainer.train()", "")}, "train", "nothing was trained"),
        (
            {"train": ('model.save_pretrained("adapter")', "")},
            "train",
            "saved nothing in the folder `adapter`",
        ),
        (
            {"data": ("train_data", "my_data")},
            "data",
            "did not make `train_data`",
        ),
        ({"score": ("base_score", "mine")}, "score", "`base_score`"),
        ({"adapter": ("r=8", "r=rank")}, "adapter", "name 'rank' is not defined"),
    ],
)
def test_what_code_by_hand_leaves_out_is_told(
    kernel_home: Path, changes: dict[str, tuple[str, str]], upto: str, said: str
) -> None:
    recipe = make_recipe(kernel_home, *SHORT, "training.steps=2")
    cells = {cell.name: cell.code for cell in work.rendered(recipe)}
    edits = {
        name: Edit(cells[name].replace(old, new), cells[name])
        for name, (old, new) in changes.items()
    }
    edited.keep(kernel_home, edits)
    run = jobs.start_run(this_kernel(), recipe, upto=upto, edits=edits)
    work.ended(run, 240)
    assert folder.read_run(run).status == "failed"
    event, [name] = failed(run), edits
    assert (event.cell, [*event.by_hand]) == (name, [name])
    diagnosis = explain(event)
    assert said in diagnosis.what.en
    assert "give it back to the form" in diagnosis.next_step.en


@pytest.mark.train
@pytest.mark.timeout(400)
def test_a_model_made_by_hand_is_not_held_to_the_plan(kernel_home: Path) -> None:
    recipe = make_recipe(kernel_home, *SHORT, "training.steps=2")
    edits = by_hand(recipe, adapter=("r=8", "r=4"))
    run = jobs.start_run(this_kernel(), recipe, upto="train", edits=edits)
    work.ended(run, 240)
    assert folder.read_run(run).status == "finished"
    config = (run / "adapter" / "adapter_config.json").read_text()
    assert '"r": 4' in config


def test_what_is_no_python_is_refused_before_anything_runs(kernel_home: Path) -> None:
    recipe, runs = make_recipe(kernel_home), folder.folders(this_kernel().runs)
    edits = by_hand(recipe, train=("trainer.train()", "trainer.train(\n"))
    for start in (jobs.start_run, jobs.run_all):
        with pytest.raises(EditError, match=r"Train, line \d+: '\(' was never closed"):
            start(this_kernel(), recipe, edits=edits)
    with pytest.raises(EditError, match="Train, line"):
        queue.add(this_kernel(), recipe, edits=edits)
    assert queue.waiting(this_kernel()) == []
    assert folder.folders(this_kernel().runs) == runs


def test_code_that_was_never_saved_here_does_not_run(kernel_home: Path) -> None:
    recipe = make_recipe(kernel_home)
    stranger = {"train": Edit("open('owned', 'w')", "trainer.train()")}
    with pytest.raises(EditError, match="comes from elsewhere"):
        jobs.start_run(this_kernel(), recipe, edits=stranger)
    with pytest.raises(EditError, match="comes from elsewhere"):
        queue.add(this_kernel(), recipe, edits=stranger)
