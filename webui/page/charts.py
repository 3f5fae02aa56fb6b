"""The chart of a sweep's trials: their curves, thinned here, drawn by ``trials.js``."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.figures import finite
from webui.metrics import UNSEEN, metric
from webui.page.curves import LABELS
from webui.page.frame import Page
from webui.page.view import View
from webui.recipe.paths import FIELDS
from webui.runs.curve import shortened
from webui.runs.events import Begun, Event, Step, Trial, of_kind
from webui.text import Text

# More points than this cost the browser time and show nothing more: of one trial, and
# of all.
MOST_OF_ONE, MOST_OF_ALL, LEAST_OF_ONE = 250, 4000, 20
LOSS = "loss"
OF_TRIALS = Text("Each trial's {}, over its steps", "每次试验的{}（横轴为步数）")
TRIAL = Text("trial {}", "试验 {}")


def build(page: Page) -> None:
    """Where the chart is drawn, and what of: nothing before the first step."""
    gr.HTML('<div id="trials"></div>', elem_id="trials-block")
    page.html(draw_trials, elem_id="trials-told")


def draw_trials(page: Page, view: View) -> Markup:
    """What the trials of the latest sweep are judged by, over the steps of each."""
    name = judged_at_steps(view.sweep)
    told = {
        "name": name,
        "title": page.say(OF_TRIALS).format(page.say(metric(name).title)),
        "labels": {"step": page.say(LABELS["step"])},
        "trials": [
            {"run": trial_name(page, view.sweep, number), "points": points}
            for number, points in trial_points(view.sweep, name).items()
        ],
    }
    return Markup('<span data-trials="{}"></span>').format(
        json.dumps(told, ensure_ascii=False)
    )


def judged_at_steps(history: Sequence[Event]) -> str:
    """The metric by which trials are judged, if their steps log it; else the loss."""
    judged = {trial.metric.removeprefix(UNSEEN) for trial in of_kind(history, Trial)}
    logged = {name for step in of_kind(history, Step) for name in step.logs}
    return next(iter(judged & logged), LOSS)


def trial_points(
    history: Sequence[Event], name: str
) -> dict[int, list[list[float | None]]]:
    """Step and metric of each trial that began, by its number."""
    begun = [e.trial for e in of_kind(history, Begun) if e.trial is not None]
    found: dict[int, list[list[float | None]]] = {number: [] for number in begun}
    for event in of_kind(history, Step):
        value = finite(event.logs.get(name))
        if event.trial in found and value is not None:
            found[event.trial].append([event.step, shortened(value)])
    most = min(MOST_OF_ONE, max(MOST_OF_ALL // (len(found) or 1), LEAST_OF_ONE))
    return {number: thinned(points, most) for number, points in found.items()}


def thinned(points: list[Any], most: int) -> list[Any]:
    """At most so many of them, evenly chosen, the last one always among them."""
    if len(points) <= most:
        return points
    stride = (len(points) - 1) / (most - 1)
    return [points[round(i * stride)] for i in range(most)]


def trial_name(page: Page, history: Sequence[Event], number: int) -> str:
    """A trial in the legend: its number, and once it has ended what it tried."""
    ended = (trial for trial in of_kind(history, Trial) if trial.trial == number)
    return page.say(TRIAL).format(number) + "".join(
        f" · {value}" for trial in ended for value in tried(page, trial)
    )


def tried(page: Page, trial: Trial) -> Iterator[str]:
    """The values of a trial, by the titles of their fields."""
    for path, value in trial.params.items():
        title = page.say(FIELDS[path].declaration.title) if path in FIELDS else path
        yield f"{title} {value}"
