"""Rows out of JSON lines, also of objects that take several lines or share one."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from webui.rows.reading.json_values import (
    after_space,
    json_value,
    load_object,
    object_of,
)

Value = dict[str, Any] | ValueError
Row = tuple[int, Value]
Line = tuple[int, str]
BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]')
LONGEST = 2**28  # characters of one object


class RowNumber(int):
    """A number that counts rows, where those beside it count lines."""


def rows_of_lines(lines: Iterable[Line]) -> Iterator[Row]:
    """The objects of these lines, by the lines where they begin."""
    rest = iter(lines)
    held: Line | None = None
    while item := held or next(rest, None):
        held, (number, line) = None, item
        try:
            if line[0] != "{":
                raise ValueError
            row = load_object(line)
        except (ValueError, RecursionError):
            chunk, held = whole_object(item, rest)
            yield from rows_of_chunk(chunk)
        else:
            yield number, object_of(row, "") if "row_idx" in row else row


def whole_object(first: Line, rest: Iterator[Line]) -> tuple[list[Line], Line | None]:
    """The lines up to where an object closes, and one more that belongs to the next.

    An object that never closes ends before a line that opens another.
    """
    chunk, opened = [first], left_open("", first[1])
    if not first[1].lstrip().startswith("{"):
        return chunk, None
    size = 0
    while opened and size < LONGEST:
        if (item := next(rest, None)) is None:
            break
        if item[1].startswith("{") and not goes_on(chunk[-1][1], opened):
            return chunk, item
        chunk.append(item)
        size += len(item[1])
        opened = left_open(opened, item[1])
    return chunk, None


def left_open(opened: str, line: str) -> str:
    """The brackets that are open after a line."""
    for token in BRACKETS.finditer(line):
        if token[0] in "[{":
            opened += token[0]
        elif token[0] in "]}":
            opened = opened[:-1]
    return opened


def goes_on(line: str, opened: str) -> bool:
    """Whether an object may open on the line after this one, inside these brackets."""
    end = line.rstrip()
    return end.endswith(("[", ":")) or (end.endswith(",") and opened.endswith("["))


def rows_of_chunk(chunk: list[Line]) -> Iterator[Row]:
    """The objects of some lines; where they are broken, those that have a line each."""
    (number, _), *others = chunk
    rows = list(rows_in("".join(line for _, line in chunk)))
    yield from ((number + offset, row) for offset, row in rows)
    if not rows or not is_broken(rows[-1][1]):
        return
    for place, line in others:
        if line.startswith("{"):
            found = [row for _, row in rows_in(line)]
            yield from ((place, row) for row in found if isinstance(row, dict))


def is_broken(row: Value) -> bool:
    """Whether a row is text that is no JSON, of which nobody knows where it ends."""
    return isinstance(row, ValueError) and "JSON" in row.args[0]


def rows_in(text: str) -> list[Row]:
    """The objects in a text, one after another, by how many lines are before each.

    Commas may stand between them. Where more than objects is there, one reason.
    """
    rows: list[Row] = []
    lines = counted = 0
    position = after_space(text, 0)
    while position < len(text):
        lines, counted = lines + text.count("\n", counted, position), position
        try:
            if not text.startswith("{", position) and rows:
                raise ValueError("is not JSON (Extra data)")
            if not text.startswith("{", position):
                raise ValueError("is not an object")
            value, end = json_value(text, position)
        except ValueError as error:
            return [(0, object_of(error, text))]
        rows.append((lines, object_of(value, text[position:end])))
        position = after_space(text, end)
        if text.startswith(",", position):
            position = after_space(text, position + 1)
    return rows


def placed(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows by their lines; those that share a line by their own numbers."""
    rest, count, before = iter(rows), 1, 0
    held = next(rest, None)
    while held is not None:
        row, broken = following(rest)
        line = held[0]
        if line == before or (row is not None and line == row[0]):
            held = RowNumber(count), held[1]
        yield held
        if broken is not None:
            raise broken
        held, before = row, line
        count += 1


def following(rows: Iterator[Row]) -> tuple[Row | None, Exception | None]:
    """The next row; else what the file breaks with, for after the row before it."""
    try:
        return next(rows, None), None
    except Exception as error:
        return None, error
