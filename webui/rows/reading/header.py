"""Whether the first row of a table holds names, and what stands above it."""

import re
from collections.abc import Sequence
from typing import Any

from webui.rows.reading.known import COLUMNS, how_many_known

ABOVE = 5  # rows that a title and its notes may take
MOSTLY = 0.6  # of the cells of a column
CHINESE = re.compile("[\u4e00-\u9fff]")
NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*%?")
IN_CHINESE = tuple(name for name in COLUMNS if len(name) > 1 and CHINESE.match(name))
WIDEST = 200  # columns that are compared
Cells = Sequence[str]


def rows_above(rows: Sequence[Cells]) -> int:
    """How many rows are a title or comments: what follows has names that are known."""
    if not rows:
        return 0
    comments = [is_comment(row) for row in rows[: ABOVE + 1]]
    first = next((place for place, comment in enumerate(comments) if not comment), 0)
    if first and len(rows[first]) > 1 and len(rows[first]) != len(rows[0]):
        return first
    for place in range(1, min(ABOVE + 1, len(rows))):
        known = how_many_known(rows[place])
        above = rows[:place]
        if len(rows[place]) > 1 and known and all(map(is_title, above)):
            return place
        whole = known == len(rows[place]) > 1
        if whole and known > max(map(how_many_known, above)):
            return place
    return 0


def is_comment(row: Cells) -> bool:
    """Whether a row is a comment, as programs write them above a table."""
    return row[0].lstrip().startswith(("#", "//"))


def is_title(row: Cells) -> bool:
    """Whether a row has only one cell that is filled, and that with no known name."""
    filled = [cell for cell in row if cell.strip()]
    return len(filled) == 1 and not how_many_known(filled)


def has_header(rows: Sequence[Cells]) -> bool:
    """Whether the first of some rows holds names; in doubt it does.

    Names that formats know settle it. Else it holds none where a cell looks like a
    value: as those below it, or the same as one of them.
    """
    rows = [row[:WIDEST] for row in rows]
    first = [cell.strip() for cell in rows[0]]
    below = [row for row in rows[1:] if [cell.strip() for cell in row] != first]
    columns = [
        [row[place].strip() for row in below if len(row) > place and row[place].strip()]
        for place in range(len(first))
    ]
    pairs = [(c, column) for c, column in zip(first, columns, strict=True) if c]
    if any(cell.lower() in COLUMNS and cell not in column for cell, column in pairs):
        return True
    if first == [str(number) for number in range(len(first))]:
        return True  # so does pandas number columns that have no names
    if any(speaks_of_column(cell) and cell not in column for cell, column in pairs):
        return True
    return not any(is_value(cell, column) for cell, column in pairs)


def speaks_of_column(cell: str) -> bool:
    """Whether a known name is a part of a cell that may be a name."""
    if len(cell) > 40 or looks_like(cell) in ("number", "question", "sentence"):
        return False
    parts = re.split(r"[\W_]+", cell.lower())
    words = {part for part in parts if len(part) > 2} & COLUMNS
    return bool(words) or (len(cell) < 10 and any(name in cell for name in IN_CHINESE))


def is_value(cell: str, column: Sequence[str]) -> bool:
    """Whether a cell is a value like those of its column below it."""
    if cell in column:
        return True
    kind = looks_like(cell)
    alike = sum(looks_like(other) == kind for other in column)
    return kind is not None and bool(column) and alike >= MOSTLY * len(column)


def looks_like(cell: str) -> str | None:
    """What a cell is that no name is like; None where it could be one."""
    if NUMBER.fullmatch(cell):
        return "number"
    if cell.endswith(("?", "？")):
        return "question"
    chinese = len(CHINESE.findall(cell))
    if cell.endswith((".", "!", "。", "！", "…")) and (chinese or " " in cell):
        return "sentence"
    if len(cell.split()) > 3 or chinese > 4:
        return "words"
    return None


def numbered(count: int) -> list[str]:
    """Names for columns that have none."""
    return [f"column_{number}" for number in range(1, count + 1)]


def cells_as_text(cells: Sequence[Any]) -> list[str]:
    """Cells as they are compared here."""
    return ["" if cell is None else str(cell) for cell in cells]
