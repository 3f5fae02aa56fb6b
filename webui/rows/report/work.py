"""What the report's own process does: measure the files, read the rows, keep the
report."""

import os
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from webui.chat.conversation import Chat
from webui.errors import PlannerError
from webui.models.pretrained import read_config, recipe_chat
from webui.planner.job import Gauge
from webui.recipe import Recipe
from webui.rows.each import Kept, Rejected, read_rows, rendered_row, source_files
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
from webui.rows.report.measured import (
    Measured,
    Position,
    Stamp,
    files_stamp,
    measure_files,
)
from webui.rows.report.report import Asked, Report, make_report, to_json
from webui.rows.split import parted_rows
from webui.text import Text

Known = dict[Stamp, Measured]
MEASURING, READING = range(2)
STAGES = (
    Text("looking at the files", "正在查看文件"),
    Text("reading the rows", "正在读取数据"),
)
# Of the whole time, roughly: hashing goes first, comparing the rows comes last.
MEASURED_SHARE, READ_SHARE = 0.02, 0.97
CHANGED = Text(
    "A file was changed while it was read; start the report again.",
    "读取期间有文件被修改；请重新生成报告。",
)
REACH = 131072  # tokens; the longest sequence that a recipe may ask for


def finished_report(
    recipe: Recipe, scratch: Path, known: Known, gauge: Gauge
) -> tuple[str, Known]:
    """The key of a report that lies in the cache, and what is known of its files."""
    paths = [Path(file) for file in source_files(recipe)]
    stamps = [files_stamp(path) for path in paths]
    measured = measure_all(paths, known, gauge)
    key = report_key(recipe, measured, hub_revision(recipe))
    if cached(key) is None:
        position = Position([part for one in measured for part in one.parts])
        file = scratch / "rejected.jsonl"
        report = written_report(recipe, file, gauge, position)
        if stamps != [files_stamp(path) for path in paths]:
            raise PlannerError(CHANGED)
        keep_report(report, scratch, key)
    return key, dict(zip(stamps, measured, strict=True))


def measure_all(paths: list[Path], known: Known, gauge: Gauge) -> list[Measured]:
    """What is behind each path; what is known already is not read."""
    measured = []
    total = sum(size for path in paths for _, size, _ in files_stamp(path))
    done = 0

    def on_bytes(count: int) -> None:
        nonlocal done
        done += count
        share = done / total if total else 0.0
        gauge.tell(MEASURING, share=share * MEASURED_SHARE)

    for path in paths:
        measured.append(known.get(files_stamp(path)) or measure_files(path, on_bytes))
    return measured


def written_report(
    recipe: Recipe, rejected_file: Path, gauge: Gauge, position: Position
) -> Report:
    """Make the report, and write the rejected rows to a file."""
    chat = recipe_chat(recipe)
    tokenizer = chat.template.tokenizer
    train, heldout = both_parts(recipe, chat)
    tell = gauge.begin(READING, MEASURED_SHARE, READ_SHARE)

    def on_progress(rows: int, record: Record) -> None:
        tell(position.share(record), rows)

    with rejected_file.open("w", encoding="utf-8", errors="backslashreplace") as file:
        return make_report(
            train,
            heldout,
            partial(encode, recipe, tokenizer),
            report_inputs(recipe, tokenizer),
            on_progress=on_progress,
            rejected=file,
        )


def both_parts(
    recipe: Recipe, chat: Chat
) -> tuple[Iterator[Kept | Rejected], Iterator[Kept | Rejected]]:
    """The training rows and the held-out rows.

    Rows that are drawn from the training rows come among these; the report draws them.
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


def report_inputs(recipe: Recipe, tokenizer: Any) -> Asked:
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


def keep_report(report: Report, scratch: Path, key: str) -> None:
    """Put a report and its rejected rows into the cache; the report last, so that
    it is there only when it is whole."""
    written = ""
    if report.reasons:
        written = str(rejected_path(key))
        os.replace(scratch / "rejected.jsonl", written)
    whole = scratch / "report.json"
    whole.write_bytes(to_json(replace(report, rejected_file=written)))
    os.replace(whole, report_path(key))
