"""The strip below the header: what goes on, what came of it, where one was."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from webui.files import write_json, write_text
from webui.kernel import jobs
from webui.kernel.kernel import this_kernel
from webui.kernel.process import CONNECTION
from webui.notebook.cells import KINDS
from webui.page.build import TABS
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.runs.running import LIVE, with_figures_of_now
from webui.page.strip.before import FIRST_STEP, seconds_of
from webui.page.strip.ended import last_end
from webui.page.strip.going import all_going, trials_of
from webui.page.strip.places import PLACES, place_of
from webui.page.strip.pressed import SLOW, Presses
from webui.page.strip.strip import draw
from webui.page.studio import Studio
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.recorder.recorder import DISCARD, STATE, STOP
from webui.runs import events, folder
from webui.runs import scores as scoring
from webui.runs.events import (
    Begun,
    CellState,
    Failed,
    Finished,
    Scored,
    Scoring,
    Step,
)
from webui.runs.scores import BASE, TUNED, Score

from .walking import SECOND, go, open_page, set_field, wait_for


@pytest.fixture
def page(tunebook_home: Path) -> Page:
    """A page without parts."""
    with gr.Blocks():
        return Page(
            Studio(this_kernel(), Draft(Recipe())), "en", gr.State(None), gr.Textbox()
        )


def started(*told: events.Event, kind: str = "run") -> Path:
    """A run with these events."""
    run = folder.create(this_kernel().runs, loads("", name="tuned"), [], kind)
    for event in told:
        events.append(run, event)
    return run


@pytest.fixture
def busy(page: Page) -> Iterator[Callable[..., None]]:
    """Let a kernel's state say that a cell runs; a process that sleeps has its name."""
    kernel = this_kernel()
    kernel.folder.mkdir(parents=True, exist_ok=True)
    named = str(kernel.folder / CONNECTION)
    sleeps = subprocess.Popen(["sh", "-c", "sleep 60; :", named])

    def say(run: Path, cell: str, since: float = 0.0) -> None:
        begun = since or time.time()
        state = {
            "pid": sleeps.pid,
            "run": str(run),
            "busy": {"cell": cell, "kind": "run", "since": begun},
            "cells": {cell: {"status": "running", "started": begun, "outputs": []}},
        }
        write_json(kernel.folder / STATE, state)

    yield say
    sleeps.kill()
    sleeps.wait()


# ---- what goes on


def test_every_place_is_on_a_tab_and_every_cell_has_one() -> None:
    tabs = {title.en.lower() for title, _ in TABS}
    assert {place.partition("/")[0] for place in PLACES.values()} <= tabs
    assert {*KINDS} <= {*PLACES}
    assert place_of("score") == "#compare/cell-score"


def test_nothing_runs_and_what_to_press(page: Page) -> None:
    assert all_going(page, page.view()) == []
    assert "Nothing runs" in draw(page, page.view())


def test_a_training_has_its_figures_where_the_browser_finds_them(
    page: Page, busy: Any
) -> None:
    begun = Begun(max_steps=90)
    step = Step(step=12, max_steps=90, memory=2_000_000_000, logs={"loss": 1.5})
    busy(started(begun, step), "train")
    drawn = draw(page, page.view())
    assert '<b data-figure="step">12 / 90</b>' in drawn
    assert '<b data-figure="loss">1.5</b>' in drawn and "2.0 GB" in drawn
    assert 'class="spark"' in drawn and 'href="#train/progress"' in drawn


def test_before_the_first_step_it_says_how_long_it_took_last_time(
    page: Page, busy: Any
) -> None:
    before = started()
    for time_, event in (
        (100.0, CellState(cell="setup", status="running", time=100.0)),
        (108.0, CellState(cell="setup", status="finished", time=108.0)),
        (110.0, CellState(cell="train", status="running", time=110.0)),
        (123.0, Step(step=1, max_steps=2, time=123.0)),
    ):
        assert event.time == time_
        events.append(before, event)
    found = seconds_of(before, events.size(before))
    assert found["setup"] == 8.0 and found[FIRST_STEP] == 13.0
    run = started()
    busy(run, "setup", time.time() - 3)
    (going,) = all_going(page, page.view())
    assert going.figures == ("8 s last time",) and 2 < (going.elapsed or 0) < 10
    busy(run, "train")
    (going,) = all_going(page, page.view())
    assert going.figures == ("13 s last time",) and "ready" in going.phase


def test_scoring_says_who_answers_how_many_rows_and_how_long(
    page: Page, busy: Any
) -> None:
    now = time.time()
    run = started()
    busy(run, "score", now - 30)
    for seconds, done in ((-20, 0), (-10, 20)):
        events.append(run, Scoring(done=done, of=80, time=now + seconds))
    (going,) = all_going(page, page.view())
    assert "base" in going.phase and going.share == 0.25
    assert going.figures[0] == "20 of 80 rows"
    assert going.figures[1] in ("about 20 s left", "about 19 s left")
    events.append(run, Scoring(done=60, of=80, time=now))
    (going,) = all_going(page, page.view())
    assert "tuned" in going.phase


def test_a_stop_gives_a_sign_at_once(page: Page, busy: Any) -> None:
    busy(started(Begun(max_steps=9), Step(step=2, max_steps=9)), "train")
    write_text(this_kernel().folder / STOP, "")
    (going,) = all_going(page, page.view())
    assert going.phase == "stopping after this step, then saving"
    assert (going.elapsed or 0) < 5
    write_text(this_kernel().folder / STOP, DISCARD)
    (going,) = all_going(page, page.view())
    assert "deleted" in going.phase


def test_a_job_from_the_queue_says_that_the_other_was_stopped(
    page: Page, busy: Any
) -> None:
    now = time.time()
    started(Finished(status="stopped", time=now - 5))
    time.sleep(1.1)  # the ids of runs are a second apart
    run = started()
    busy(run, "train")
    (going,) = all_going(page, page.view())
    assert going.phase.startswith("tuned was stopped")


def test_a_grid_has_no_more_trials_than_points() -> None:
    space = ("sweep.space={adapter.rank: [2, 4], training.learning_rate: [1.0e-3]}",)
    few = loads("", settings=(*space, "sweep.method=grid", "sweep.trials=9"))
    many = loads("", settings=(*space, "sweep.method=random", "sweep.trials=9"))
    assert (trials_of(few), trials_of(many)) == (2, 9)


def test_a_press_is_told_once_it_takes_a_while() -> None:
    presses = Presses()
    with presses.one("Run all"):
        assert presses.slow() == []
        time.sleep(SLOW + 0.1)
        assert [word for word, _ in presses.slow()] == ["Run all"]
    assert presses.slow() == []


# ---- what came of it


def scored(base: float, tuned: float, rows: int, metric: str = "exact_match") -> Scored:
    """Scores of both models."""
    both = ((BASE, base), (TUNED, tuned))
    return Scored(scores=[Score(who, metric, value, rows=rows) for who, value in both])


def test_the_end_of_run_all_in_one_sentence(page: Page) -> None:
    started(scored(0.0, 0.77, 100), Finished())
    end = last_end(page, page.view())
    assert end and end.sentence == "77 of 100 held-out answers are right, 0 before."
    assert end.place == "#compare/cell-score" and end.mark == "finished"


def test_one_right_answer_and_another_metric(page: Page) -> None:
    started(scored(0.5, 0.25, 4), Finished())
    end = last_end(page, page.view())
    assert end and end.sentence == "1 of 4 held-out answers is right, 2 before."
    time.sleep(1.1)
    started(scored(0.5, 0.625, 4, "tokens_guessed"), Finished())
    end = last_end(page, page.view())
    assert end and "62.5% on 4 held-out rows, 50.0% before" in end.sentence


def test_the_ends_of_a_training(page: Page) -> None:
    steps = [
        Step(step=n, max_steps=2, logs={"loss": loss}, time=100.0 + n)
        for n, loss in ((1, 3.1), (2, 0.4))
    ]
    run = started(Begun(max_steps=2, time=100.0), *steps, Finished())
    end = last_end(page, page.view())
    assert end and end.sentence.startswith("Trained for 2 steps")
    assert "the loss fell from 3.1 to 0.4" in end.sentence
    assert end.place == "#compare/cell-compare"
    events.append(run, Finished(status="stopped"))
    end = last_end(page, page.view())
    assert end and end.mark == "stopped" and "after step 2 of 2" in end.sentence


def test_a_failure_leads_to_its_cell(page: Page) -> None:
    failed = Failed(cell="model", error="OSError", message="no such file")
    started(failed, Finished(status="failed"))
    end = last_end(page, page.view())
    assert end and end.mark == "failed" and end.sentence.startswith("Model failed")
    assert end.place == "#model/cell-model"
    assert '<span class="mark failed">' in draw(page, page.view())


def test_scores_are_read_as_they_were_written() -> None:
    told = scored(0.0, 0.5, 2)
    assert [*scoring.by_metric(told.scores)] == ["exact_match"]


def test_the_run_that_goes_on_has_figures_in_the_table(page: Page, busy: Any) -> None:
    step = Step(step=3, max_steps=9, tokens_per_second=40.0, logs={"loss": 2.5})
    run = started(Begun(max_steps=9, trainable=7), step)
    view = page.view()
    assert with_figures_of_now(view, view.entries) == view.entries  # no kernel works
    busy(run, "train")
    view = page.view()
    (entry,) = with_figures_of_now(view, view.entries)
    assert entry.going and {"steps", "last_loss"} <= {*LIVE} & {*entry.figures}
    assert entry.figures["steps"] == 3 and entry.figures["last_loss"] == 2.5


# ---- in the browser


def shown(page: Any) -> str:
    """What the strip says."""
    return str(page.inner_text("#strip-told"))


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1400])
def test_the_header_and_the_strip_keep_their_height(
    browser: Any, server: Any, width: int
) -> None:
    page = open_page(browser, server, viewport={"width": width, "height": 800})
    header = page.locator("#header").bounding_box()
    strip = page.locator("#strip").bounding_box()
    assert header["y"] + header["height"] < 100 and strip["height"] < 60
    page.evaluate("document.querySelector('.top .quiet').textContent = 'x'.repeat(400)")
    page.evaluate(
        "document.querySelector('#strip-told .strip').textContent = 'x '.repeat(400)"
    )
    assert page.locator("#header").bounding_box() == header
    assert page.locator("#strip").bounding_box() == strip
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_links_back_and_a_reload_return_to_where_one_was(
    browser: Any, server: Any
) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 600})
    page.goto(f"{server.address}/#train")
    page.wait_for_selector("#training-steps")
    go(page, "Data")
    page.wait_for_url("**/#data")
    go(page, "Train")
    page.wait_for_url("**/#train")
    page.get_by_text("Optimizer and gradients").click()
    page.wait_for_selector("#training-optimizer")
    page.locator("#training-steps input").fill("77")
    page.evaluate("scrollTo(0, 250)")
    page.wait_for_timeout(300)
    page.reload()
    page.wait_for_selector("#training-optimizer", timeout=30 * SECOND)
    wait_for(lambda: page.evaluate("scrollY") == 250, 20)
    wait_for(lambda: page.input_value("#training-steps input") == "77", 20)


@pytest.mark.browser
@pytest.mark.train
def test_a_run_is_told_from_the_press_to_its_end(
    browser: Any, small_server: Any
) -> None:
    """Steps and a curve on any tab, rows while scoring, one sentence with a link."""
    page = open_page(browser, small_server)
    go(page, "Train")
    # So long that it is seen on a slow machine too.
    set_field(page, "training.steps", "400")
    go(page, "Compare")
    set_field(page, "compare.scored_rows", "40")
    set_field(page, "compare.max_new_tokens", "12")
    page.click("#run-all")
    wait_for(lambda: "/ 400" in shown(page), 120)
    wait_for(lambda: page.locator("#strip-told .spark polyline").count() == 1)
    go(page, "Runs")
    wait_for(lambda: "/ 400" in page.inner_text("#runs-table"))
    wait_for(lambda: "held-out answers are right" in shown(page), 200)
    run = folder.folders(this_kernel().runs)[0]
    told = events.of(run, Scoring)
    assert (told[0].done, told[-1].done, told[-1].of) == (0, 80, 80)
    page.click("#strip-told a.see")
    page.wait_for_url("**/#compare/cell-score")
    wait_for(lambda: page.locator("#cell-score").is_visible())
    page.go_back()
    wait_for(lambda: page.locator("#runs-table").is_visible())


@pytest.mark.browser
@pytest.mark.train
def test_a_stop_is_told_at_once_and_what_it_kept(
    browser: Any, small_server: Any
) -> None:
    page = open_page(browser, small_server)
    go(page, "Train")
    set_field(page, "training.steps", "5000")
    page.click("#run-train")
    wait_for(lambda: "/ 5,000" in shown(page), 120)
    page.click("#stop")
    wait_for(lambda: "topp" in shown(page), 10)
    wait_for(lambda: "Stopped after step" in shown(page), 60)
    assert "saved" in shown(page) and jobs.status(this_kernel()).word == "idle"


@pytest.mark.browser
def test_a_server_that_does_not_answer_is_told_until_it_does(
    browser: Any, fresh: None, own_server: Any
) -> None:
    """Stopped, it goes on; killed and started again, the page loads itself anew.

    Fresh, so that what is stopped is the server and not who started it.
    """
    page = open_page(browser, own_server)
    bar = page.locator("#no-answer")
    go(page, "Train")
    page.wait_for_selector("#training-steps")
    assert not bar.is_visible()
    own_server.process.send_signal(signal.SIGSTOP)
    bar.wait_for(state="visible", timeout=15 * SECOND)
    own_server.process.send_signal(signal.SIGCONT)
    bar.wait_for(state="hidden", timeout=15 * SECOND)
    page.locator("#training-steps input").fill("77")
    page.evaluate("window.before = true")
    own_server.kill()
    bar.wait_for(state="visible", timeout=15 * SECOND)
    own_server.start()
    page.wait_for_function("!window.before", timeout=60 * SECOND)
    wait_for(lambda: page.locator("#training-steps input").count() == 1, 30)
    wait_for(lambda: page.input_value("#training-steps input") == "77", 20)
