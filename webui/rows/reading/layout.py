"""How a text is a table: what parts its columns, where it begins, and whether it has
a header; told by its first lines."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from webui.rows.reading.header import has_header, rows_above
from webui.rows.reading.known import how_many_known

LINES, CHARACTERS = 60, 2**20  # what the layout is told by, whichever comes first
LONGEST_CELL = 2**28
MARKS = ("\t", ";", "|", ",")  # of equals the first: commas are common inside texts
SEPARATOR = re.compile(r'"?sep=(.|\\t)"?\s*', re.IGNORECASE)
SPACED = re.compile(r'\s+"')


@dataclass(frozen=True)
class Layout:
    """How a table is read.

    ``spaced`` says that spaces stand before quotes. ``begin`` lines are before the
    first row, of which ``above`` are a title or comments.
    """

    delimiter: str = ","
    spaced: bool = False
    begin: int = 0
    above: int = 0
    header: bool = True


@dataclass(frozen=True)
class Trial:
    """The rows that one layout makes of the first lines."""

    layout: Layout
    rows: list[list[str]]

    @property
    def score(self) -> tuple[float, int, int]:
        """How well the rows agree with the first; its known names; its width."""
        first = len(self.rows[0]) if self.rows else 0
        if first < 2:
            return 0.0, 0, 0
        fits = sum(fitted_row(row, first) is not None for row in self.rows)
        known = how_many_known(self.rows[0])
        return round(fits / len(self.rows), 1), known, first


def layout_of(lines: Sequence[str]) -> Layout:
    """The layout of a table that begins with these lines."""
    csv.field_size_limit(LONGEST_CELL)
    begin = after_blank(lines, 0)
    marks: tuple[str, ...] = MARKS
    if begin < len(lines) and (told := SEPARATOR.fullmatch(lines[begin])):
        marks = ("\t" if told[1] == "\\t" else told[1],)
        begin = after_blank(lines, begin + 1)
    if begin == len(lines):
        return Layout(begin=begin)
    trials = [trial(lines, begin, mark, spaced=False) for mark in marks]
    spaced = [
        trial(lines, begin, made.layout.delimiter, spaced=True)
        for made in trials
        if any(SPACED.match(cell) for row in made.rows for cell in row)
    ]
    best = max([*spaced, *trials], key=lambda made: made.score)
    if best.score[0] == 0 and len(marks) > 1:  # one column, or none that is clear
        best = trial(lines, begin, ",", spaced=False)
    return replace(best.layout, header=not best.rows or has_header(best.rows))


def trial(lines: Sequence[str], begin: int, mark: str, *, spaced: bool) -> Trial:
    """What the first lines are with one mark between the columns."""
    reader = csv.reader(
        lines[begin:], delimiter=mark, skipinitialspace=spaced, strict=spaced
    )
    rows, ends = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                ends.append(begin + reader.line_num)
    except csv.Error as error:
        if spaced and "unexpected end" not in str(error):
            rows, ends = [], []  # those are spaces and quotes of a text
    above = rows_above(rows)
    start = after_blank(lines, ends[above - 1]) if above else begin
    return Trial(Layout(mark, spaced, start, above), rows[above:])


def after_blank(lines: Sequence[str], begin: int) -> int:
    """Where the next line stands that is not blank."""
    while begin < len(lines) and not lines[begin].strip():
        begin += 1
    return begin


def fitted_row(row: list[str], width: int) -> list[str] | None:
    """A row of so many cells, without empty ones after them; None if it has others."""
    if len(row) > width and not any(cell.strip() for cell in row[width:]):
        return row[:width]
    return row if len(row) == width else None
