"""The curves of a sweep's trials, thinned on the server."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
import pandas as pd

from webui.runs.events import Event, Step, of_kind

# More points than this cost the browser time and show nothing more.
MAX_POINTS = 250
COLORS = ("#4f46e5", "#d97706", "#059669", "#db2777", "#0891b2", "#7c3aed", "#65a30d")
SERIES = "trial"


def thinned(points: Sequence[Any]) -> Sequence[Any]:
    """At most MAX_POINTS of them, evenly chosen, the last one always among them."""
    if len(points) <= MAX_POINTS:
        return points
    stride = (len(points) - 1) / (MAX_POINTS - 1)
    return [points[round(i * stride)] for i in range(MAX_POINTS)]


def trials_plot(title: str, name: str = "loss") -> gr.LinePlot:
    """An empty plot of a metric of several trials."""
    return gr.LinePlot(
        value=trials_frame([], 0, name),
        x="step",
        y=name,
        color=SERIES,
        title=title,
        y_title="",
        height=240,
        elem_id="plot-trials",
    )


def trials_update(history: Sequence[Event], trials: int, name: str = "loss") -> Any:
    """A metric of each trial of a sweep over its steps."""
    colors = {str(i): COLORS[i % len(COLORS)] for i in range(trials)}
    return gr.update(
        value=trials_frame(history, trials, name), color_map=colors, visible=trials > 0
    )


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
