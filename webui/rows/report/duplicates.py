"""Rows that say the same as another, or nearly: within the training rows, and across.

A million rows take about 300 MB: arrays, sorted one band after the other. Rensa's
own index is not used for this: it names all pairs of a band, which for 8,000 rows alike
are 64 million, in 42 seconds and 2.6 GB, where this takes 0.1 seconds.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from webui.rows.report.signatures import SLOTS, digest, signatures
from webui.text import Text

if TYPE_CHECKING:
    import numpy as np

SIMILAR = 0.8  # shared shingles, from which on two rows are nearly the same
# Rows are compared if they agree in all slots of a band: 21 bands of 6 slots find
# 99.8 % of the pairs that share 0.8 of their shingles, and 63 % of those with 0.6.
BANDS, BAND_SLOTS = 21, 6
COMPARED_AT_ONCE = 1 << 15  # pairs
EXAMPLES = 20


class Place(NamedTuple):
    """Where a row stands: its file, and its line or row there, counted from 1."""

    file: str
    number: int
    unit: Text


@dataclass(frozen=True)
class Twin:
    """A row, an earlier one that says the same, and the share of shingles in common."""

    row: Place
    earlier: Place
    similarity: float


@dataclass(frozen=True)
class Repeats:
    """How many rows repeat an earlier one, of how many, and the first of them."""

    count: int = 0
    share: float = 0.0
    examples: tuple[Twin, ...] = ()


@dataclass(frozen=True)
class Duplicates:
    """Training rows that repeat an earlier one, held-out rows that repeat a training
    row; a row that is an exact repeat is not counted as a near one again."""

    exact: Repeats = Repeats()
    near: Repeats = Repeats()
    leaked: Repeats = Repeats()
    nearly_leaked: Repeats = Repeats()


class Fingerprints:
    """Hash, signature and place of each row: first all training rows, then the others.

    ``train`` is the number of training rows.
    """

    def __init__(self) -> None:
        self.train = 0
        self.hashes = array("Q")
        self.slots = array("H")
        self.numbers = array("q")
        self.sources = array("i")
        self.known: dict[tuple[str, Text], int] = {}

    def add(
        self, texts: Sequence[str], places: Sequence[Place], *, train: bool
    ) -> None:
        """Add some rows: what each says (see ``comparable``), and where it stands."""
        if not texts:
            return
        self.hashes.extend(map(digest, texts))
        self.slots.frombytes(signatures(texts).tobytes())
        self.numbers.extend(place.number for place in places)
        self.sources.extend(map(self.source, places))
        self.train += train * len(texts)

    @property
    def signatures(self) -> "np.ndarray":
        """The signature of each row."""
        import numpy as np

        return np.asarray(self.slots).reshape(-1, SLOTS)

    def hold_out(self, rows: Sequence[int]) -> None:
        """Make these training rows, by their numbers, the held-out rows."""
        import numpy as np

        held = np.zeros(self.train, bool)
        held[rows] = True
        order = np.concatenate([np.flatnonzero(~held), np.flatnonzero(held)])
        plain = (np.asarray(each) for each in (self.hashes, self.numbers, self.sources))
        for column in (self.signatures, *plain):
            column[: len(order)] = column[: len(order)][order]
        self.train -= len(rows)

    def source(self, place: Place) -> int:
        """The number of a place's file."""
        return self.known.setdefault((place.file, place.unit), len(self.known))

    def place(self, row: int) -> Place:
        """Where a row stands."""
        file, unit = list(self.known)[self.sources[row]]
        return Place(file, self.numbers[row], unit)


def find_duplicates(prints: Fingerprints) -> Duplicates:
    """Compare every row with every other, without looking at every pair."""
    import numpy as np

    train, total = prints.train, len(prints.hashes)
    if not total:
        return Duplicates()
    first = first_alike(np.asarray(prints.hashes))
    exact = np.where(first < np.arange(total), first, -1)
    # A held-out row that repeats another held-out row only is no repeat.
    exact[train:][exact[train:] >= train] = -1
    near = near_repeats(prints, np.flatnonzero(first == np.arange(total)))
    # What is nearly the same holds for the copies of a held-out row, too.
    near[train:] = np.where(exact[train:] < 0, near[first[train:]], -1)
    return Duplicates(
        count_repeats(prints, exact, range(train)),
        count_repeats(prints, near, range(train)),
        count_repeats(prints, exact, range(train, total)),
        count_repeats(prints, near, range(train, total)),
    )


def first_alike(hashes: "np.ndarray") -> "np.ndarray":
    """For each row the first one with the same hash, maybe itself."""
    import numpy as np

    _, first, number = np.unique(hashes, return_index=True, return_inverse=True)
    return first[number]


def near_repeats(prints: Fingerprints, rows: "np.ndarray") -> "np.ndarray":
    """For each row a training row that it nearly repeats, or -1.

    Of training rows that are joined, pair by pair, all but the first count as repeats.
    Only the given rows are compared, which ascend.
    """
    import numpy as np

    train = int(np.searchsorted(rows, prints.train))
    signed = prints.signatures
    parent = array("q", range(len(rows)))
    earlier_of = np.full(len(rows), -1)
    for band in range(BANDS):
        keys = band_keys(signed, band)[rows]
        for later, earlier in candidates(keys, train):
            apart = parents_apart(parent, later, earlier, train)
            later, earlier = later[apart], earlier[apart]
            alike = similarity(signed, rows[later], rows[earlier]) >= SIMILAR
            for a, b in zip(
                later[alike].tolist(), earlier[alike].tolist(), strict=True
            ):
                join(parent, a, b)
                if earlier_of[a] < 0:
                    earlier_of[a] = b
    repeat = np.frombuffer(parent, np.int64) != np.arange(len(rows))
    # A row may be joined to the first only through later ones: name the first then.
    named = np.where(earlier_of < 0, np.frombuffer(parent, np.int64), earlier_of)
    found = np.full(len(prints.hashes), -1)
    found[rows[repeat]] = rows[named[repeat]]
    return found


def band_keys(signed: "np.ndarray", band: int) -> "np.ndarray":
    """One number for each row's slots in a band."""
    import numpy as np

    keys = np.zeros(len(signed), np.uint64)
    for slot in range(band * BAND_SLOTS, (band + 1) * BAND_SLOTS):
        keys *= np.uint64(0x9E3779B97F4A7C15)
        keys += signed[:, slot]
        keys ^= keys >> np.uint64(31)
    return keys


def candidates(
    keys: "np.ndarray", train: int
) -> Iterator[tuple["np.ndarray", "np.ndarray"]]:
    """Pairs of rows that share a key, the earlier one among the first ``train``.

    Of many rows with one key, each is paired with the first and with the one before
    it: all pairs would be too many, and other bands give other neighbours.
    """
    import numpy as np

    order = np.argsort(keys, kind="stable")
    ordered, positions = keys[order], np.arange(len(keys))
    begins = np.ones(len(keys), bool)
    begins[1:] = ordered[1:] != ordered[:-1]
    first = np.maximum.accumulate(np.where(begins, positions, 0))
    before = np.maximum.accumulate(np.where(order < train, positions, -1))
    before = np.concatenate([[-1], before[:-1]])
    paired = np.flatnonzero(before >= first)
    for begin in range(0, len(paired), COMPARED_AT_ONCE):
        some = paired[begin : begin + COMPARED_AT_ONCE]
        yield order[some], order[first[some]]
        yield order[some], order[before[some]]


def similarity(
    signed: "np.ndarray", some: "np.ndarray", others: "np.ndarray"
) -> "np.ndarray":
    """The share of equal slots of pairs of rows."""
    shares: np.ndarray = (signed[some] == signed[others]).mean(axis=1)
    return shares


def parents_apart(
    parent: array, later: "np.ndarray", earlier: "np.ndarray", train: int
) -> "np.ndarray":
    """Which pairs are not yet known to be joined.

    A held-out row is joined once: it must be no bridge between two training rows.
    """
    import numpy as np

    above = np.frombuffer(parent, np.int64)
    alone = above[later] == later
    apart: np.ndarray = np.where(later >= train, alone, above[later] != above[earlier])
    return apart


def join(parent: array, later: int, earlier: int) -> None:
    """Put two rows into one group, whose root is its first row."""
    a, b = root(parent, later), root(parent, earlier)
    parent[max(a, b)] = min(a, b)


def root(parent: array, row: int) -> int:
    """The first row of a row's group."""
    while parent[row] != row:
        parent[row] = parent[parent[row]]
        row = parent[row]
    return row


def count_repeats(prints: Fingerprints, earlier: "np.ndarray", rows: range) -> Repeats:
    """Count those of the rows that have an earlier one, and show the first."""
    import numpy as np

    if not rows:
        return Repeats()
    found = np.flatnonzero(earlier[rows.start : rows.stop] >= 0) + rows.start
    shown = found[:EXAMPLES]
    likeness = similarity(prints.signatures, shown, earlier[shown])
    examples = tuple(
        Twin(prints.place(row), prints.place(int(earlier[row])), round(float(s), 2))
        for row, s in zip(shown.tolist(), likeness, strict=True)
    )
    return Repeats(len(found), len(found) / len(rows), examples)
