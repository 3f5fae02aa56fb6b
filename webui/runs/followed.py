"""A run that is followed: its events read once, and then only what is new.

Steps of a training go into its curve; all other events are few, and are kept.
"""

import contextlib
import math
import threading
from dataclasses import dataclass
from pathlib import Path

from webui.recipe.problems import RecipeError
from webui.recipe.store import load
from webui.runs import events
from webui.runs.curve import Curve
from webui.runs.events import OF_A_STEP, Event
from webui.runs.folder import RECIPE, rows_of
from webui.runs.pace import NOTHING, Expected, Pace, expected

# Read in blocks, so that a long run never lies in memory as a whole.
BLOCK = 1 << 20


@dataclass(frozen=True)
class Training:
    """How a training stands at its last step. Seconds, bytes, and a second's worth.

    ``left`` is None while nothing can be said. ``at`` is when the last event came.
    """

    step: int
    max_steps: int
    epoch: float | None = None
    loss: float | None = None
    eval_loss: float | None = None
    learning_rate: float | None = None
    grad_norm: float | None = None
    tokens_per_second: float | None = None
    samples_per_second: float | None = None
    memory: int | None = None
    seconds: float = 0.0
    left: float | None = None
    at: float = 0.0


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
        self.latest: dict[str, Event] = {}
        self.curve, self.pace = Curve(generation), Pace()
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
        tag, of_training = event["event"], event.get("trial") is None
        if tag == "resumed":
            self.go_back(int(event["step"]))
            for end in events.ENDS:
                self.latest.pop(end, None)
        if tag == "step" and of_training:
            self.take_step(event)
        else:
            self.history.append(event)
            self.news += 1
            if of_training:
                self.take_between(tag, event)
        self.latest[tag] = event

    def take_step(self, event: Event) -> None:
        """A step of the training: to its curve and its pace."""
        step, time, logs = int(event["step"]), float(event["time"]), event["logs"]
        self.spend(time)
        self.curve.add_step(
            {
                "step": step,
                "epoch": number(logs.get("epoch")),
                "seconds": round(self.spent, 1),
                "loss": number(logs.get("loss")),
                "learning_rate": number(logs.get("learning_rate")),
                "grad_norm": number(logs.get("grad_norm")),
                "tokens_per_second": number(event.get("tokens_per_second")),
                "memory": number(event.get("memory")),
            }
        )
        self.pace.step(step, time)

    def take_between(self, tag: str, event: Event) -> None:
        """What else happens in a training: it begins, goes on, is evaluated, saved."""
        time = float(event["time"])
        if tag in ("begun", "resumed"):
            self.clock = time
            self.pace.begin(int(event.get("step", self.curve.last_step)), time)
        if tag == "begun":
            self.hopes = self.expected(int(event["max_steps"]))
        if tag in ("evaluated", "sampled", "ranked", "saved"):
            self.spend(time)
            self.pace.paused(tag, time)
        if tag == "evaluated":
            self.curve.add_evaluation(
                {
                    "step": int(event["step"]),
                    "epoch": number(event["logs"].get("epoch")),
                    "seconds": round(self.spent, 1),
                    "loss": number(event["logs"].get("eval_loss")),
                }
            )

    def spend(self, time: float) -> None:
        """Count the time since the training's last word."""
        if self.clock is not None:
            self.spent += max(time - self.clock, 0.0)
        self.clock = time

    def expected(self, max_steps: int) -> Expected:
        """What the run's recipe lets expect of its evaluations."""
        try:
            rows = rows_of(self.folder)
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
            if event["event"] not in OF_A_STEP or event.get("step", 0) <= step
        ]
        for tag in OF_A_STEP:
            self.latest.pop(tag, None)
        self.latest.update({event["event"]: event for event in self.history})

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
        begun, step = self.latest.get("begun"), self.latest.get("step", {})
        if begun is None:
            return None
        logs, total = step.get("logs", {}), begun["max_steps"]
        evaluated = self.latest.get("evaluated", {}).get("logs", {})
        return Training(
            step=step.get("step", 0),
            max_steps=total,
            epoch=logs.get("epoch"),
            loss=logs.get("loss"),
            eval_loss=evaluated.get("eval_loss"),
            learning_rate=logs.get("learning_rate"),
            grad_norm=logs.get("grad_norm"),
            tokens_per_second=step.get("tokens_per_second"),
            samples_per_second=step.get("samples_per_second"),
            memory=step.get("memory"),
            seconds=self.spent,
            left=self.pace.left(total, self.hopes),
            at=(step or begun)["time"],
        )


def number(value: object) -> float:
    """A logged figure as a number; nan when it is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return math.nan
