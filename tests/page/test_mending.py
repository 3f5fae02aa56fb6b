"""After a failure, a button makes the change that helps; then it is gone."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from webui.kernel import jobs, process
from webui.kernel.kernel import this_kernel
from webui.kernel.status import Status
from webui.notebook.cells import RUN, SWEEP
from webui.notebook.render import render_cells
from webui.page import mending
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.studio import Studio
from webui.page.view import View
from webui.recipe import Recipe
from webui.recipe.store import loads, with_values
from webui.runs import events, folder

from .walking import wait_for

RECIPE = with_values(
    loads(""), {"training.batch_size": 8, "training.gradient_accumulation": 1}
)
OOM = {"cell": "train", "error": "OutOfMemoryError", "message": "CUDA out of memory."}
HALVED = {"training.batch_size": 4, "training.gradient_accumulation": 2}


@pytest.fixture
def studio(tunebook_home: Path) -> Studio:
    return Studio(this_kernel(), Draft(RECIPE))


@pytest.fixture(params=["en", "zh"])
def page(studio: Studio, request: Any) -> Iterator[Page]:
    with gr.Blocks():
        yield Page(studio, request.param, gr.State(None), gr.Textbox())


def view(studio: Studio, failure: dict | None = None, run: Path | None = None) -> View:
    """The page's view where the train cell failed so, as the draft now is."""
    cell = next(c for c in render_cells(RECIPE, RUN.cells) if c.name == "train")
    record = {"key": cell.key, "status": "failed", "failure": failure}
    cells = {"train": record} if failure else {}
    status = Status("idle", None, {}, run, cells)
    followed = studio.follow(run) if run else None
    return View(studio, studio.draft.recipe, status, run, followed)


def started(recipe: Recipe = RECIPE) -> Path:
    """A run of a recipe that has just started."""
    return folder.create(
        this_kernel().runs, recipe, render_cells(recipe, RUN.cells), "run"
    )


def test_the_change_is_offered_until_the_setting_has_changed(studio: Studio) -> None:
    change = mending.after_failure(view(studio, OOM), ("train",))
    assert change is not None and change.values == HALVED
    assert mending.after_failure(view(studio, OOM), ("model", "data")) is None
    assert mending.after_failure(view(studio), ("train",)) is None
    studio.draft.commit_all(change.values)
    assert mending.after_failure(view(studio, OOM), ("train",)) is None


def test_it_is_told_with_what_run_and_resume_then_do(
    page: Page, studio: Studio
) -> None:
    run = started()
    change = mending.after_failure(view(studio, OOM, run), ("train",))
    told = mending.describe_change(page, view(studio, OOM, run), change)
    assert "8 → 4" in told and "50" not in told
    events.append(run, events.Saved(checkpoint="checkpoint-50", step=50, bytes=1))
    events.append(run, events.Finished(status="failed"))
    assert "50" in mending.describe_change(page, view(studio, OOM, run), change)
    assert mending.describe_change(page, view(studio), None) == ""


OUT_OF_MEMORY = """
class OutOfMemoryError(RuntimeError):
    pass

raise OutOfMemoryError("CUDA out of memory.")
"""


@pytest.fixture
def failed_cell(tunebook_home: Path) -> Iterator[None]:
    """A kernel whose train cell, as the recipe has it, ran out of memory."""
    cell = next(c for c in render_cells(RECIPE, RUN.cells) if c.name == "train")
    jobs.start_in_new_folder(
        this_kernel(),
        RECIPE,
        [replace(cell, code=OUT_OF_MEMORY)],
        "run",
        ["train"],
    )
    wait_for(lambda: jobs.status(this_kernel()).word == "idle")
    yield
    process.end(this_kernel())


@pytest.mark.usefixtures("failed_cell")
def test_a_press_puts_the_change_into_the_draft(
    page: Page, studio: Studio, capsys: pytest.CaptureFixture[str]
) -> None:
    found = lambda now: mending.after_failure(now, ("train",))  # noqa: E731
    mending.make(page, found, studio.draft.recipe)
    assert studio.draft.recipe.training.batch_size == 4
    # What Gradio would tell a browser, it prints or warns of where there is none.
    assert "8 → 4" in capsys.readouterr().out
    with pytest.warns(UserWarning, match=page.say(mending.DONE)):
        mending.make(page, found, studio.draft.recipe)
    assert studio.draft.recipe.training.batch_size == 4


def test_after_the_kernel_died(studio: Studio) -> None:
    run = started()
    assert mending.after_death(view(studio, run=run)) is None
    events.append(run, events.Failed(cell="train", error="KernelDied", code=137))
    events.append(run, events.Finished(status="failed"))
    change = mending.after_death(view(studio, run=run))
    assert change is not None and change.values == HALVED
    studio.draft.commit("training.learning_rate", 1e-5)
    assert mending.after_death(view(studio, run=run)) is None


def test_after_the_kernel_died_in_a_sweep(studio: Studio, page: Page) -> None:
    recipe = with_values(RECIPE, {"sweep.space": {"adapter.rank": [2, 4]}})
    studio.draft.replace(recipe)
    cells = render_cells(recipe, SWEEP.cells)
    run = folder.create(this_kernel().runs, recipe, cells, "sweep")
    assert mending.after_swept_death(view(studio)) is None
    events.append(run, events.Failed(cell="sweep", error="KernelDied", code=137))
    events.append(run, events.Finished(status="failed"))
    now = view(studio)
    change = mending.after_swept_death(now)
    assert change is not None and change.values == HALVED
    assert mending.after_death(now) is None
    told = mending.describe_change(page, now, change, of_training=False)
    assert page.say(mending.ANEW) in told


def test_what_is_observed_is_told_and_can_be_changed(
    page: Page, studio: Studio
) -> None:
    run = started()
    events.append(run, events.Begun(trial=None, max_steps=140, effective={}))
    losses = [*np.linspace(2, 1, 100), *np.linspace(1, 7, 40)]
    for number, loss in enumerate(losses, 1):
        logs = {"loss": loss, "grad_norm": 1.0}
        events.append(
            run, events.Step(trial=None, step=number, max_steps=140, logs=logs)
        )
        if number == 100:
            assert mending.observed(page, view(studio, run=run)) == ""
    told = mending.observed(page, view(studio, run=run))
    assert told.count('class="card"') == 1
    change = mending.advised(view(studio, run=run))
    assert change is not None and change.values == {"training.learning_rate": 1e-4}
    studio.draft.commit_all(change.values)
    assert mending.advised(view(studio, run=run)) is None
    assert mending.observed(page, view(studio, run=run)) == told


def test_the_parts_are_built_once_for_a_page(page: Page) -> None:
    mending.build(page)
    mending.offer(page, "model", "setup")
    ids = [component.elem_id for component, *_ in (*page.watchers, *page.chosen)]
    assert len(ids) == len(set(ids)) == 10
