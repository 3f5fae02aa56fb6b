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
from typing import Any

import numpy as np

from webui.metrics import metric

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
    def names(self) -> list[str]:
        """What the values of a row are; those of a row of one step end before `count`.

        After it, the number of the row's steps, come the extremes of metrics.
        """
        spread = (f"{name}.{end}" for name, end in self.ends)
        return [*self.steps, COUNT, *spread]

    @property
    def ends(self) -> list[tuple[str, str]]:
        """The metrics of which an extreme stays, with which."""
        measured = (name for name in self.steps if name not in PLACES)
        return [(name, end) for name in measured for end in metric(name).spread]

    def piece(
        self, known: int, first: float | None = None, last: float | None = None
    ) -> tuple[list[Row], int, bool]:
        """The rows after the first ``known`` steps, of a part if its ends are named.

        Returns the rows, how many steps are known with them, and whether there are
        more. ``names`` says what their values are.
        """
        column, most = self.steps["step"], max(1, VALUES // len(self.names))
        begin = 0 if first is None else bisect_left(column, first)
        end = len(column) if last is None else bisect_right(column, last)
        start = min(max(known, begin), end)
        # The newest steps come one by one.
        width = max(1, (end - begin) // WHOLE) if end - start > most else 1
        stop = min(start + most * width, end)
        return self.rows(start, stop, width), stop, stop < end

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
        extremes = [EXTREMES[end](values[name], cuts) for name, end in self.ends]
        return rounded([*taken, ends - cuts, *extremes])

    def marks(self, known: int) -> tuple[list[Row], int, bool]:
        """The evaluations after the first ``known``, as `piece` gives steps."""
        every = list(self.evaluations.values())
        end = len(every[0])
        most = max(1, MARKS * (len(PLACES) + 1) // len(every))
        stop = min(max(known, 0) + most, end)
        start = min(max(known, 0), stop)
        return rounded([np.array(c[start:stop]) for c in every]), stop, stop < end

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
