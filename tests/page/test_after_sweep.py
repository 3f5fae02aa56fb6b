"""A sweep is no training: once it has ended Train shows the last training again."""

from pathlib import Path

import gradio as gr
import pytest
from replayed import begun, replayed_run, training, write

from webui.files import write_json
from webui.kernel.kernel import this_kernel
from webui.kernel.status import Status
from webui.page.charts import MOST_OF_ALL, MOST_OF_ONE, draw_trials, trial_points
from webui.page.curves import watched
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.runs.one import trials_of
from webui.page.stamp import stamp_of
from webui.page.strip.ended import last_end
from webui.page.strip.places import place_of
from webui.page.studio import Studio
from webui.page.tabs.sweep import EMPTY, latest, use_best
from webui.page.tabs.train_figures import changed_settings, draw_progress
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.sweeps import coming_trials
from webui.runs import events, folder

pytestmark = pytest.mark.usefixtures("tunebook_home")
SPACE = {"adapter.rank": [2, 4, 8], "training.learning_rate": [1e-4, 2e-4]}
IDLE = Status("idle", None, {}, None, {})


@pytest.fixture
def page() -> Page:
    """A page without parts."""
    with gr.Blocks():
        studio = Studio(this_kernel(), Draft(Recipe()))
        return Page(studio, "en", gr.State(None), gr.Textbox())


def swept(trials: int, ended: str = "", steps: int = 4) -> Path:
    """A sweep of six trials of which so many have ended, newer than any run."""
    recipe = check({"name": "swept", "sweep": {"space": SPACE, "trials": 6}})
    run = folder.create(this_kernel().runs, recipe, [], "sweep")
    run = run.rename(run.with_name(f"29990101-{run.name}"))
    for number in range(trials):
        effective = {"learning_rate": 0.5, "batch_size": 99}
        told = [begun(steps) | {"effective": effective}, *training(1, steps, steps)]
        write(run, [{**event, "trial": number} for event in told])
        params = {"adapter.rank": 2 + number, "training.learning_rate": 1e-4}
        events.append(run, events.Trial(trial=number, params=params, value=9 - number))
    if ended:
        events.append(run, events.Finished(status=ended))
    return run


def test_after_a_sweep_train_shows_the_last_training(page: Page) -> None:
    run, sweep = replayed_run(5), swept(6, "finished")
    for now in (
        IDLE,
        Status("idle", 1, {}, sweep, {}),
        Status("none", 1, {}, None, {}),
    ):
        assert page.studio.shown_run(now) == run
    assert "5 / 5" in draw_progress(page, page.view())
    assert not changed_settings(page, page.view())
    assert f'data-run="{run.name}"' in watched(page, page.view())


def test_a_sweep_alone_is_no_run(page: Page) -> None:
    swept(6, "finished")
    view = page.view()
    assert view.run is None and "No run yet" in draw_progress(page, view)


def test_while_it_goes_on_train_says_where_it_is(page: Page) -> None:
    replayed_run(5)
    sweep = swept(2)
    busy = Status("busy", 1, {"kind": "sweep", "cell": "sweep"}, sweep, {})
    assert page.studio.shown_run(busy) == sweep
    view = type(page.view())(
        page.studio, Recipe(), busy, sweep, page.studio.follow(sweep)
    )
    assert "trial 3 of 6" in draw_progress(page, view)
    assert not changed_settings(page, view)
    assert 'data-sweep="1"' in watched(page, view)
    assert "2 of 6 trials" in latest(page, view)


@pytest.mark.parametrize(
    ("trials", "ended", "told"),
    [
        (6, "finished", "6 trials, finished"),
        (0, "", "first of 6"),
        (3, "stopped", "Stopped after 3 of 6"),
        (1, "failed", "after 1 of 6"),
    ],
)
def test_a_sweep_says_how_far_it_came(
    page: Page, trials: int, ended: str, told: str
) -> None:
    assert EMPTY.en in latest(page, page.view())
    run = swept(trials, ended)
    view = page.view()
    assert trials_of(page, view, run.name) == latest(page, view)  # opened in Runs
    assert told in latest(page, page.view())
    assert latest(page, page.view()).count("<tr>") == (trials + 1 if trials else 0)


def test_a_kernel_that_died_in_a_sweep_is_told_there(page: Page) -> None:
    run = swept(1)
    events.append(run, events.Failed(cell="sweep", error="KernelDied", code=-9))
    events.append(run, events.Finished(status="failed"))
    assert "killed from outside" in latest(page, page.view())


def test_the_chart_has_every_trial_with_its_last_step(page: Page) -> None:
    run = swept(6, "finished", steps=2000)
    found = trial_points(page.view().sweep, "loss")
    assert [*found] == [*range(6)]
    for points in found.values():
        assert len(points) == MOST_OF_ONE and points[-1][0] == 2000
    write(run, [{**begun(4), "trial": n} for n in range(6, 200)])
    found = trial_points(page.view().sweep, "loss")
    assert sum(map(len, found.values())) <= MOST_OF_ALL
    assert "trial 199" in draw_trials(page, page.view())


def test_what_a_sweep_wrote_at_its_end_draws_the_page_anew(page: Page) -> None:
    run = swept(5)
    before = stamp_of(page.studio, IDLE)
    events.append(run, events.Trial(trial=5, params={}, value=1.0))
    assert stamp_of(page.studio, IDLE) != before


def test_the_trials_to_come() -> None:
    def of(**sweep: object) -> int:
        return coming_trials(check({"sweep": {"space": SPACE, **sweep}}))

    assert of(trials=100) == 6 and of(trials=4) == 4
    assert of(method="random", trials=9) == 9


def test_what_a_run_was_started_as_is_read_once_it_is_written() -> None:
    run = this_kernel().runs / "x"
    run.mkdir(parents=True)
    assert not folder.is_sweep(run)
    write_json(run / folder.PLAN, {"kind": "sweep"})
    assert folder.is_sweep(run)


@pytest.mark.parametrize(
    ("ended", "mark", "told"),
    [
        ("finished", "finished", "6 trials; the best came to 4"),
        ("stopped", "stopped", "6 trials; the best came to 4"),
    ],
)
def test_the_strip_tells_what_came_of_a_sweep(
    page: Page, ended: str, mark: str, told: str
) -> None:
    replayed_run(5)
    swept(6, ended)
    end = last_end(page, page.view())
    assert end is not None and end.mark == mark
    assert told in end.sentence and end.place == place_of("sweep")


def test_the_strip_tells_why_a_sweep_failed(page: Page) -> None:
    sweep = swept(2)
    events.append(sweep, events.Failed(cell="sweep", error="KernelDied", code=-9))
    events.append(sweep, events.Finished(status="failed"))
    end = last_end(page, page.view())
    assert end is not None and end.mark == "failed"
    assert "kernel ended" in end.sentence and end.place == place_of("sweep")


def test_the_best_of_a_sweep_leaves_what_is_asked_of_other_rows(
    page: Page, tmp_path: Path
) -> None:
    swept(6, "finished")
    draft = page.studio.draft
    former, mine = tmp_path / "former.jsonl", tmp_path / "mine.jsonl"
    for file in (former, mine):
        file.write_text('{"instruction": "a", "output": "b"}\n', encoding="utf-8")
    draft.commit("data.train_files", [str(former)])
    draft.commit("data.system_prompt", "You answer in JSON.")
    draft.commit("data.train_files", [str(mine)])
    asked = draft.leftovers
    assert "data.system_prompt" in asked
    use_best(page)
    assert draft.leftovers == asked and draft.recipe.adapter.rank == 7
