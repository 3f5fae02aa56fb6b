"""A run that is followed: its events read once, and then only what is new.

Steps of a training go into its curve; all other events are few, and are kept.
"""

import contextlib
import math
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from webui.figures import finite
from webui.metrics import UNSEEN, metric
from webui.recipe.problems import RecipeError
from webui.recipe.store import load
from webui.runs import events
from webui.runs.curve import COUNT, PLACES, Curve
from webui.runs.events import (
    Begun,
    Evaluated,
    Event,
    Measured,
    OfAStep,
    Ranked,
    Resumed,
    Sampled,
    Saved,
    Step,
)
from webui.runs.events.history import Kind
from webui.runs.folder import RECIPE, rows_of_run
from webui.runs.pace import NOTHING, Expected, Pace, expected
from webui.runs.throughput import Throughput

# Read in blocks, so that a long run never lies in memory as a whole.
BLOCK = 1 << 20


@dataclass(frozen=True)
class Training:
    """How a training stands at its last step, in seconds, with the last value of each
    metric by its name.

    ``left`` is None while nothing can be said. ``at`` is when the last event came.
    """

    step: int
    max_steps: int
    figures: Mapping[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    left: float | None = None
    at: float = 0.0

    def figure(self, name: str) -> float | None:
        """A metric's last value; None where there is none."""
        return finite(self.figures.get(name))


# What happens between two steps, and takes its time.
PAUSES = {Evaluated, Sampled, Ranked, Saved}


class Followed:
    """The events of one run's folder, as far as they were read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lock = threading.Lock()
        self.forget(generation=0)

    def forget(self, generation: int) -> None:
        """Know nothing of the run yet."""
        self.offset, self.news = 0, 0
        self.history: list[Event] = []
        self.latest: dict[type[Event], Event] = {}
        self.curve, self.pace = Curve(generation), Pace()
        self.throughput = Throughput()
        self.clock: float | None = None
        self.spent = 0.0
        self.hopes: Expected = NOTHING
        self.median: tuple[int, float | None] | None = None

    def look(self) -> "Followed":
        """Read on from where the last look ended."""
        with self.lock:
            size = events.size(self.folder)
            if size < self.offset:  # another file under the same name
                self.forget(self.curve.generation + 1)
            while self.offset < size:
                more, offset = events.read(self.folder, self.offset, BLOCK)
                if offset == self.offset and size - offset > BLOCK:
                    more, offset = events.read(self.folder, self.offset)
                for event in more:
                    # A run may come from elsewhere; an odd event costs only itself.
                    with contextlib.suppress(KeyError, TypeError, ValueError):
                        self.take(event)
                if offset == self.offset:
                    break
                self.offset = offset
        return self

    def take(self, event: Event) -> None:
        """Take in one event."""
        of_training = getattr(event, "trial", None) is None
        self.throughput.take(event)
        if isinstance(event, Resumed):
            self.go_back(event.step)
            for end in events.ENDS:
                self.latest.pop(end, None)
        if isinstance(event, Step) and of_training:
            self.take_step(event)
        else:
            self.history.append(event)
            self.news += 1
            if of_training:
                self.take_between(event)
        self.latest[type(event)] = event

    def take_step(self, event: Step) -> None:
        """A step of the training: to its curve and its pace."""
        self.spend(event.time)
        self.curve.add_step(self.place(event) | drawn(event.figures.items()))
        self.pace.step(event.step, event.time)

    def place(self, event: Measured) -> dict[str, float]:
        """Where figures lie in the curve."""
        epoch = number_or_nan(event.logs.get("epoch"))
        return {"step": event.step, "epoch": epoch, "seconds": round(self.spent, 1)}

    def take_between(self, event: Event) -> None:
        """What else happens in a training: it begins, goes on, is evaluated, saved."""
        time = event.time
        if isinstance(event, Begun | Resumed):
            self.clock = time
            step = event.step if isinstance(event, Resumed) else self.curve.last_step
            self.pace.begin(step, time)
        if isinstance(event, Begun):
            self.hopes = self.expected(event.max_steps)
        if type(event) in PAUSES:
            self.spend(time)
            self.pace.paused(event.tag, time)
        if isinstance(event, Evaluated):
            self.curve.add_evaluation(self.place(event) | unseen(event.logs))

    def spend(self, time: float) -> None:
        """Count the time since the training's last word."""
        if self.clock is not None:
            self.spent += max(time - self.clock, 0.0)
        self.clock = time

    def expected(self, max_steps: int) -> Expected:
        """What the run's recipe lets expect of its evaluations."""
        try:
            rows = rows_of_run(self.folder)
            watched = rows.watched if rows else None
            return expected(load(self.folder / RECIPE), max_steps, watched)
        except (RecipeError, OSError):
            return NOTHING

    def go_back(self, step: int) -> None:
        """Forget what came after the step that a resume begins from: it comes again."""
        self.curve.go_back(step)
        self.spent = self.curve.seconds
        self.history = [
            event
            for event in self.history
            if not isinstance(event, OfAStep) or event.step <= step
        ]
        for kind in [kind for kind in self.latest if issubclass(kind, OfAStep)]:
            del self.latest[kind]
        self.latest.update({type(event): event for event in self.history})

    def last(self, kind: type[Kind]) -> Kind | None:
        """The last event of a kind; None without one."""
        found = self.latest.get(kind)
        return found if isinstance(found, kind) else None

    @property
    def median_norm(self) -> float | None:
        """The median gradient norm; worked out again when there are 2 % more steps."""
        count = len(self.curve.steps["step"])
        if not self.median or abs(count - self.median[0]) > self.median[0] / 50:
            self.median = count, self.curve.median_norm()
        return self.median[1]

    @property
    def training(self) -> Training | None:
        """How the training stands; None before it began."""
        begun, step = self.last(Begun), self.last(Step)
        if begun is None:
            return None
        evaluated = self.last(Evaluated)
        return Training(
            step=step.step if step else self.curve.last_step,
            max_steps=begun.max_steps,
            figures={
                **(evaluated.logs if evaluated else {}),
                **(step.figures if step else {}),
                # A step's own is in the curve; its neighbour may be twice that.
                "tokens_per_second": self.throughput.tokens_per_second,
            },
            seconds=self.spent,
            left=self.pace.left(begun.max_steps, self.hopes),
            at=(step or begun).time,
        )


@cache
def is_drawn(name: str) -> bool:
    """Whether a metric has a curve; the names of what lies across mean nothing else."""
    return name not in (*PLACES, COUNT) and metric(name).drawn


def drawn(figures: Iterable[tuple[str, Any]]) -> dict[str, float]:
    """The figures that have a curve, as numbers."""
    return {
        name: number_or_nan(value)
        for name, value in figures
        if isinstance(value, int | float) and is_drawn(name)
    }


def unseen(logs: Mapping[str, Any]) -> dict[str, float]:
    """The figures of rows set aside, by the metrics beside whose curves they lie."""
    named = (
        (n.removeprefix(UNSEEN), v) for n, v in logs.items() if n.startswith(UNSEEN)
    )
    return drawn(named)


def number_or_nan(value: object) -> float:
    """A logged figure as a number; nan when it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return math.nan
