"""Where one JSON object holds the rows: in an array, in columns, by split or by id."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from webui.rows.reading.json_lines import Row, goes_on, left_open
from webui.rows.reading.json_values import (
    after_space,
    json_error,
    object_of,
    value_and_flaw,
)


@dataclass
class Table:
    """One object of a text, read value by value as far as that goes.

    ``places`` is where each value begins. ``flaws`` are of values that can be read but
    not used. ``broken`` is why the reading ended at ``end``; what can be read of an
    array that is cut off there counts as its value, and begins at ``cut_at``.
    """

    text: str
    start: int
    parts: dict[str, Any] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    flaws: dict[str, ValueError] = field(default_factory=dict)
    end: int = 0
    broken: ValueError | None = None
    cut_at: int | None = None

    def line(self) -> int:
        """The line where it begins."""
        return 1 + self.text.count("\n", 0, self.start)

    def row(self) -> Row:
        """The object itself as a row."""
        flaw = next(iter(self.flaws.values()), None)
        raw = self.text[self.start : self.start + 1000]
        return self.line(), object_of(flaw or self.parts, raw)


def read_table(text: str, start: int) -> Table:
    """The object that begins at a position."""
    table = Table(text, start)
    try:
        for name, place, value, flaw in members(text, table):
            if name in table.parts:
                flaw = ValueError(f"has the key {name[:40]!r} twice")
            table.parts[name], table.places[name] = value, place
            if flaw:
                table.flaws[name] = flaw
    except ValueError as error:
        table.broken = error
    return table


def members(
    text: str, table: Table
) -> Iterator[tuple[str, int, Any, ValueError | None]]:
    """Each name of an object with the place of its value, the value and its flaw.

    Raises ValueError where the object breaks off, after a value that is cut off.
    """
    position = after_space(text, table.start + 1)
    while not text.startswith("}", position):
        table.end = position
        if not text.startswith('"', position):
            wanted = "Expecting property name enclosed in double quotes"
            raise json_error(text, position, wanted)
        name, position, _ = value_and_flaw(text, position)
        position = after_space(text, position)
        if not text.startswith(":", position):
            raise json_error(text, position, "Expecting ':' delimiter")
        place = after_space(text, position + 1)
        try:
            value, position, flaw = value_and_flaw(text, place)
        except ValueError:
            if rows := rows_before_break(text, place):
                table.cut_at = place
                yield name, place, rows, None
            raise
        yield name, place, value, flaw
        table.end = position = after_space(text, position)
        if text.startswith(",", position):
            position = after_space(text, position + 1)
        elif not text.startswith("}", position):
            raise json_error(text, position, "Expecting ',' delimiter")
    table.end = position + 1


def rows_before_break(text: str, place: int) -> list[Any]:
    """The values of an array that is cut off or broken, as far as they can be read."""
    rows: list[Any] = []
    if not text.startswith("[", place):
        return rows
    position = after_space(text, place + 1)
    try:
        while text.startswith("{", position):
            value, position, _ = value_and_flaw(text, position)
            rows.append(value)
            position = after_space(text, position)
            position = after_space(text, position + text.startswith(",", position))
    except ValueError:
        pass
    return rows


def is_alone(table: Table) -> bool:
    """Whether the object is all of its text, not one of several that follow."""
    text = table.text
    if table.broken is None:
        return after_space(text, table.end) == len(text)
    end = text.find("\n", table.start) + 1 or len(text)
    line = text[table.start : end]
    return goes_on(line, left_open("", line)) or not text.startswith("{", end)
