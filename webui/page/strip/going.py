"""What goes on now: the kernel's job, work in other processes, presses, questions."""

import math
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from webui.figures import duration, in_bytes, whole
from webui.kernel import queue
from webui.metrics import metric
from webui.notebook.cells import kind_of
from webui.page.curves import figures_of
from webui.page.frame import Page
from webui.page.model.card import download_progress
from webui.page.observing import recipe_or_none
from webui.page.strip import words
from webui.page.strip.before import FIRST_STEP, took_before
from webui.page.strip.mark import SLOW, stop_mark
from webui.page.strip.places import place_of
from webui.page.view import View
from webui.planner.job import Progress
from webui.recipe import Recipe
from webui.recorder.recorder import DISCARD, STOP
from webui.runs import events
from webui.runs import folder as runs
from webui.runs.events import Finished, Scoring, Step, Trial
from webui.text import Text

DATED = re.compile(r"^\d{8}-\d{6}-")  # what the id of a run begins with
JUST = 60.0  # seconds for which it is told that another run was stopped before


@dataclass(frozen=True)
class Going:
    """Something that goes on.

    Attributes:
        what: what it is, in a word or two.
        name: of which recipe.
        place: the link to where one sees more of it.
        phase: what of it goes on; said aloud whenever it is another one.
        elapsed: seconds since the phase began.
        figures: what is known of how far it is, each with its label.
        share: how much of it is done, from 0 to 1.
        curve: whether its loss is drawn.
    """

    what: str
    place: str
    name: str = ""
    phase: str = ""
    elapsed: float | None = None
    figures: tuple[str, ...] = ()
    share: float | None = None
    curve: bool = False


def all_going(page: Page, view: View) -> list[Going]:
    """Everything that goes on, the kernel's job first."""
    return [
        *kernel_job(page, view),
        *other_jobs(page, view),
        *presses(page),
        *questions(page),
    ]


# ---- the kernel


def kernel_job(page: Page, view: View) -> Iterator[Going]:
    """The cell that the kernel runs, if it runs one."""
    now = view.kernel
    if now.word != "busy":
        return
    cell = str(now.busy.get("cell") or "")
    since = now.cells.get(cell, {}).get("started") or now.busy.get("since")
    found = phase_of(page, view, cell, max(time.time() - (since or time.time()), 0.0))
    told = [*stopping(page, view, cell), *came_from_queue(page, view)]
    yield Going(
        page.say(kind_of(cell).title),
        place_of(cell),
        name=name_of(view),
        phase=told[0] if told else found.phase,
        elapsed=found.elapsed if not stop_asked(view) else seconds_of_stop(view),
        figures=found.figures if not told else (*found.figures[:1],),
        share=found.share,
        curve=found.curve,
    )


@dataclass(frozen=True)
class Phase:
    """How far a cell is."""

    phase: str = ""
    elapsed: float | None = None
    figures: tuple[str, ...] = ()
    share: float | None = None
    curve: bool = False


def phase_of(page: Page, view: View, cell: str, seconds: float) -> Phase:
    """How far the cell is that runs, by its kind."""
    match kind_of(cell).trainings:
        case "one":
            return training(page, view, seconds)
        case "trials":
            return sweep(page, view, seconds)
    if kind_of(cell).begins == "model" and (found := loading(page, view, seconds)):
        return found
    if cell == "score" and (scoring := view.last(Scoring)) and scoring.of:
        began = view.kernel.cells.get(cell, {}).get("started", 0.0)
        if scoring.time >= began:
            return scored(page, view, scoring)
    return Phase("", seconds, last_time(page, view, cell))


def last_time(page: Page, view: View, what: str) -> tuple[str, ...]:
    """How long it took last time, where that is known."""
    before = took_before(view, what)
    if before is None:
        return ()
    return (page.say(words.LAST_TIME).format(duration(before)),)


def training(page: Page, view: View, seconds: float) -> Phase:
    """Steps, loss, time left and memory; before the first, what goes on."""
    found, step = view.training, view.last(Step)
    if found is None or step is None:
        phase = words.PREPARES if found is None else words.FIRST_STEP
        before = last_time(page, view, FIRST_STEP)
        return Phase(page.say(phase), seconds, before)
    share = found.step / max(found.max_steps, 1)
    if found.step >= found.max_steps:
        return Phase(page.say(words.SAVES), seconds, share=share, curve=True)
    told = figures_of(found, True, view.studio.memory)
    names = {"step": words.STEP, "loss": words.LOSS, "left": words.LEFT}
    shown = [labelled(page, name, title, told) for name, title in names.items()]
    if found.figure("memory"):
        shown.append(labelled(page, "memory", words.MEMORY, told))
    return Phase("", None, tuple(shown), share, curve=True)


def labelled(page: Page, name: str, title: Text, told: dict[str, str]) -> Markup:
    """A figure that the browser keeps new."""
    return Markup('<span class="quiet">{}</span> <b data-figure="{}">{}</b>').format(
        page.say(title), name, told.get(name, "–")
    )


def sweep(page: Page, view: View, seconds: float) -> Phase:
    """Which trial of how many, and its step."""
    done = sum(isinstance(event, Trial) for event in view.history)
    recipe = recipe_or_none(view.run) if view.run else None
    total = max(trials_of(recipe), done + 1) if recipe else done + 1
    shown = [page.say(words.TRIAL).format(done + 1, total)]
    if (step := view.last(Step)) and step.max_steps:
        shown.append(f"{page.say(words.STEP)} {step.step} / {step.max_steps}")
    if done:
        left = duration(seconds / done * (total - done))
        shown.append(page.say(words.LEFT_ABOUT).format(left))
    return Phase("", seconds, tuple(shown), done / total)


def trials_of(recipe: Recipe) -> int:
    """How many trials a sweep has: a grid has no more than it has points."""
    asked = recipe.sweep
    if asked.method != "grid":
        return asked.trials
    return min(asked.trials, math.prod(map(len, asked.space.values())))


def loading(page: Page, view: View, seconds: float) -> Phase | None:
    """How much of the model has been downloaded; None where nothing is."""
    found = download_progress(view) if "model" in view.kernel.cells else None
    if found is None or found.done >= found.total:
        return None
    done, total = in_bytes(found.done), in_bytes(found.total)
    shown = [page.say(words.ARRIVED).format(done, total)]
    if found.seconds_left is not None:
        left = duration(found.seconds_left)
        shown.append(page.say(words.LEFT_ABOUT).format(left))
    return Phase("", seconds, tuple(shown), found.share)


def scored(page: Page, view: View, told: Scoring) -> Phase:
    """How many rows have been asked for, and how long the others will take."""
    half = told.of // 2
    who = words.BASE if told.done < half else words.TUNED
    shown = [page.say(words.ROWS).format(whole(told.done), whole(told.of))]
    left = scoring_left(view, told)
    if left is not None:
        shown.append(page.say(words.LEFT_ABOUT).format(duration(left)))
    since = time.time() - view.kernel.cells["score"]["started"]
    return Phase(page.say(who), since, tuple(shown), told.done / told.of)


def scoring_left(view: View, told: Scoring) -> float | None:
    """Seconds that a scoring will still take; None before its first rows."""
    began = [e.time for e in view.history if isinstance(e, Scoring) and not e.done]
    if not told.done or not began:
        return None
    each = (told.time - began[-1]) / told.done
    return max(each * (told.of - told.done) - (time.time() - told.time), 0.0)


# ---- a stop


def stop_asked(view: View) -> bool:
    """Whether the job that runs was asked to stop."""
    return bool(stop_mark(view.studio, view.kernel))


def seconds_of_stop(view: View) -> float:
    """Seconds since the stop was asked for."""
    return max(time.time() - stop_mark(view.studio, view.kernel) / 1e9, 0.0)


def stopping(page: Page, view: View, cell: str) -> Iterator[str]:
    """What a stop that was asked for does now, and what comes after it."""
    if not stop_asked(view):
        return
    try:
        discards = (view.studio.kernel.folder / STOP).read_text() == DISCARD
    except OSError:
        discards = False
    saves = bool(kind_of(cell).trainings)
    told = words.STOPPING if saves else words.INTERRUPTING
    sentence = page.say(words.DISCARDING if discards else told)
    if waiting := queue.waiting(page.kernel):
        sentence += page.say(Text("; ", "；"))
        sentence += page.say(words.NEXT).format(waiting[0].recipe.name)
    yield sentence


def came_from_queue(page: Page, view: View) -> Iterator[str]:
    """That another run was stopped just now, so that Stop does not seem to fail."""
    if stop_asked(view):
        return
    for run in runs.folders(view.studio.kernel.runs)[:2]:
        if run == view.kernel.run:
            continue
        ended = next(iter(events.of(run, Finished)[-1:]), None)
        if ended is None or ended.status != "stopped":
            continue
        just = time.time() - ended.time < JUST
        if just and view.history and view.history[0].time > ended.time:
            yield page.say(words.FROM_QUEUE).format(DATED.sub("", run.name))


def name_of(view: View) -> str:
    """The run in the kernel, by the name of its recipe."""
    run = view.kernel.run
    own = view.kernel.busy.get("kind") != "cells"
    return DATED.sub("", run.name) if run and own else ""


# ---- the rest


def other_jobs(page: Page, view: View) -> Iterator[Going]:
    """Work in processes of its own: a report, a GGUF file that is unpacked."""
    if view.report_runs and (found := view.report_progress):
        yield progress(page, words.REPORT, "report", found)
    unpacking = view.studio.unpacking
    if unpacking is not None and unpacking.result is None:
        yield progress(page, words.UNPACKS, "model", unpacking.progress)


def progress(page: Page, what: Text, cell: str, found: Progress) -> Going:
    """A job in a process of its own."""
    shown = []
    if found.share:
        shown.append(metric("exact_match").short(found.share))
    if found.rows:
        rows = whole(found.rows)
        shown.append(page.say(Text(f"{rows} rows", f"{rows} 条")))
    if found.seconds_left is not None:
        shown.append(page.say(words.LEFT_ABOUT).format(duration(found.seconds_left)))
    return Going(
        page.say(what),
        place_of(cell),
        phase=page.say(found.stage),
        figures=tuple(shown),
        share=found.share,
    )


def presses(page: Page) -> Iterator[Going]:
    """Buttons whose press takes a while: starts check rows and start a kernel."""
    for word, since in page.studio.presses.slow():
        yield Going(word, "", elapsed=time.time() - since)


def questions(page: Page) -> Iterator[Going]:
    """What the planner has been asked for a while; it answers one after the other."""
    slow = page.studio.answers.slow(SLOW)
    if not slow:
        return
    name, since = slow[0]
    more = (page.say(words.AND_MORE).format(len(slow) - 1),) if len(slow) > 1 else ()
    what = page.say(words.ASKED.get(name, words.WORKS))
    yield Going(what, "", elapsed=time.time() - since, figures=more)
