"""What is in the training rows, all of them: what is wrong, twice, or too long."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from pydantic import TypeAdapter

from webui.chat.sequences import Sequence
from webui.rows.each import Kept, Rejected
from webui.rows.encoding import Encoded
from webui.rows.reading.sources import Record
from webui.rows.report.duplicates import (
    Duplicates,
    Fingerprints,
    Place,
    find_duplicates,
)
from webui.rows.report.labels import Label, LabelTally
from webui.rows.report.lengths import Lengths, LengthTally, trained_tokens
from webui.rows.report.rejections import Reason, Rejection, RejectionTally
from webui.rows.report.signatures import comparable

BATCH_ROWS = 1000
BATCH_CHARACTERS = 1_000_000  # very long rows must not fill the memory
EXAMPLES = 20

Rows = Iterable[Kept | Rejected]
Encode = Callable[[list[Sequence]], list[Encoded]]
OnProgress = Callable[[int, Record], None]
# From rows as the split's functions take them to those held out, and the others.
Draw = Callable[[list[dict[str, Any]]], tuple[list, list]]


@dataclass(frozen=True)
class Counts:
    """Rows that were read, and how many of them can be used."""

    read: int = 0
    kept: int = 0

    @property
    def rejected(self) -> int:
        """Rows that cannot be used."""
        return self.read - self.kept

    def __add__(self, more: "Counts") -> "Counts":
        return Counts(self.read + more.read, self.kept + more.kept)


@dataclass(frozen=True)
class Empty:
    """Rows with nothing to learn: no answer, or no text; and the first of them."""

    count: int = 0
    examples: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Report:
    """The figures of all rows; those in tokens are of the training rows.

    ``rejected_file`` holds every rejected row with its place and reason, as JSON
    lines; it is empty where none was written. ``seconds`` is what the report took.
    """

    train: Counts
    heldout: Counts
    reasons: tuple[Reason, ...]
    rejections: tuple[Rejection, ...]
    rejected_file: str
    empty: Empty
    duplicates: Duplicates
    lengths: Lengths
    labels: tuple[Label, ...]
    seconds: float


@dataclass(frozen=True)
class Asked:
    """What a report depends on beside the rows.

    Attributes:
        format: the rows' format, by its name in a recipe.
        max_length: the chosen longest sequence, in tokens.
        context: the longest one that the model can take, in tokens.
        instruction: what stands before every question and is not compared.
        draw: holds some of the training rows out; None where these come on their own.
        column: the only one that ``draw`` looks at, if any.
    """

    format: str
    max_length: int
    context: int
    instruction: str = ""
    draw: Draw | None = None
    column: str = ""


@dataclass
class Tally:
    """What is counted while the rows go by."""

    asked: Asked
    rejections: RejectionTally
    labels: LabelTally
    prints: Fingerprints = field(default_factory=Fingerprints)
    lengths: LengthTally = field(default_factory=LengthTally)
    empty: list[Place] = field(default_factory=list)
    empties: int = 0
    rows: int = 0
    drawn_from: list[dict[str, Any]] = field(default_factory=list)


def make_report(
    train: Rows,
    heldout: Rows,
    encode: Encode,
    asked: Asked,
    *,
    on_progress: OnProgress = lambda rows, record: None,
    rejected: IO[str] | None = None,
) -> Report:
    """Go through all rows once and report on them.

    Args:
        train: the training rows, as they are read.
        heldout: the held-out rows; they are only compared with the training rows.
        encode: from a batch of sequences to their tokens.
        on_progress: is told how many rows were read and the last one, after each batch.
        rejected: every rejected row is written there as a line of JSON.
    """
    begun = time.monotonic()
    tally = Tally(asked, RejectionTally(rejected), LabelTally(asked.format))
    trained, held = Counts(), Counts()
    for batch in batches(train):
        kept = usable(tally, batch, on_progress)
        trained += Counts(len(batch), len(kept))
        count_batch(tally, kept, encode)
    for batch in batches(heldout):
        kept = usable(tally, batch, on_progress)
        held += Counts(len(batch), len(kept))
        compare_batch(tally, kept, train=False)
    if asked.draw is not None and tally.drawn_from:
        rows = asked.draw(tally.drawn_from)[0]
        told = [row["number"] for row in rows if row["number"] is not None]
        tally.prints.hold_out(told)
        for row in rows:
            tally.lengths.leave_out(row["seen"], row["learned"])
        held = Counts(len(rows), len(rows))
        trained = Counts(trained.read - held.read, trained.kept - held.kept)
    return Report(
        trained,
        held,
        tally.rejections.by_reason(),
        tuple(tally.rejections.first),
        rejected.name if rejected is not None else "",
        Empty(tally.empties, tuple(tally.empty)),
        find_duplicates(tally.prints),
        tally.lengths.lengths(asked.max_length, asked.context),
        tally.labels.labels(),
        round(time.monotonic() - begun, 1),
    )


def characters(row: Kept) -> int:
    """How long a row is, roughly; one that was not rendered is its messages."""
    if row.sequences:
        return sum(len(part.text) for part in row.sequences)
    messages = row.mapped.get("messages", ())
    said = sum(len(str(m.get("content") or "")) for m in messages)
    return said + len(str(row.mapped.get("text", "")))


def batches(rows: Rows) -> Iterator[list[Kept | Rejected]]:
    """The rows in groups that fit into the memory."""
    batch: list[Kept | Rejected] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += characters(row) if isinstance(row, Kept) else 0
        if len(batch) >= BATCH_ROWS or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def usable(
    tally: Tally, batch: list[Kept | Rejected], on_progress: OnProgress
) -> list[Kept]:
    """The rows of a batch that can be used; the others are counted and written down."""
    for row in batch:
        if isinstance(row, Rejected):
            tally.rejections.add(row)
    tally.rows += len(batch)
    on_progress(tally.rows, batch[-1].record)
    return [row for row in batch if isinstance(row, Kept)]


def count_batch(tally: Tally, kept: list[Kept], encode: Encode) -> None:
    """Measure some training rows."""
    begin = len(tally.drawn_from)
    compare_batch(tally, kept, train=True)
    parts = [part for row in kept for part in row.sequences]
    encoded = iter(encode(parts) if parts else [])
    drawn_from = tally.drawn_from[begin:] if tally.asked.draw else kept
    for row, drawn in zip(kept, drawn_from, strict=True):
        before = tally.lengths.tokens, tally.lengths.trained
        for part in row.sequences:
            count_sequence(tally, row, part, next(encoded))
        if isinstance(drawn, dict):
            drawn["seen"] = tally.lengths.tokens - before[0]
            drawn["learned"] = tally.lengths.trained - before[1]
        tally.labels.add(row.mapped)
        if teaches_nothing(row.mapped):
            tally.empties += 1
            if len(tally.empty) < EXAMPLES:
                tally.empty.append(kept_place(row))


def count_sequence(tally: Tally, row: Kept, part: Sequence, tokens: Encoded) -> None:
    """Measure one sequence of a training row."""
    # A long text goes on in further sequences; of a conversation the end is cut.
    goes_on = tally.asked.format == "text"
    seen = tokens.whole if goes_on else len(tokens.ids)
    learned = tokens.whole if goes_on else trained_tokens(tokens.labels)
    tally.lengths.add(tokens.whole, seen, learned)
    tally.lengths.keep_if_long(kept_place(row), tokens.whole, part.text)


def compare_batch(tally: Tally, kept: list[Kept], *, train: bool) -> None:
    """Remember what some rows say, to find those that say the same."""
    said = [comparable(row.mapped, tally.asked.instruction) for row in kept]
    told = [
        (text, kept_place(row)) for text, row in zip(said, kept, strict=True) if text
    ]
    texts, places = [text for text, _ in told], [place for _, place in told]
    if tally.asked.draw is not None and train:
        column, number = tally.asked.column, tally.prints.train
        for text, row in zip(said, kept, strict=True):
            seen = {column: row.row.get(column, "")} if column else {}
            # All rows are drawn from, also those that say nothing to compare.
            tally.drawn_from.append({"row": seen, "number": number if text else None})
            number += bool(text)
    tally.prints.add(texts, places, train=train)


def kept_place(row: Kept) -> Place:
    """Where a row stands."""
    return Place(row.record.file, row.record.number, row.record.unit)


def teaches_nothing(mapped: dict[str, Any]) -> bool:
    """Whether a row has nothing to learn."""
    if "messages" not in mapped:
        return not str(mapped.get("text") or "").strip()
    answers = [m for m in mapped["messages"] if m.get("role") == "assistant"]
    return not any(m.get("content") or m.get("tool_calls") for m in answers)


def to_json(report: Report) -> bytes:
    """A report as JSON; what is no Unicode in it becomes a question mark."""
    text = json.dumps(asdict(report), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "replace")


def from_json(data: bytes) -> Report:
    """The report in a JSON text.

    Raises:
        ValueError: if it holds none.
    """
    return TypeAdapter(Report).validate_json(data)
