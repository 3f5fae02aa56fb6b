"""The curves of a sweep's trials, thinned on the server."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
import pandas as pd

from webui.metrics import UNSEEN, metric
from webui.page.frame import Page
from webui.page.view import View
from webui.runs.events import Begun, Event, Step, Trial, of_kind
from webui.text import Text

# More points than this cost the browser time and show nothing more.
MAX_POINTS = 250
COLORS = ("#4f46e5", "#d97706", "#059669", "#db2777", "#0891b2", "#7c3aed", "#65a30d")
SERIES, LOSS, ELEMENT = "trial", "loss", "plot-trials"
OF_TRIALS = Text("{} of each trial, while it trains", "每次试验训练时的{}")


def thinned(points: Sequence[Any]) -> Sequence[Any]:
    """At most MAX_POINTS of them, evenly chosen, the last one always among them."""
    if len(points) <= MAX_POINTS:
        return points
    stride = (len(points) - 1) / (MAX_POINTS - 1)
    return [points[round(i * stride)] for i in range(MAX_POINTS)]


def trials_plot() -> gr.LinePlot:
    """An empty plot of a metric of several trials."""
    empty = trials_frame([], 0, LOSS)
    return gr.LinePlot(
        empty, x="step", y=LOSS, color=SERIES, y_title="", height=240, elem_id=ELEMENT
    )


def trials_update(page: Page, view: View) -> Any:
    """What the trials of the latest sweep are judged by, over the steps of each."""
    trials = len(of_kind(view.sweep, Begun))
    name = judged_at_steps(view.sweep)
    return gr.update(
        value=trials_frame(view.sweep, trials, name),
        y=name,
        title=page.say(OF_TRIALS).format(page.say(metric(name).title)),
        color_map={str(i): COLORS[i % len(COLORS)] for i in range(trials)},
        visible=trials > 0,
    )


def judged_at_steps(history: Sequence[Event]) -> str:
    """The metric by which trials are judged, if their steps log it; else the loss."""
    judged = {trial.metric.removeprefix(UNSEEN) for trial in of_kind(history, Trial)}
    logged = {name for step in of_kind(history, Step) for name in step.logs}
    return next(iter(judged & logged), LOSS)


def trials_frame(history: Sequence[Event], trials: int, name: str) -> pd.DataFrame:
    """Step, metric and trial; an empty row for each trial that is still to come.

    A series that first appears after the first draw would stay hidden.
    """
    rows: list[tuple[float, float, str]] = [
        (0, float("nan"), str(i)) for i in range(trials)
    ]
    for trial in range(trials):
        points = [
            (event.step, event.logs[name], str(trial))
            for event in of_kind(history, Step)
            if event.trial == trial and name in event.logs
        ]
        rows += thinned(points)
    table = pd.DataFrame(rows, columns=["step", name, SERIES])
    return table.astype({"step": float, name: float, SERIES: str})
