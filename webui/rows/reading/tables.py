"""Rows out of tables: CSV, and workbooks of Excel."""

import collections
import csv
import datetime
import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from webui.rows.reading.files import read_as, seekable_file
from webui.rows.reading.header import cells_as_text, has_header, numbered, rows_above
from webui.rows.reading.json_lines import Row, placed, rows_of_lines
from webui.rows.reading.layout import CHARACTERS, LINES, fitted_row, layout_of
from webui.rows.reading.text import text_lines


def read_csv(file: Any) -> Iterator[Row]:
    """Rows of a CSV or TSV file by the lines they begin at; all values stay text."""
    lines = (line for _, line in text_lines(file, newline=""))
    head = first_lines(lines)
    if holds_json(head):
        every = enumerate(itertools.chain(head, lines), start=1)
        yield from placed(rows_of_lines(every))
        return
    layout = layout_of(head)
    table = csv.reader(
        itertools.chain(head[layout.begin :], lines),
        delimiter=layout.delimiter,
        skipinitialspace=layout.spaced,
        strict=True,
    )
    names: list[str] = []
    begins = layout.begin + 1
    try:
        for cells in table:
            if names:
                yield from row_of(begins, cells, names, layout.delimiter)
            elif layout.header:
                names = column_names(cells)
            else:
                names = numbered(len(cells))
                yield from row_of(begins, cells, names, layout.delimiter)
            begins = layout.begin + table.line_num + 1
    except csv.Error as error:
        yield begins, ValueError(f"is not CSV ({error}); the rest is left out")


def holds_json(head: list[str]) -> bool:
    """Whether a file with the name of a table begins with an object of JSON."""
    first = next((line.strip() for line in head if line.strip()), "")
    try:
        return first.startswith('{"') and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def first_lines(lines: Iterator[str]) -> list[str]:
    """The lines that tell how a table is laid out."""
    head: list[str] = []
    size = 0
    for line in lines:
        head.append(line)
        size += len(line)
        if len(head) == LINES or size > CHARACTERS:
            break
    return head


def row_of(
    number: int, cells: list[str], names: list[str], delimiter: str
) -> Iterator[Row]:
    """The row of some cells; none where all are empty."""
    if not any(cell.strip() for cell in cells):
        return
    if cells == names:  # where files were joined
        yield number, ValueError("repeats the names of the columns")
        return
    fit = fitted_row(cells, len(names)) or fill_cells(cells, names)
    row = dict(zip(names, fit, strict=True)) if fit else None
    yield number, row or wrong_count(cells, names, delimiter)


def fill_cells(cells: list[str], names: list[str]) -> list[str] | None:
    """Cells with empty ones for the last columns, if these have no names."""
    places = range(len(cells), len(names))
    if not places or any(names[n] != f"column_{n + 1}" for n in places):
        return None
    return [*cells, *[""] * len(places)]


def column_names(cells: Sequence[Any]) -> list[str]:
    """The names in a table's first row; a column without one is called by its number.

    Raises ValueError if two columns have one name.
    """
    names = [cell.strip() for cell in cells_as_text(cells)]
    names = [
        name or number for name, number in zip(names, numbered(len(names)), strict=True)
    ]
    refuse_repeated(names)
    return names


def refuse_repeated(names: list[str]) -> None:
    """Raise ValueError if two columns have one name."""
    if len(set(names)) < len(names):
        (twice, _), *_ = collections.Counter(names).most_common(1)
        raise ValueError(f"has two columns with the name {twice[:40]!r}")


def wrong_count(cells: list[Any], names: list[str], delimiter: str) -> ValueError:
    """The error for a row with more or fewer values than there are columns."""
    raw = delimiter.join(map(str, cells))[:1000]
    return ValueError(f"has {len(cells)} values for {len(names)} columns", raw)


def read_xlsx(file: Any) -> Iterator[Row]:
    """Rows of a workbook's first sheet that has any, by the sheet's row numbers.

    Formulas count as the values that were saved with them; dates become ISO text.
    """
    rows = sheet_rows(seekable_file(file))
    head = list(itertools.islice(rows, LINES))
    if not head:
        return
    head, header = sheet_layout(head)
    names = column_names(head[0][1]) if header else numbered(widest(head))
    for number, cells in itertools.chain(head[header:], rows):
        if len(cells) > len(names):
            yield number, wrong_count(cells, names, "\t")
        else:
            empty = [None] * (len(names) - len(cells))
            values = [*map(plain_cell, cells), *empty]
            yield number, dict(zip(names, values, strict=True))


def sheet_layout(
    head: list[tuple[int, list[Any]]],
) -> tuple[list[tuple[int, list[Any]]], bool]:
    """The first rows of a sheet without what is above them; whether one holds names."""
    texts = [cells_as_text(cells) for _, cells in head]
    above = rows_above(texts)
    return head[above:], has_header(texts[above:])


def widest(rows: Iterable[tuple[int, list[Any]]]) -> int:
    """How many cells the longest of some rows has."""
    return max(len(cells) for _, cells in rows)


def sheet_rows(file: Any) -> Iterator[tuple[int, list[Any]]]:
    """The rows that are not empty, up to the last cell that is filled in each."""
    import openpyxl

    book = read_as(
        "XLSX workbook", openpyxl.load_workbook, file, read_only=True, data_only=True
    )
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says about its size is often wrong
        # 2**20 rows are Excel's own limit.
        rows = sheet.iter_rows(max_row=2**20, values_only=True)
        number, has_rows = 0, False
        while (cells := read_as("XLSX workbook", next, rows, None)) is not None:
            number += 1
            values = list(cells)
            while values and values[-1] in (None, ""):
                values.pop()
            if values:
                has_rows = True
                yield number, values
        if has_rows:
            return


def plain_cell(value: Any) -> Any:
    """A date or a time as ISO text; everything else as it is."""
    if isinstance(value, (datetime.date, datetime.time)):
        # A workbook knows no day without a time.
        return value.isoformat().removesuffix("T00:00:00")
    return value
