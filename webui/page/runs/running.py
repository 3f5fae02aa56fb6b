"""The run that goes on, in the table of runs: its figures of now."""

import time
from dataclasses import replace

from markupsafe import Markup

from webui.page.view import View
from webui.runs.entries import Entry
from webui.runs.events import Begun

# The columns into which the browser puts newer figures, and how it calls them.
LIVE = {
    "steps": "step",
    "last_loss": "loss",
    "tokens_per_second": "tokens_per_second",
    "peak_memory": "memory",
}


def with_figures_of_now(view: View, found: list[Entry]) -> list[Entry]:
    """The entries; the one whose run goes on in the kernel has figures as well."""
    if view.kernel.word != "busy" or view.run is None or view.kernel.run != view.run:
        return found
    return [as_now(view, e) if goes_on(view, e) else e for e in found]


def goes_on(view: View, entry: Entry) -> bool:
    """Whether an entry's run is the one in the kernel."""
    return entry.run.status == "running" and entry.run.folder == view.run


def as_now(view: View, entry: Entry) -> Entry:
    """A run's entry with what its training has measured so far."""
    training, begun = view.training, view.last(Begun)
    started = view.history[0].time if view.history else time.time()
    figures: dict[str, float | None] = {"duration": time.time() - started}
    if training is not None:
        figures |= {
            "steps": training.step,
            "last_loss": training.figure("loss"),
            "tokens_per_second": training.figure("tokens_per_second"),
            "peak_memory": training.figure("memory"),
        }
    if begun is not None:
        figures["trainable"] = begun.trainable
    known = {name: value for name, value in figures.items() if value is not None}
    return replace(entry, figures=entry.figures | known, going=True)


def live(entry: Entry, column: str, written: str) -> str:
    """A figure as it is written; of the run that goes on, the browser keeps it new."""
    if not entry.going:
        return written
    if column == "duration":
        seconds = round(entry.figures.get(column, 0))
        return Markup('<span data-elapsed="{}">{}</span>').format(seconds, written)
    if column in LIVE:
        return Markup('<span data-figure="{}">{}</span>').format(LIVE[column], written)
    return written
