"""The curves of a training: every logged figure over its steps, given out in pieces.

A hundred thousand steps are 6 MB here. A piece is small whatever is asked for: where
the steps of it are many, a row stands for several, and holds their mean with the
lowest and the highest loss and the highest gradient norm, so that spikes stay.
"""

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

STEPS = (
    "step",
    "epoch",
    "seconds",
    "loss",
    "learning_rate",
    "grad_norm",
    "tokens_per_second",
    "memory",
)
EVALUATIONS = ("step", "epoch", "seconds", "loss")
# With as many rows the answer stays below 4 kB, figures and names included.
ROWS, MARKS = 30, 24
# A whole training, or a part that was zoomed into, is about so many rows.
WHOLE = 360
DIGITS = 5

Row = list[float | None]


def empty(names: Sequence[str]) -> dict[str, "array[float]"]:
    """Columns without a value yet."""
    return {name: array("d") for name in names}


@dataclass
class Curve:
    """The figures of one training, by column; nan stands where one was not logged.

    ``generation`` grows when steps are taken back (a resume from a checkpoint): who
    holds rows of an earlier one must ask for all of them again.
    """

    generation: int = 0
    steps: dict[str, "array[float]"] = field(default_factory=lambda: empty(STEPS))
    evaluations: dict[str, "array[float]"] = field(
        default_factory=lambda: empty(EVALUATIONS)
    )

    @property
    def last_step(self) -> int:
        """The last step that was logged; 0 before the first."""
        return int(self.steps["step"][-1]) if self.steps["step"] else 0

    @property
    def seconds(self) -> float:
        """How long the training took up to its last step."""
        return self.steps["seconds"][-1] if self.steps["seconds"] else 0.0

    def add_step(self, values: dict[str, float]) -> None:
        """Take in a step. One that came before takes back all from there on."""
        if self.steps["step"] and values["step"] <= self.last_step:
            self.go_back(int(values["step"]) - 1)
        for name, column in self.steps.items():
            column.append(values.get(name, math.nan))

    def add_evaluation(self, values: dict[str, float]) -> None:
        """Take in an evaluation."""
        for name, column in self.evaluations.items():
            column.append(values.get(name, math.nan))

    def go_back(self, step: int) -> None:
        """Forget what came after a step."""
        self.generation += 1
        for columns in (self.steps, self.evaluations):
            kept = bisect_right(columns["step"], step)
            for column in columns.values():
                del column[kept:]

    def piece(
        self, known: int, first: float | None = None, last: float | None = None
    ) -> tuple[list[Row], int, bool]:
        """The rows after the first ``known`` steps, of a part if its ends are named.

        Returns the rows, how many steps are known with them, and whether there are
        more. A row of several steps ends with their number, the lowest and the highest
        loss and the highest gradient norm.
        """
        column = self.steps["step"]
        begin = 0 if first is None else bisect_left(column, first)
        end = len(column) if last is None else bisect_right(column, last)
        start = min(max(known, begin), end)
        # The newest steps come one by one.
        width = max(1, (end - begin) // WHOLE) if end - start > ROWS else 1
        stop = min(start + ROWS * width, end)
        return self.rows(start, stop, width), stop, stop < end

    def rows(self, start: int, stop: int, width: int) -> list[Row]:
        """Steps from one place to another, ``width`` of them in a row."""
        if start >= stop:
            return []
        values = {name: np.array(c[start:stop]) for name, c in self.steps.items()}
        if width == 1:
            return rounded([values[name] for name in STEPS])
        cuts = np.arange(0, stop - start, width)
        ends = np.append(cuts[1:], stop - start)
        taken = {name: values[name][ends - 1] for name in STEPS}
        for name in ("loss", "grad_norm", "tokens_per_second"):
            taken[name] = means(values[name], cuts)
        taken["memory"] = np.fmax.reduceat(values["memory"], cuts)
        loss, norm = values["loss"], values["grad_norm"]
        extremes = [
            ends - cuts,
            np.fmin.reduceat(loss, cuts),
            np.fmax.reduceat(loss, cuts),
            np.fmax.reduceat(norm, cuts),
        ]
        return rounded([*(taken[name] for name in STEPS), *extremes])

    def marks(self, known: int) -> tuple[list[Row], int, bool]:
        """The evaluations after the first ``known``, as `piece` gives steps."""
        every = list(self.evaluations.values())
        end = len(every[0])
        stop = min(max(known, 0) + MARKS, end)
        start = min(max(known, 0), stop)
        return rounded([np.array(c[start:stop]) for c in every]), stop, stop < end

    def median_norm(self) -> float | None:
        """The median gradient norm, beside which one norm is high or is not."""
        norms = np.array(self.steps["grad_norm"])
        norms = norms[np.isfinite(norms)]
        return shortened(float(np.median(norms))) if len(norms) else None


def means(values: Any, cuts: Any) -> Any:
    """The mean of each part; nan where a part holds no number."""
    known = np.isfinite(values)
    sums = np.add.reduceat(np.where(known, values, 0.0), cuts)
    counts = np.add.reduceat(known.astype(float), cuts)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def rounded(columns: Sequence[Any]) -> list[Row]:
    """Columns as rows of short numbers; None for what is no number."""
    return [[shortened(value) for value in row] for row in np.column_stack(columns)]


def shortened(value: float) -> float | None:
    """A number with few digits, as JSON writes it shortest; None for no number."""
    if not math.isfinite(value):
        return None
    if value == round(value) and abs(value) < 1e15:
        return int(value)
    return float(f"{value:.{DIGITS}g}")
