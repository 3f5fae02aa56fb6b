"""What a training logged, in a few figures for each metric, by its name."""

from collections.abc import Iterable
from typing import Any

from webui.figures import finite
from webui.metrics import metric
from webui.runs.events import Event, Measured

Figures = dict[str, Any]


def logged(kept: Iterable[Event]) -> dict[str, Figures]:
    """The first and the last value of each metric, and the best with its step where
    one direction is better; None for what is no finite number."""
    found: dict[str, list[tuple[int, Any]]] = {}
    for event in kept:
        if isinstance(event, Measured):
            for name, value in event.logs.items():
                found.setdefault(name, []).append((event.step, value))
    return {n: figures(n, points) for n, points in found.items() if metric(n).drawn}


def figures(name: str, points: list[tuple[int, Any]]) -> Figures:
    """The figures of one metric from its steps and values."""
    told = {"first": finite(points[0][1]), "last": finite(points[-1][1])}
    better = metric(name).better
    if not better:
        return told
    known = [(n, step) for step, v in points if (n := finite(v)) is not None]
    pick = min if better == "smaller" else max
    best, step = pick(known, key=lambda each: each[0], default=(None, None))
    return {**told, "best": best, "best_step": step}
