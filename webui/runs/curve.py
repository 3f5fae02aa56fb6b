"""The curves of a training: every drawn metric over its steps, given out in pieces.

A hundred thousand steps are 6 MB here. A piece is small whatever is asked for: where
the steps of it are many, a row stands for several, and holds the mean of each metric
with its lowest and highest value beside it, so that spikes stay.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from webui.metrics import UNSEEN, metric

# What lies across: the last of several steps stands for them.
PLACES = ("step", "epoch", "seconds")
COUNT = "count"
# With as many values the answer stays below 4 kB, figures and names included.
VALUES, MARKS = 360, 24
# A whole training, or a part that was zoomed into, is about so many rows.
WHOLE = 360
DIGITS = 5

Row = list[float | None]
Columns = dict[str, "array[float]"]


def places() -> Columns:
    """The columns that every curve has, without a value yet."""
    return {name: array("d") for name in PLACES}


def add(columns: Columns, values: Mapping[str, float]) -> bool:
    """Append a row; nan stands where a figure is missing. True if a column is new
    beside rows that lack it."""
    count, fresh = len(columns["step"]), values.keys() - columns.keys()
    for name in values if fresh else ():
        columns.setdefault(name, array("d", [math.nan]) * count)
    for name, column in columns.items():
        column.append(values.get(name, math.nan))
    return bool(fresh and count)


class Piece(NamedTuple):
    """Some rows, how many steps (or evaluations) are known with them, and whether there
    are more."""

    rows: list[Row]
    known: int
    more: bool


@dataclass
class Curve:
    """The figures of one training, by the names of their metrics.

    ``generation`` grows when steps are taken back (a resume from a checkpoint) or
    another metric comes in: who holds rows of an earlier one must ask for all of them
    again.
    """

    generation: int = 0
    steps: Columns = field(default_factory=places)
    evaluations: Columns = field(default_factory=places)

    @property
    def last_step(self) -> int:
        """The last step that was logged; 0 before the first."""
        return int(self.steps["step"][-1]) if self.steps["step"] else 0

    @property
    def seconds(self) -> float:
        """How long the training took up to its last step."""
        return self.steps["seconds"][-1] if self.steps["seconds"] else 0.0

    def logged(self, name: str) -> "array[float]":
        """A metric over the steps; without a value where it was never logged."""
        return self.steps.get(name, array("d"))

    def evaluated(self, name: str) -> "array[float]":
        """A metric over the evaluations; without a value where it was never logged."""
        return self.evaluations.get(name, array("d"))

    def add_step(self, values: Mapping[str, float]) -> None:
        """Take in a step. One that came before takes back all from there on."""
        if self.steps["step"] and values["step"] <= self.last_step:
            self.go_back(int(values["step"]) - 1)
        self.generation += add(self.steps, values)

    def add_evaluation(self, values: Mapping[str, float]) -> None:
        """Take in an evaluation."""
        self.generation += add(self.evaluations, values)

    def go_back(self, step: int) -> None:
        """Forget what came after a step."""
        self.generation += 1
        for columns in (self.steps, self.evaluations):
            kept = bisect_right(columns["step"], step)
            for column in columns.values():
                del column[kept:]

    @property
    def shape(self) -> int:
        """A number that grows when a row or an evaluation holds more than before."""
        return len(self.steps) + len(self.evaluations)

    @property
    def described(self) -> dict[str, Any]:
        """What the values of a row are, by the names of metrics, and of an evaluation.

        After those of a single step come the number of a row's steps, and the extremes:
        of each end those of the metrics whose places are listed. An evaluation has the
        names at some places, and names of its own.
        """
        places = {name: place for place, name in enumerate(self.steps)}
        return {
            "names": [*places],
            "ends": {end: [places[n] for n in ns] for end, ns in self.ends.items()},
            "marked": [places.get(name, name) for name in self.evaluations],
        }

    @property
    def metrics(self) -> list[str]:
        """What is measured, at steps and in evaluations."""
        seen = (name for name in self.steps if name not in PLACES)
        unseen = (f"{UNSEEN}{name}" for name in self.evaluations if name not in PLACES)
        return [*seen, *unseen]

    @property
    def ends(self) -> dict[str, list[str]]:
        """The metrics of which the lowest and the highest value stay."""
        measured = [name for name in self.steps if name not in PLACES]
        return {e: [n for n in measured if e in metric(n).spread] for e in EXTREMES}

    def piece(
        self, known: int, first: float | None = None, last: float | None = None
    ) -> Piece:
        """The rows after the first ``known`` steps, of a part if its ends are named.

        ``described`` says what their values are.
        """
        long = len(self.steps) + sum(map(len, self.ends.values())) + 1
        column, most = self.steps["step"], max(1, VALUES // long)
        begin = 0 if first is None else bisect_left(column, first)
        end = len(column) if last is None else bisect_right(column, last)
        start = min(max(known, begin), end)
        # The newest steps come one by one.
        width = max(1, (end - begin) // WHOLE) if end - start > most else 1
        stop = min(start + most * width, end)
        return Piece(self.rows(start, stop, width), stop, stop < end)

    def rows(self, start: int, stop: int, width: int) -> list[Row]:
        """Steps from one place to another, ``width`` of them in a row."""
        if start >= stop:
            return []
        values = {name: np.array(c[start:stop]) for name, c in self.steps.items()}
        if width == 1:
            return rounded(values.values())
        cuts = np.arange(0, stop - start, width)
        ends = np.append(cuts[1:], stop - start)
        taken = [folded(name, each, cuts, ends) for name, each in values.items()]
        extremes = [
            EXTREMES[end](values[n], cuts) for end, ns in self.ends.items() for n in ns
        ]
        return rounded([*taken, ends - cuts, *extremes])

    def marks(self, known: int) -> Piece:
        """The evaluations after the first ``known``, as `piece` gives steps."""
        every = list(self.evaluations.values())
        end = len(every[0])
        most = max(1, MARKS * (len(PLACES) + 1) // len(every))
        stop = min(max(known, 0) + most, end)
        start = min(max(known, 0), stop)
        rows = rounded([np.array(c[start:stop]) for c in every])
        return Piece(rows, stop, stop < end)

    def median_norm(self) -> float | None:
        """The median gradient norm, beside which one norm is high or is not."""
        norms = np.array(self.logged("grad_norm"))
        norms = norms[np.isfinite(norms)]
        return shortened(float(np.median(norms))) if len(norms) else None


EXTREMES = {"low": np.fmin.reduceat, "high": np.fmax.reduceat}


def folded(name: str, values: Any, cuts: Any, ends: Any) -> Any:
    """One value for each part of a column."""
    if name in PLACES or metric(name).folded == "last":
        return values[ends - 1]
    if metric(name).folded == "highest":
        return np.fmax.reduceat(values, cuts)
    return means(values, cuts)


def means(values: Any, cuts: Any) -> Any:
    """The mean of each part; nan where a part holds no number."""
    known = np.isfinite(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), cuts)
    counts = np.add.reduceat(known.astype(float), cuts)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def rounded(columns: Iterable[Any]) -> list[Row]:
    """Columns as rows of short numbers; None for what is no number."""
    return [[shortened(value) for value in row] for row in np.column_stack([*columns])]


def shortened(value: float) -> float | None:
    """A number with few digits, as JSON writes it shortest; None for no number."""
    if not math.isfinite(value):
        return None
    if value == round(value) and abs(value) < 1e15:
        return int(value)
    return float(f"{value:.{DIGITS}g}")
