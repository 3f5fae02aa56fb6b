"""Rows out of tables: CSV, workbooks of Excel, and paragraphs of plain text."""

import collections
import csv
import datetime
import itertools

from webui.planner.reading.files import at_hand, read_as
from webui.planner.reading.text import text_lines


def read_csv(file):
    """Rows of a CSV or TSV file by the lines they begin at; all values stay text."""
    csv.field_size_limit(2**28)
    lines = text_lines(file, newline="")
    first, head = next((item for item in lines if item[1].strip()), (1, ""))
    begins = first
    try:
        delimiter = delimiter_of(head)
        texts = itertools.chain([head], (line for _, line in lines))
        table = csv.reader(texts, delimiter=delimiter, strict=True)
        names = column_names(next(table, []))
        begins = first + table.line_num
        for cells in table:
            if len(cells) == len(names) and any(cells):
                yield begins, dict(zip(names, cells, strict=True))
            elif any(cell.strip() for cell in cells):
                yield begins, wrong_count(cells, names, delimiter)
            begins = first + table.line_num
    except csv.Error as error:
        yield begins, ValueError(f"is not CSV ({error}); the rest is left out")


def delimiter_of(head: str) -> str:
    """What parts the names in a table's first line: the mark that gives the most."""

    def columns(mark: str) -> int:
        return len(next(csv.reader([head], delimiter=mark), []))

    return max((",", ";", "\t", "|"), key=columns)


def column_names(cells) -> list[str]:
    """The names in a table's first row; a column without one is called by its number.

    Raises ValueError if two columns have one name.
    """
    names = []
    for number, cell in enumerate(cells, start=1):
        name = "" if cell is None else str(cell).strip()
        names.append(name or f"column_{number}")
    refuse_repeated(names)
    return names


def refuse_repeated(names: list[str]) -> None:
    """Raise ValueError if two columns have one name."""
    if len(set(names)) < len(names):
        (twice, _), *_ = collections.Counter(names).most_common(1)
        raise ValueError(f"has two columns with the name {twice[:40]!r}")


def wrong_count(cells: list, names: list[str], delimiter: str) -> ValueError:
    """The error for a row with more or fewer values than there are columns."""
    raw = delimiter.join(map(str, cells))[:1000]
    return ValueError(f"has {len(cells)} values for {len(names)} columns", raw)


def read_xlsx(file):
    """Rows of a workbook's first sheet that has any, by the sheet's row numbers.

    Formulas count as the values that were saved with them; dates become ISO text.
    """
    rows = sheet_rows(at_hand(file))
    _, head = next(rows, (1, []))
    names = column_names(head)
    for number, cells in rows:
        if len(cells) > len(names):
            yield number, wrong_count(cells, names, "\t")
        else:
            empty = [None] * (len(names) - len(cells))
            values = [*map(plain, cells), *empty]
            yield number, dict(zip(names, values, strict=True))


def sheet_rows(file):
    """The rows that are not empty, up to the last cell that is filled in each."""
    import openpyxl

    book = read_as(
        "XLSX workbook", openpyxl.load_workbook, file, read_only=True, data_only=True
    )
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file says about its size is often wrong
        # 2**20 rows are Excel's own limit.
        rows = sheet.iter_rows(max_row=2**20, values_only=True)
        number, filled = 0, False
        while (cells := read_as("XLSX workbook", next, rows, None)) is not None:
            number += 1
            values = list(cells)
            while values and values[-1] in (None, ""):
                values.pop()
            if values:
                filled = True
                yield number, values
        if filled:
            return


def plain(value):
    """A date or a time as ISO text; everything else as it is."""
    if isinstance(value, (datetime.date, datetime.time)):
        # A workbook knows no day without a time.
        return value.isoformat().removesuffix("T00:00:00")
    return value


def read_paragraphs(file):
    """Rows {"text": ...} of plain text by their lines: paragraphs between blank lines.

    Text that is all one paragraph gives its lines.
    """
    groups = itertools.groupby(text_lines(file), key=lambda line: line[1].strip() > "")
    paragraphs = (list(lines) for filled, lines in groups if filled)
    first, second = next(paragraphs, []), next(paragraphs, None)
    begin = [[line] for line in first] if second is None else [first, second]
    for lines in itertools.chain(begin, paragraphs):
        text = "\n".join(line.rstrip() for _, line in lines)
        yield lines[0][0], {"text": text}
