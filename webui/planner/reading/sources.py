"""Rows out of any file or folder, read without harm; and what a file was found to be.

The rows come from the readers that the notebook carries, so a training reads the same.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.notebook.steps import READERS
from webui.planner.errors import PlannerError
from webui.planner.reading.archives import checked
from webui.planner.reading.files import damage, suffix_of
from webui.planner.reading.json_rows import is_deep, read_json_by_line
from webui.planner.reading.opening import (
    broken_dataset,
    entries_to_read,
    opened,
    opened_zip,
    refuse,
    saved_dataset,
    told,
)
from webui.planner.reading.readers import read_dataset
from webui.planner.reading.reasons import in_both
from webui.planner.reading.tables import delimiter_of
from webui.planner.reading.text import encoding_of
from webui.planner.reading.unreadable import clean, refused
from webui.recipe.field import Text

LINE, ROW = Text("line", "行"), Text("row", "条")
IN_ROWS = (".parquet", ".xlsx")
TEXTS = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".md")
TABLES = (".csv", ".tsv")
ENCODINGS = {"utf-8-sig": "UTF-8", "gb18030": "GB18030"}  # all others are UTF-16
NAMES = {
    ".ndjson": Text("JSONL", "JSONL"),
    ".parquet": Text("Parquet", "Parquet"),
    ".xlsx": Text("Excel", "Excel"),
    ".txt": Text("plain text", "纯文本"),
    ".md": Text("Markdown", "Markdown"),
}
SAVED = Text("saved data set", "已保存的数据集")
HEAD = 2**20  # bytes that tell the encoding
DEEP = "is nested too deeply"


@dataclass(frozen=True)
class Record:
    """A row of a file, or why there is none: exactly one of ``row`` and ``reason``.

    ``number`` counts ``unit``s from 1: where the row begins. ``reason`` is the end of
    a sentence. ``raw`` is how the row begins in the file, where that is known.
    """

    file: str
    number: int
    unit: Text
    row: dict[str, Any] | None
    reason: Text | None = None
    raw: str = ""


@dataclass(frozen=True)
class Description:
    """What a file was found to be, seen in its beginning.

    ``size`` is in bytes, as stored. Of a ZIP file, ``entries`` are read and ``skipped``
    are not. ``encoding`` is "" where there is no text, ``delimiter`` where no table.
    """

    kind: Text
    size: int
    encoding: str = ""
    delimiter: str = ""
    entries: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def line(self) -> Text:
        """All that in a few words: "CSV, GB18030, delimiter ;"."""
        english, chinese = [self.kind.en], [self.kind.zh]
        if self.encoding:
            english.append(self.encoding)
            chinese.append(self.encoding)
        if self.delimiter:
            tab = self.delimiter == "\t"
            english.append(f"delimiter {'tab' if tab else self.delimiter}")
            chinese.append(f"分隔符 {'制表符' if tab else self.delimiter}")
        if self.entries:
            files = "file" if len(self.entries) == 1 else "files"
            english.append(f"{len(self.entries)} {files} in a ZIP")
            chinese.append(f"ZIP 中 {len(self.entries)} 个文件")
        return Text(", ".join(english), ",".join(chinese))


def records(path: Path) -> Iterator[Record]:
    """Every row behind a path, read as it is asked for; what is no row comes as well.

    Raises:
        PlannerError: if nothing behind the path can be read, or it holds no rows.
    """
    refuse(path)
    several = suffix_of(path.name) == ".zip"
    found = False
    for name, unit, rows in parts(path):
        number = 0
        try:
            for number, row in rows:
                found = True
                yield record(name, number, unit, row)
        except ValueError as error:  # about the whole file, or all the rest of it
            if not (found or several):
                raise told(name, error) from None
            found = True
            yield record(name, number + 1, unit, error)
    if not found:
        raise refused(path.name, "holds no rows", "没有任何数据行")


def parts(path: Path) -> Iterator[tuple[str, Text, Iterator]]:
    """Each file behind a path: its name, what its numbers count, and its rows."""
    if path.is_dir():
        yield path.name, ROW, rows_of_folder(path)
        return
    size = path.stat().st_size
    for name, file in opened(path):
        unit = ROW if suffix_of(name) in IN_ROWS else LINE
        yield name, unit, rows_of_file(name, file, size)


def rows_of_file(name: str, file: Any, packed: int) -> Iterator:
    """The rows of one file; ``packed`` is the size of the archive that it is in."""
    suffix = suffix_of(name)
    reader = read_json_by_line if suffix == ".json" else READERS[suffix]
    try:
        for number, row in reader(checked(name, file, packed)):
            deep = isinstance(row, dict) and is_deep(row)
            yield number, ValueError(DEEP) if deep else row
    except PlannerError:
        raise
    except Exception as error:
        raise damage(error) from None


def rows_of_folder(path: Path) -> Iterator:
    """The rows of a saved data set."""
    dataset = saved_dataset(path)
    try:
        yield from read_dataset(dataset)
    except Exception as error:
        if type(error) is ValueError:  # the reader's own
            raise
        raise broken_dataset(path.name, error) from None


def record(name: str, number: int, unit: Text, row: dict | ValueError) -> Record:
    """A row, or what is wrong with it, as a record."""
    if isinstance(row, dict):
        return Record(clean(name), number, unit, row)
    raw = clean(row.args[1]) if len(row.args) > 1 else ""
    return Record(clean(name), number, unit, None, in_both(row.args[0]), raw)


def described(path: Path) -> Description:
    """What a file is; of a ZIP file, the first file in it.

    Raises:
        PlannerError: if it cannot be read.
    """
    refuse(path)
    if path.is_dir():
        sizes = [file.stat().st_size for file in path.rglob("*") if file.is_file()]
        return Description(SAVED, sum(sizes))
    entries: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    if path.suffix.lower() == ".zip":
        with opened_zip(path) as archive:
            entries = entries_to_read(archive)
            files = [entry.filename for entry in archive.infolist() if entry.file_size]
            skipped = tuple(name for name in files if name not in set(entries))
    kind, encoding, delimiter = first_file(path)
    size = path.stat().st_size
    return Description(kind, size, encoding, delimiter, entries, skipped)


def first_file(path: Path) -> tuple[Text, str, str]:
    """The kind of the first file behind a path, its encoding and its delimiter."""
    for name, file in opened(path):
        suffix = suffix_of(name)
        kind = NAMES.get(suffix, Text(suffix[1:].upper(), suffix[1:].upper()))
        if suffix not in TEXTS:
            return kind, "", ""
        try:
            head = file.read(HEAD)
        except Exception as error:
            raise told(path.name, damage(error)) from None
        encoding = encoding_of(head)
        delimiter = first_delimiter(head, encoding) if suffix in TABLES else ""
        return kind, ENCODINGS.get(encoding, "UTF-16"), delimiter
    raise AssertionError("a path that is not refused has a file")


def first_delimiter(head: bytes, encoding: str) -> str:
    """What parts the columns of a table that begins with these bytes; "" if unclear."""
    lines = head.decode(encoding, "replace").splitlines()
    try:
        return delimiter_of(next((line for line in lines if line.strip()), ""))
    except csv.Error:
        return ""
