"""How long the rows are in tokens, and which longest sequence would hold them."""

import heapq
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webui.rows.report.duplicates import Place

if TYPE_CHECKING:
    import numpy as np

BINS = 40
STEP = 64  # tokens; what a suggested longest sequence is a multiple of
HELD = 0.99  # share of the rows that it shall hold whole
LONGEST_SHOWN = 5
BEGINNING = 200  # characters


@dataclass(frozen=True)
class Bin:
    """A bar of the histogram: so many rows have from ``first`` to ``last`` tokens."""

    first: int
    last: int
    rows: int


@dataclass(frozen=True)
class LongRow:
    """One of the longest rows: its place, its tokens, and how its text begins."""

    place: Place
    tokens: int
    beginning: str


@dataclass(frozen=True)
class Lengths:
    """The training rows in tokens.

    ``longer`` rows do not fit into ``max_length``; ``suggested`` would hold 99 % of
    the rows whole, as far as the model's context does. ``tokens`` are all that a
    training can see of the rows that are not held out, in one epoch, ``trained`` those
    that the loss looks at; in ``hidden`` rows there are none.
    """

    histogram: tuple[Bin, ...]
    max_length: int
    longer: int
    longer_share: float
    suggested: int
    tokens: int
    trained: int
    hidden: int
    longest: tuple[LongRow, ...]


class LengthTally:
    """Collects the lengths of rows, four bytes each."""

    def __init__(self) -> None:
        self.whole = array("i")
        self.tokens = self.trained = self.hidden = 0
        self.longest: list[tuple[int, int, LongRow]] = []

    def add(self, whole: int, seen: int, trained: int) -> None:
        """Count a row: its tokens, how many a training sees, and learns."""
        self.whole.append(whole)
        self.tokens += seen
        self.trained += trained
        self.hidden += not trained

    def leave_out(self, seen: int, trained: int) -> None:
        """Take back the tokens of a row that turned out to be held out."""
        self.tokens -= seen
        self.trained -= trained

    def keep_if_long(self, place: Place, tokens: int, text: str) -> None:
        """Remember a row if it is among the longest so far."""
        if len(self.longest) == LONGEST_SHOWN and tokens <= self.longest[0][0]:
            return
        row = LongRow(place, tokens, text[:BEGINNING])
        # Of rows of one length the earlier is kept; rows themselves have no order.
        heapq.heappush(self.longest, (tokens, -len(self.whole), row))
        if len(self.longest) > LONGEST_SHOWN:
            heapq.heappop(self.longest)

    def lengths(self, max_length: int, context: int) -> Lengths:
        """The figures over all rows so far."""
        import numpy as np

        whole = np.asarray(self.whole)
        longer = int((whole > max_length).sum())
        return Lengths(
            histogram(whole),
            max_length,
            longer,
            longer / len(whole) if len(whole) else 0.0,
            suggested_length(whole, context),
            self.tokens,
            self.trained,
            self.hidden,
            tuple(row for *_, row in sorted(self.longest, reverse=True)),
        )


def suggested_length(whole: "np.ndarray", context: int) -> int:
    """The smallest multiple of STEP that holds 99 % of the rows, within the context."""
    import numpy as np

    if not len(whole):
        return min(STEP, context)
    needed = int(np.quantile(whole, HELD, method="inverted_cdf"))
    return min(max(1, -(-needed // STEP)) * STEP, context)


def histogram(whole: "np.ndarray") -> tuple[Bin, ...]:
    """Bars of equal width, at most BINS; the last one holds all the longer rows.

    The few longest rows would else make all others one bar.
    """
    import numpy as np

    if not len(whole):
        return ()
    usual, top = int(np.quantile(whole, 0.995, method="higher")), int(whole.max())
    width = bar_width(usual)
    bars = min(usual // width + 1, BINS)
    counts = np.bincount(np.minimum(whole // width, bars - 1), minlength=bars)
    lasts = [(bar + 1) * width - 1 for bar in range(bars)]
    lasts[-1] = max(lasts[-1], top)
    return tuple(
        Bin(bar * width, last, int(rows))
        for bar, (last, rows) in enumerate(zip(lasts, counts, strict=True))
    )


def bar_width(usual: int) -> int:
    """The smallest power of two that brings these many tokens into BINS bars."""
    return 1 << (usual // BINS).bit_length()


def trained_tokens(labels: Sequence[int]) -> int:
    """How many tokens the loss looks at."""
    return len(labels) - list(labels).count(-100)
