"""Rows out of a .json file, one by one: the line of each is known, and a file that is
cut off gives the rows before.

The notebook reads such a file at once (see ``read_json`` there), and gets the same
rows where the whole file is sound.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from webui.planner.reading.text import open_text

Numbered = Iterator[tuple[int, dict | ValueError]]


def read_json_by_line(file: Any) -> Numbered:
    """Rows of a JSON file, by their lines.

    They are an array of objects, or the first such array inside one object, or
    objects one after another, or one object with a list for each column.
    """
    text = open_text(file).read()
    start = after_space(text, 0)
    if text.startswith("[", start):
        yield from array_rows(text, start)
    elif text.startswith("{", start):
        whole = only_object(text, start)
        if whole is not None and (array := inner_array(text, start)) is not None:
            yield from array_rows(text, array)
        elif whole and holds_columns(whole):
            for cells in zip(*whole.values(), strict=True):
                yield (
                    1 + text.count("\n", 0, start),
                    dict(zip(whole, cells, strict=True)),
                )
        else:
            yield from object_rows(text, start)
    elif start < len(text):
        raise ValueError("begins with neither [ nor {", text[start : start + 1000])


def array_rows(text: str, position: int) -> Numbered:
    """The rows of the array that begins at a position, as far as it can be read."""
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
            if error.args[0] != "the JSON ends too early":
                error = ValueError(f"{error.args[0]}; the rest is left out")
            elif position > begin:
                error = ValueError(f"{error.args[0]}; the rows before it are kept")
            yield line, object_of(error, text[position:])
            return
        position = after_space(text, position + text.startswith(",", position))


def object_rows(text: str, position: int) -> Numbered:
    """Objects one after another, be each on a line of its own or on several."""
    line, counted = 1, 0
    while (position := after_space(text, position)) < len(text):
        line, counted = line + text.count("\n", counted, position), position
        try:
            row, end = json_value(text, position)
        except ValueError as error:
            # The next line that opens an object is the next chance.
            row, end = error, text.find("\n{", position) + 1 or len(text)
        yield line, object_of(row, text[position:end])
        position = end


def json_value(text: str, position: int) -> tuple:
    """The JSON value at a position of a text, and where it ends.

    One that is complete but cannot be used is given as a ValueError. Raises ValueError
    for one that is cut off or no JSON: nobody knows where that ends.
    """
    flaws: list[ValueError] = []

    def whole_number(digits: str) -> int:
        if len(digits) > 4000:  # Python itself stops at 4300
            flaws.append(ValueError("holds a number that is too long"))
            return 0
        return int(digits)

    def distinct(pairs: list) -> dict:
        row = dict(pairs)
        if len(row) < len(pairs):
            (name, _), *_ = Counter(key for key, _ in pairs).most_common(1)
            flaws.append(ValueError(f"has the key {name[:40]!r} twice"))
        return row

    decoder = json.JSONDecoder(object_pairs_hook=distinct, parse_int=whole_number)
    try:
        value, end = decoder.raw_decode(text, position)
    except json.JSONDecodeError as error:
        if error.msg.startswith("Unterminated"):
            raise ValueError("the JSON ends too early") from None
        raise json_error(text, error.pos, error.msg) from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    return (flaws[0] if flaws else value), end


def json_error(text: str, position: int, message: str) -> ValueError:
    """What is wrong with a text that is no JSON any more from a position on."""
    if re.compile(r'[]}"]').search(text, position):
        return ValueError(f"is not JSON ({message.removesuffix(' at')})")
    return ValueError("the JSON ends too early")  # nothing is closed after it


def object_of(value: Any, raw: str) -> dict | ValueError:
    """A row as it is; else the ValueError for it, with the beginning of its text."""
    if isinstance(value, ValueError):
        return ValueError(value.args[0], raw[:1000])
    if isinstance(value, dict):
        return value
    return ValueError("is not an object", raw[:1000])


def only_object(text: str, start: int) -> dict | None:
    """The object that a text is; None if more follows it, {} if it is not sound."""
    try:
        value, end = json_value(text, start)
    except ValueError:
        return {}
    if after_space(text, end) < len(text):
        return None
    return value if isinstance(value, dict) else {}


def inner_array(text: str, start: int) -> int | None:
    """Where inside the object at a position the first array of objects begins, or None.

    The turns of a conversation are no rows: then the object itself is one.
    """
    position = after_space(text, start + 1)
    try:
        while text.startswith('"', position):
            _, position = json_value(text, position)
            position = after_space(text, after_space(text, position) + 1)
            first = after_space(text, position + 1)
            if text.startswith("[", position) and text.startswith("{", first):
                row, _ = json_value(text, first)
                turn = isinstance(row, dict) and not {"role", "from"}.isdisjoint(row)
                return None if turn else position
            _, position = json_value(text, position)
            position = after_space(text, after_space(text, position) + 1)
    except ValueError:
        pass  # it is broken before any array
    return None


def holds_columns(table: dict) -> bool:
    """Whether an object holds a list for each column, all equally long."""
    lists = [value for value in table.values() if isinstance(value, list)]
    objects = any(isinstance(item, dict) for column in lists for item in column)
    return len(lists) == len(table) and len(set(map(len, lists))) == 1 and not objects


def after_space(text: str, position: int) -> int:
    """The position of the next character that is no white space."""
    found = re.compile(r"\S").search(text, position)
    return found.start() if found else len(text)


def is_deep(row: dict[str, Any]) -> bool:
    """Whether more than 100 lists and objects stand inside each other.

    Such rows are no training data, and would exhaust what handles them later.
    """
    inside: list[Any] = list(row.values())
    for _ in range(100):
        inside = [
            child
            for item in inside
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not inside:
            return False
    return True
