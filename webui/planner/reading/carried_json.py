"""Rows out of JSON: an object on each line, or an array of objects."""

import collections
import json

from webui.planner.reading.text import open_text, text_lines


def read_jsonl(file):
    """Rows of a file with a JSON object on each line, by their lines."""
    for number, line in text_lines(file):
        if line.strip():
            yield number, json_row(line)


def json_row(line: str):
    """The object that a line holds; a ValueError that says why where it holds none."""
    if not line.lstrip().startswith("{"):
        return ValueError("is not an object", line[:1000])
    try:
        return json.loads(line, object_pairs_hook=distinct)
    except (ValueError, RecursionError) as error:
        return ValueError(json_fault(line, error), line.strip()[:1000])


def distinct(pairs: list) -> dict:
    """The object of these pairs; no key may come twice."""
    row = dict(pairs)
    if len(row) < len(pairs):
        counted = collections.Counter(name for name, _ in pairs)
        (twice, _), *_ = counted.most_common(1)
        raise ValueError(f"has the key {twice[:40]!r} twice")
    return row


def json_fault(text: str, error: Exception) -> str:
    """What is wrong with a JSON text, from the error that reading it raised."""
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    if not isinstance(error, json.JSONDecodeError):
        if "limit" in str(error):
            return "holds a number that is too long"
        return str(error)  # from distinct
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return "the JSON ends too early"
    return f"is not JSON ({error.msg.removesuffix(' at')})"


def read_json(file):
    """Rows of a JSON file by their numbers: an array of objects, the first such array
    inside one object, or objects one after another."""
    text = open_text(file).read().strip()
    try:
        if text.startswith("{"):
            values = list(objects_in(text))
            rows = rows_in(values[0]) if len(values) == 1 else values
        elif text.startswith("[") or not text:
            rows = json.loads(text or "[]", object_pairs_hook=distinct)
        else:
            raise ValueError("begins with neither [ nor {")
    except (ValueError, RecursionError) as error:
        raise ValueError(json_fault(text, error)) from error
    for number, row in enumerate(rows, start=1):
        good = isinstance(row, dict)
        yield number, row if good else ValueError("is not an object", str(row)[:1000])


def objects_in(text: str):
    """The objects that stand one after another in a text; mostly it is one."""
    decoder, position = json.JSONDecoder(object_pairs_hook=distinct), 0
    while position < len(text):
        value, position = decoder.raw_decode(text, position)
        yield value
        position = len(text) - len(text[position:].lstrip())


def rows_in(table: dict) -> list:
    """The rows inside one object: an array of objects in it, or a list for each column.

    The turns of a conversation are no rows; then the object itself is the only one.
    """
    for part in table.values():
        if isinstance(part, list) and part and isinstance(part[0], dict):
            return [table] if {"role", "from"} & set(part[0]) else part
    columns = list(table.values())
    if all(isinstance(column, list) for column in columns):
        objects = any(isinstance(cell, dict) for column in columns for cell in column)
        if not objects and len(set(map(len, columns))) == 1:
            return [
                dict(zip(table, cells, strict=True))
                for cells in zip(*columns, strict=False)
            ]
    return [table]
