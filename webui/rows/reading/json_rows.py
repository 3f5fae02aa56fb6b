"""Rows out of a file of JSON, whatever its suffix: objects on lines, an array of
objects, or one object that holds them; one that is cut off gives the rows before."""

from collections.abc import Generator, Iterator
from itertools import chain
from typing import Any

from webui.rows.reading.json_lines import Line, Row, placed, rows_of_lines
from webui.rows.reading.json_shapes import found_in
from webui.rows.reading.json_tables import Table, is_alone, read_table
from webui.rows.reading.json_values import (
    after_space,
    json_error,
    json_value,
    object_of,
)
from webui.rows.reading.text import open_text, text_lines
from webui.rows.reading.unnamed import named_rows


def read_json_file(file: Any) -> Iterator[Row]:
    """Rows of a JSON file, by their lines.

    They are an array of objects, or inside one object (see ``json_shapes``), or
    objects one after another.
    """
    yield from placed(rows_of_text(whole_text(file)))


def whole_text(file: Any) -> str:
    """All text of a file, without marks of byte order."""
    return open_text(file).read().replace("\ufeff", "")


def read_jsonl(file: Any) -> Iterator[Row]:
    """Rows of a file with an object on each line, by their lines.

    An object may take several lines; an array is read as in any JSON file.
    """
    lines = text_lines(file)
    first = next((line for line in lines if line[1].strip()), None)
    if first is None:
        return
    if first[1].lstrip().startswith("["):
        second = next((line for line in lines if line[1].strip()), None)
        rest = chain([first], [second] if second else [], lines)
        if second is None or not is_whole(first[1]):
            text = "\n" * (first[0] - 1) + "".join(line for _, line in rest)
            yield from placed(rows_of_text(text))
            return
        yield from rows_of_lines(rest)
    else:
        yield from placed(rows_of_lines(chain([first], lines)))


def is_whole(line: str) -> bool:
    """Whether a line is a JSON value for itself."""
    try:
        _, end = json_value(line, after_space(line, 0))
    except ValueError:
        return False
    return after_space(line, end) == len(line)


def rows_of_text(text: str) -> Iterator[Row]:
    """The rows that a text of JSON holds."""
    start = after_space(text, 0)
    if text.startswith("[", start):
        yield from rows_of_array(text, start)
    elif text.startswith("{", start):
        table = read_table(text, start)
        if is_alone(table):
            yield from rows_of_one(text, table)
        else:
            yield from rows_of_lines(lines_of(text))
    elif start < len(text):
        raise ValueError("begins with neither [ nor {", text[start : start + 1000])


def lines_of(text: str) -> Iterator[Line]:
    """The lines of a text with their numbers."""
    number = position = 0
    while position < len(text):
        end = text.find("\n", position) + 1 or len(text)
        number += 1
        yield number, text[position:end]
        position = end


def rows_of_one(text: str, table: Table) -> Iterator[Row]:
    """The rows inside one object, and why there are no more where it is broken."""
    found = found_in(table)
    if table.broken and found.is_row:
        yield from rows_of_lines(lines_of(text))
    elif found.array is not None:
        yield from array_rows(text, found.array)
    else:
        yield from found.rows
    told = found.is_row or (found.array is not None and table.cut_at == found.array)
    if table.broken and not told:
        line = 1 + text.count("\n", 0, table.end)
        yield line, with_hint(table.broken, kept=True, raw=text[table.end :])


def rows_of_array(text: str, start: int) -> Iterator[Row]:
    """The rows of an array of objects, or of lists that are rows without names."""
    first = after_space(text, start + 1)
    if text.startswith("[", first):
        try:
            values, _ = json_value(text, start)
        except ValueError:
            values = []
        if rows := named_rows(values):
            line = 1 + text.count("\n", 0, start)
            yield from ((line, row) for row in rows)
            return
    end = yield from array_rows(text, start)
    if end is not None:
        yield from rows_behind(text, end)


def rows_behind(text: str, end: int) -> Iterator[Row]:
    """What stands behind an array: more arrays, with or without commas between them, or
    something that is none, which nobody may lose unseen."""
    following = after_space(text, end)
    following = after_space(text, following + text.startswith(",", following))
    if text.startswith("[", following):
        yield from rows_of_array(text, following)
    elif following < len(text):
        line = 1 + text.count("\n", 0, following)
        extra = ValueError("is not JSON (Extra data)")
        yield line, with_hint(extra, kept=True, raw=text[following:])


def array_rows(text: str, position: int) -> Generator[Row, None, int | None]:
    """The rows of the array that begins at a position, as far as it can be read; gives
    the position behind it, if it has an end."""
    line, counted = 1, 0
    begin = position = after_space(text, position + 1)
    while not text.startswith("]", position):
        line, counted = line + text.count("\n", counted, position), position
        try:
            row, end = json_value(text, position)
            yield line, object_of(row, text[position:end])
            position = after_space(text, end)
            if not text.startswith((",", "]"), position):
                raise json_error(text, position, "Expecting ',' delimiter")
        except ValueError as error:
            yield line, with_hint(error, kept=position > begin, raw=text[position:])
            return None
        position = after_space(text, position + text.startswith(",", position))
    return position + 1


def with_hint(error: ValueError, *, kept: bool, raw: str) -> ValueError:
    """What broke off the reading of a file, and what that means for its rows."""
    reason, *_ = error.args
    if reason != "the JSON ends too early":
        reason = f"{reason}; the rest is left out"
    elif kept:
        reason = f"{reason}; the rows before it are kept"
    return ValueError(reason, raw[:1000])


def left_out_of(file: Any) -> tuple[str, ...]:
    """The splits and other rows in a JSON file that are not read.

    None of a file of which no rows can be read.
    """
    text = whole_text(file)
    start = after_space(text, 0)
    if not text.startswith("{", start):
        return ()
    try:
        table = read_table(text, start)
        return found_in(table).left_out if is_alone(table) else ()
    except ValueError:
        return ()
