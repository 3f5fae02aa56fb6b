"""JSON values at their places in a text, and what is wrong with those that are none."""

import json
import re
from collections import Counter
from typing import Any

# Compiled once: `re` would look each up again for every value.
CLOSING, SOLID, COMMENT = map(re.compile, (r'[]}"]', r"\S", "//|/[*]|#"))


def load_object(line: str) -> dict[str, Any]:
    """The object that a line holds, quickly. Raises ValueError or RecursionError."""
    row: dict[str, Any] = json.loads(line, object_pairs_hook=distinct)
    return row


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs; no key may come twice."""
    row = dict(pairs)
    if len(row) < len(pairs):
        raise ValueError(f"has the key {repeated(pairs)!r} twice")
    return row


def repeated(pairs: list[tuple[str, Any]]) -> str:
    """The key that comes most often."""
    (name, _), *_ = Counter(key for key, _ in pairs).most_common(1)
    return name[:40]


def json_value(text: str, position: int) -> tuple[Any, int]:
    """The JSON value at a position of a text, and where it ends.

    One that is complete but cannot be used is given as a ValueError. Raises ValueError
    for one that is cut off or no JSON: nobody knows where that ends.
    """
    value, end, flaw = value_and_flaw(text, position)
    return flaw or value, end


def value_and_flaw(text: str, position: int) -> tuple[Any, int, ValueError | None]:
    """The same, but what can be read of a value that cannot be used as a whole."""
    flaws: list[ValueError] = []

    def whole_number(digits: str) -> int:
        if len(digits) > 4000:  # Python itself stops at 4300
            flaws.append(ValueError("holds a number that is too long"))
            return 0
        return int(digits)

    def first_of_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        row = dict(pairs)
        if len(row) < len(pairs):
            flaws.append(ValueError(f"has the key {repeated(pairs)!r} twice"))
        return row

    decoder = json.JSONDecoder(object_pairs_hook=first_of_each, parse_int=whole_number)
    try:
        value, end = decoder.raw_decode(text, position)
    except json.JSONDecodeError as error:
        raise json_error(text, error.pos, error.msg) from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    return value, end, flaws[0] if flaws else None


def json_error(text: str, position: int, message: str) -> ValueError:
    """What is wrong with a text that is no JSON any more from a position on."""
    if message.startswith("Unterminated") or not CLOSING.search(text, position):
        return ValueError("the JSON ends too early")  # nothing is closed after it
    if text.startswith("'", position):
        return ValueError("has single quotes, where JSON has double ones")
    if COMMENT.match(text, position):
        return ValueError("holds a comment, which JSON has none of")
    return ValueError(f"is not JSON ({message.removesuffix(' at')})")


def object_of(value: Any, raw: str) -> dict[str, Any] | ValueError:
    """A row as it is; else the ValueError for it, with the beginning of its text."""
    if isinstance(value, ValueError):
        return ValueError(value.args[0], raw.strip()[:1000])
    if isinstance(value, dict):
        return from_server(value) if "row_idx" in value else value
    return ValueError("is not an object", raw.strip()[:1000])


def from_server(row: dict[str, Any]) -> dict[str, Any] | ValueError:
    """The row inside what the hub's server of rows answers; such may be shortened."""
    inner = row.get("row")
    if not isinstance(inner, dict):
        return row
    if cells := row.get("truncated_cells"):
        names = ", ".join(map(str, cells))[:100]
        return ValueError(f"was shortened by the hub's server, in {names}")
    return inner


def after_space(text: str, position: int) -> int:
    """The position of the next character that is no white space."""
    found = SOLID.search(text, position)
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
