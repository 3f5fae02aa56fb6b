"""Rows that cannot be used: counted by reason, the first shown, all in a file."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import IO

from webui.rows.each import Rejected
from webui.rows.report.duplicates import Place
from webui.text import Text

FIRST = 200
REASONS = 50  # shown
REASONS_COUNTED = 1000  # a reason may quote the row, and then there is no end of them
OTHER = Text("other reasons", "其他原因")


@dataclass(frozen=True)
class Rejection:
    """A row that cannot be used: where it stands, and why."""

    place: Place
    reason: Text


@dataclass(frozen=True)
class Reason:
    """So many rows were rejected for one reason."""

    text: Text
    rows: int


class RejectionTally:
    """Counts rejected rows and writes each to a file as a line of JSON."""

    def __init__(self, file: IO[str] | None) -> None:
        self.file = file
        self.reasons: Counter[Text] = Counter()
        self.first: list[Rejection] = []

    def add(self, row: Rejected) -> None:
        """Count one row and write it down."""
        known = row.reason in self.reasons or len(self.reasons) < REASONS_COUNTED
        self.reasons[row.reason if known else OTHER] += 1
        if len(self.first) < FIRST:
            record = row.record
            place = Place(record.file, record.number, record.unit)
            self.first.append(Rejection(place, row.reason))
        if self.file is not None:
            self.file.write(rejected_line(row))

    def by_reason(self) -> tuple[Reason, ...]:
        """The most frequent reasons first."""
        return tuple(Reason(*counted) for counted in self.reasons.most_common(REASONS))


def rejected_line(row: Rejected) -> str:
    """A rejected row as a line of JSON: its place, the reason, and the row itself."""
    record = row.record
    told = {"file": record.file, record.unit.en: record.number}
    told |= {"reason": row.reason.en, "reason_zh": row.reason.zh}
    told |= {"raw": record.raw} if record.row is None else {"row": record.row}
    # Values of a Parquet file may be dates or bytes.
    return json.dumps(told, ensure_ascii=False, default=str) + "\n"
