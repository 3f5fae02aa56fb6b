"""Rows that are plain lists in JSON: the first may hold their names."""

from typing import Any

from webui.rows.reading.header import cells_as_text, has_header, numbered
from webui.rows.reading.layout import LINES


def named_rows(values: list[Any]) -> list[dict[str, Any]]:
    """The rows of lists that are equally long and hold no others; else none."""
    if not are_rows(values):
        return []
    names = names_in_first(values)
    rows = values[1:] if names else values
    names = names or numbered(len(values[0]))
    return [dict(zip(names, row, strict=True)) for row in rows]


def names_in_first(values: list[Any]) -> list[str]:
    """The names in the first of some lists, if there are any."""
    first = values[0]
    if len(values) < 2 or not all(isinstance(cell, str) for cell in first):
        return []
    if len(set(first)) < len(first) or not all(first):
        return []
    return first if has_header([cells_as_text(row) for row in values[:LINES]]) else []


def are_rows(values: Any) -> bool:
    """Whether values are lists of several plain cells, all of the same number."""
    return (
        isinstance(values, list)
        and all(isinstance(row, list) and len(row) > 1 for row in values)
        and len({len(row) for row in values}) == 1
        and not any(isinstance(cell, list | dict) for row in values for cell in row)
    )
