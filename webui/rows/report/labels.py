"""Which labels the rows of a format teach, read from the answers to learn."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SHOWN = 50
COUNTED = 10_000  # a column of free text has no end of labels


@dataclass(frozen=True)
class Label:
    """A label, how often it comes, and its share of all labels."""

    name: str
    count: int
    share: float


class LabelTally:
    """Counts the labels of a format that has them."""

    def __init__(self, format: str) -> None:
        self.format = format
        self.counts: Counter[str] = Counter()
        self.total = 0

    def add(self, mapped: dict[str, Any]) -> None:
        """Count the labels of one row."""
        for name in labels_of(self.format, mapped):
            self.total += 1
            if name in self.counts or len(self.counts) < COUNTED:
                self.counts[name] += 1

    def labels(self) -> tuple[Label, ...]:
        """The most frequent labels first."""
        return tuple(
            Label(name, count, count / self.total)
            for name, count in self.counts.most_common(SHOWN)
        )


def labels_of(format: str, mapped: dict[str, Any]) -> Sequence[str]:
    """The labels in a row's answer: one of a text, or those of its words or entities.

    Formats that have no labels give none.
    """
    if format not in ("classification", "ner", "pos"):
        return ()
    answer = str(mapped["messages"][-1]["content"])
    if format == "classification":
        return (answer,)
    if format == "ner" and answer.startswith("["):
        return [str(entity["type"]) for entity in json.loads(answer)]
    return [word.rpartition("/")[2] for word in answer.split()]
