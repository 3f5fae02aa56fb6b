"""How long a cell took when it last ran to its end, read from the runs on disk."""

from functools import lru_cache
from pathlib import Path

from webui.page.view import View
from webui.runs import events
from webui.runs import folder as runs
from webui.runs.events import CellState, Step

RUNS = 6  # so many of the newest are looked at
FIRST = 200_000  # bytes at the beginning of a run's events, where its first step is
FIRST_STEP = "first step"


def took_before(view: View, what: str) -> float | None:
    """Seconds that a cell took last time, or a training up to its first step.

    None where no run of the newest tells.
    """
    for run in runs.folders(view.studio.kernel.runs)[:RUNS]:
        if what in (found := seconds_of(run, events.size(run))):
            return found[what]
    return None


@lru_cache(maxsize=64)
def seconds_of(run: Path, size: int) -> dict[str, float]:
    """Seconds of each cell of a run that finished; ``size`` is that of its events."""
    begun: dict[str, float] = {}
    found: dict[str, float] = {}
    for state in events.of(run, CellState):
        if state.status == "running":
            begun[state.cell] = state.time
        elif state.status == "finished" and state.cell in begun:
            found[state.cell] = state.time - begun.pop(state.cell)
    return found | first_step(run)


def first_step(run: Path) -> dict[str, float]:
    """Seconds from the begin of the train cell to its first step."""
    since: float | None = None
    for event in events.read(run, 0, FIRST)[0]:
        if isinstance(event, CellState) and event.cell == "train":
            since = event.time
        if isinstance(event, Step) and since is not None:
            return {FIRST_STEP: event.time - since}
    return {}
