"""Runs that earlier versions wrote, and a later one, open wherever a run is shown."""

import json
import shutil
from pathlib import Path

import gradio as gr
import pytest

from webui.commands.listing import run_as_json, run_line
from webui.diagnosis.observations import observations
from webui.kernel.kernel import this_kernel
from webui.kernel.status import Status
from webui.page.charts import draw_trials
from webui.page.curves import curve_news
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.library_warnings import library_warnings
from webui.page.runs.learned import learned_line
from webui.page.runs.table import listing
from webui.page.runs.trials import leaderboard, standing
from webui.page.studio import Studio
from webui.page.tabs.compare import scores
from webui.page.tabs.train_figures import changed_settings, draw_progress, ended_kernel
from webui.page.tabs.train_samples import draw_samples, ranked
from webui.page.view import View
from webui.recipe import Recipe
from webui.recorder.kept import resumed_at
from webui.recorder.notify import message
from webui.runs import checkpoints, entries, events, folder
from webui.runs.summary import write_summary

WRITTEN = Path(__file__).parents[1] / "data" / "runs"
NEWER = (
    {"event": "foretold", "time": 1.0, "what": "?"},
    {"event": "step", "time": 1_780_000_900.0, "step": 5, "hue": 7, "logs": {}},
    {"event": "step", "time": "noon", "step": 6, "logs": {"loss": 1.0}},
    {"event": "step", "time": 2.0, "step": None},
    {"event": "scored", "time": 3.0, "scores": [{"who": 3}, "odd", None]},
)


@pytest.fixture(params=["first", "whole", "sweep", "newer"])
def run(request: pytest.FixtureRequest, tunebook_home: Path) -> Path:
    """A run folder as another version left it."""
    name = "whole" if request.param == "newer" else request.param
    copy = tunebook_home / "runs" / f"20260101-000000-{request.param}"
    shutil.copytree(WRITTEN / name, copy)
    if request.param == "newer":
        with (copy / events.FILE).open("a") as file:
            file.writelines(json.dumps(event) + "\n" for event in NEWER)
    return copy


@pytest.fixture
def page(tunebook_home: Path) -> Page:
    """A page without parts."""
    with gr.Blocks():
        return Page(
            Studio(this_kernel(), Draft(Recipe())), "en", gr.State(None), gr.Textbox()
        )


def view_of(page: Page, run: Path) -> View:
    """The page's view that shows a run."""
    idle = Status("idle", None, {}, run, {})
    return View(page.studio, Recipe(), idle, run, page.studio.follow(run))


def test_it_opens_in_every_part_of_the_page(page: Page, run: Path) -> None:
    view = view_of(page, run)
    parts = [draw_progress, changed_settings, ended_kernel, scores, ranked]
    html = "".join(part(page, view) for part in [*parts, draw_trials])
    html += leaderboard(page, view.history) + standing(page, view.followed)
    html += library_warnings(page, view.history)
    html += draw_samples(page, view, None) + "".join(
        learned_line(page, entries.entry(run))
    )
    html += listing(
        entries.list_entries(this_kernel().runs), "zh", order="-id", chosen=None
    )
    assert run.name in html and ("/ 4" in html) is not folder.is_sweep(run)
    told = curve_news(page.studio, run)
    assert told["names"][:3] == ["step", "epoch", "seconds"]
    assert observations(events.read(run)[0], Recipe()) is not None
    assert "20260101" in run_line(entries.entry(run))[0] and run_as_json(
        folder.read_run(run)
    )
    assert message(run)["run"] == run.name
    write_summary(run, None)


def test_what_the_last_version_before_wrote_is_all_there(
    page: Page, tunebook_home: Path
) -> None:
    run = tunebook_home / "runs" / "20260101-000000-whole"
    shutil.copytree(WRITTEN / "whole", run)
    view = view_of(page, run)
    assert "10.0%" in scores(page, view) and "50.0%" in scores(page, view)
    assert "exact match on 40 held-out rows" in scores(page, view)
    settings = changed_settings(page, view)
    assert "batch size" in settings and "adamw_torch" in settings
    kinds = [
        each.kind
        for each in observations(
            view.history, folder.recipe_of_run(folder.read_run(run))
        )
    ]
    assert kinds == ["smaller_batch", "never_stops"]
    assert "something odd" in library_warnings(page, view.history)
    assert "no_room" in {event.tag for event in view.history}
    assert resumed_at(run) == ["step 2"]
    (entry,) = entries.list_entries(this_kernel().runs)
    assert entry.figures["best_eval_loss"] == 1.5 and "10% -> 50%" in run_line(entry)
    summary = folder.read_run(run).summary
    assert summary["effective"]["batch_size"] == 2 and "score" not in summary
    curve = page.studio.follow(run).curve
    assert list(curve.logged("loss")) == [2.5, 2.0, 1.5, 1.0]
    assert list(curve.evaluated("loss")) == [1.5]
    assert {*curve.steps} & {"entropy", "num_tokens"} == set()


def test_the_first_version_named_a_step_by_its_checkpoint_alone(
    tunebook_home: Path,
) -> None:
    run = tunebook_home / "runs" / "first"
    shutil.copytree(WRITTEN / "first", run)
    (saved,) = events.of_kind(events.read(run)[0], events.Saved)
    assert (saved.checkpoint, saved.step) == ("checkpoint-4", 4)
    assert not checkpoints.complete(run)
    scored = events.last(events.read(run)[0], events.Scored)
    assert scored and [score.rows for score in scored.scores] == [8, 8]


def test_what_was_learned_before_was_once_a_warning() -> None:
    counts = {"watched": 3, "of": 40, "parent": "the-first"}
    told = events.record({"event": "warned", "kind": "learned_before", **counts})
    assert told == events.LearnedBefore(**counts)


def test_the_best_trial_of_an_older_sweep(page: Page, tunebook_home: Path) -> None:
    run = tunebook_home / "runs" / "sweep"
    shutil.copytree(WRITTEN / "sweep", run)
    told = leaderboard(page, view_of(page, run).history)
    assert told.index("1.25") < told.index("1.5") and "loss on the watched rows" in told
