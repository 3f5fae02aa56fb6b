"""What the report's own process does: measure the files, read the rows, keep the
report."""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from webui.chat.conversation import Chat
from webui.errors import PlannerError
from webui.models.pretrained import read_config, recipe_chat
from webui.planner.child import answer, settle_in
from webui.recipe import Recipe
from webui.rows.each import Kept, Rejected, read_rows, rendered_row
from webui.rows.encoding import encode
from webui.rows.mapping.steps import instruction_of
from webui.rows.reading.hub import hub_revision
from webui.rows.reading.sources import Record
from webui.rows.report.cache import (
    cached,
    rejected_path,
    report_key,
    report_path,
)
from webui.rows.report.measured import Measured, Position, Stamp, measure, stamp
from webui.rows.report.report import Asked, Report, make_report, to_json
from webui.rows.split import parted_rows
from webui.text import Text

Known = dict[Stamp, Measured]
MEASURING, READING = 0.0, 1.0  # stages
UNKNOWN = -1.0
# Of the whole time, roughly: hashing goes first, comparing the rows comes last.
MEASURED_SHARE, READ_SHARE = 0.02, 0.97
CHANGED = Text(
    "A file was changed while it was read; start the report again.",
    "读取期间有文件被修改；请重新生成报告。",
)
REACH = 131072  # tokens; the longest sequence that a recipe may ask for


class Gauge:
    """Tells the other process how far the work is, through four shared numbers:
    the stage, the rows, the share done, and the seconds left."""

    def __init__(self, numbers: Any) -> None:
        self.numbers = numbers
        self.begun = time.monotonic()

    def measuring(self, share: float) -> None:
        """So much of the files has been measured."""
        self.numbers[:] = [MEASURING, 0.0, share * MEASURED_SHARE, UNKNOWN]

    def begin_reading(self) -> None:
        """From now on the time is taken."""
        self.begun = time.monotonic()
        self.numbers[:] = [READING, 0.0, MEASURED_SHARE, UNKNOWN]

    def reading(self, rows: int, share: float | None) -> None:
        """So many rows have been read; of all, the share is known or not."""
        if not share:
            self.numbers[:] = [READING, rows, UNKNOWN, UNKNOWN]
            return
        seconds = time.monotonic() - self.begun
        left = seconds / (share * READ_SHARE) - seconds
        done = MEASURED_SHARE + share * (READ_SHARE - MEASURED_SHARE)
        self.numbers[:] = [READING, rows, done, max(0.0, left)]


def work(
    recipe: Recipe, scratch: Path, known: Known, numbers: Any, answers: Connection
) -> None:
    """Make the report, or find it; answer with its key and the files' hashes, or with
    a PlannerError."""
    settle_in(niceness=10, all_cores=True)
    try:
        arguments = (recipe, scratch, known, Gauge(numbers))
        answers.send(answer(finished_report, arguments))
    except PlannerError as error:
        answers.send(error)


def finished_report(
    recipe: Recipe, scratch: Path, known: Known, gauge: Gauge
) -> tuple[str, Known]:
    """The key of a report that lies in the cache, and what is known of its files."""
    paths = source_paths(recipe)
    stamps = [stamp(path) for path in paths]
    measured = measure_all(paths, known, gauge)
    key = report_key(recipe, measured, hub_revision(recipe))
    if cached(key) is None:
        position = Position([part for one in measured for part in one.parts])
        file = scratch / "rejected.jsonl"
        report = written_report(recipe, file, gauge, position)
        if stamps != [stamp(path) for path in paths]:
            raise PlannerError(CHANGED)
        keep(report, scratch, key)
    return key, dict(zip(stamps, measured, strict=True))


def source_paths(recipe: Recipe) -> list[Path]:
    """The training files, then the held-out files."""
    if recipe.data.source == "hub":
        return []
    heldout = recipe.split.files if recipe.split.by == "file" else ()
    return [Path(file) for file in (*recipe.data.train_files, *heldout)]


def measure_all(paths: list[Path], known: Known, gauge: Gauge) -> list[Measured]:
    """What is behind each path; what is known already is not read."""
    measured = []
    total = sum(size for path in paths for _, size, _ in stamp(path))
    done = 0

    def on_bytes(count: int) -> None:
        nonlocal done
        done += count
        gauge.measuring(done / total if total else 0.0)

    for path in paths:
        measured.append(known.get(stamp(path)) or measure(path, on_bytes))
    return measured


def written_report(
    recipe: Recipe, rejected_file: Path, gauge: Gauge, position: Position
) -> Report:
    """Make the report, and write the rejected rows to a file."""
    chat = recipe_chat(recipe)
    tokenizer = chat.template.tokenizer
    train, heldout = both_parts(recipe, chat)
    gauge.begin_reading()

    def on_progress(rows: int, record: Record) -> None:
        gauge.reading(rows, position.share(record))

    with rejected_file.open("w", encoding="utf-8", errors="backslashreplace") as file:
        return make_report(
            train,
            heldout,
            partial(encode, recipe, tokenizer),
            asked(recipe, tokenizer),
            on_progress=on_progress,
            rejected=file,
        )


def both_parts(
    recipe: Recipe, chat: Chat
) -> tuple[Iterator[Kept | Rejected], Iterator[Kept | Rejected]]:
    """The training rows and the held-out rows.

    Rows that are drawn from the training rows come among these; see ``draw_rows``.
    """
    if recipe.split.by != "column":
        return read_rows(recipe, "train", chat), read_rows(recipe, "heldout", chat)
    column, value = recipe.split.column, recipe.split.value

    def part(is_held: bool) -> Iterator[Kept | Rejected]:
        for row in read_rows(recipe, "train"):
            found = str((row.record.row or {}).get(column, "")) == value
            if found == is_held:
                yield rendered_row(row, chat)

    return part(False), part(True)


def asked(recipe: Recipe, tokenizer: Any) -> Asked:
    """What the report depends on beside the rows."""
    instruction = "" if recipe.data.format == "text" else instruction_of(recipe)
    longest = recipe.model.max_seq_length
    context = context_of(recipe, tokenizer)
    by = recipe.split
    draw = partial(parted_rows, recipe) if by.by in ("fraction", "count") else None
    column = by.stratify_by or by.group_by
    return Asked(recipe.data.format, longest, context, instruction, draw, column)


def context_of(recipe: Recipe, tokenizer: Any) -> int:
    """The longest sequence that the model can take, in tokens."""
    try:
        config = read_config(recipe.model).get_text_config()
        context = getattr(config, "max_position_embeddings", None)
    except PlannerError:  # a folder with a tokenizer alone will do here
        context = None
    return min(int(context or tokenizer.model_max_length), REACH)


def keep(report: Report, scratch: Path, key: str) -> None:
    """Put a report and its rejected rows into the cache; the report last, so that
    it is there only when it is whole."""
    written = ""
    if report.reasons:
        written = str(rejected_path(key))
        os.replace(scratch / "rejected.jsonl", written)
    whole = scratch / "report.json"
    whole.write_bytes(to_json(replace(report, rejected_file=written)))
    os.replace(whole, report_path(key))
