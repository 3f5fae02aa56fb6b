"""Rows out of any file or folder, read without harm."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.errors import PlannerError
from webui.rows.reading.archives import checked
from webui.rows.reading.arrow import read_dataset
from webui.rows.reading.files import damage, suffix_of
from webui.rows.reading.json_lines import RowNumber
from webui.rows.reading.json_values import is_deep
from webui.rows.reading.opening import (
    broken_dataset,
    explain_ended_reading,
    is_saved,
    opened,
    refuse,
    saved_dataset,
)
from webui.rows.reading.readers import READERS
from webui.rows.reading.reasons import in_both
from webui.rows.reading.unreadable import clean, refuse_file
from webui.text import Text

LINE, ROW = Text("line", "行"), Text("row", "条")
IN_ROWS = (".parquet", ".xlsx")
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


def records(path: Path) -> Iterator[Record]:
    """Every row behind a path, read as it is asked for; what is no row comes as well.

    Raises:
        PlannerError: if nothing behind the path can be read, or it holds no rows.
    """
    refuse(path)
    several = path.is_dir() or suffix_of(path.name) == ".zip"
    several = several and not is_saved(path)
    found = False
    for name, unit, rows in opened_rows(path):
        number = 0
        try:
            for number, row in rows:
                found = True
                yield record(name, number, unit, row)
        except ValueError as error:  # about the whole file, or all the rest of it
            if not (found or several):
                raise explain_ended_reading(name, error) from None
            found = True
            yield record(name, number + 1, unit, error)
    if not found:
        raise refuse_file(path.name, "holds no rows", "没有任何数据行")


def opened_rows(path: Path) -> Iterator[tuple[str, Text, Iterator]]:
    """Each file behind a path: its name, what its numbers count, and its rows."""
    if is_saved(path):
        yield path.name, ROW, rows_of_folder(path)
        return
    for name, file in opened(path):
        size = packed_size(path, name)
        unit = ROW if suffix_of(name) in IN_ROWS else LINE
        yield name, unit, rows_of_file(name, file, size)


def rows_of_file(name: str, file: Any, packed: int) -> Iterator:
    """The rows of one file; ``packed`` is the size of the archive that it is in."""
    reader = READERS[suffix_of(name)]
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


def packed_size(path: Path, name: str) -> int:
    """The size of the archive that a file is in, or of the file itself."""
    if not path.is_dir():
        return path.stat().st_size
    whole = path / name
    return (whole if whole.exists() else path / f"{name}.gz").stat().st_size


def record(name: str, number: int, unit: Text, row: dict | ValueError) -> Record:
    """A row, or what is wrong with it, as a record."""
    unit = ROW if isinstance(number, RowNumber) else unit
    number = int(number)
    if isinstance(row, dict):
        return Record(clean(name), number, unit, row)
    raw = clean(row.args[1]) if len(row.args) > 1 else ""
    return Record(clean(name), number, unit, None, in_both(row.args[0]), raw)
