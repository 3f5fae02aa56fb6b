"""Layers of a model, as a user writes them: "0-3, 28-31" or "last 4"."""

import re

LAST = re.compile(r"\s*last\s+([1-9]\d{0,3})\s*\Z", re.ASCII | re.IGNORECASE)
RANGE = re.compile(r"\s*(\d{1,4})\s*(?:[-\u2013]\s*(\d{1,4})\s*)?\Z", re.ASCII)
BETWEEN = re.compile("[,\uff0c\u3001]")


def last_layers(text: str) -> int | None:
    """How many last layers a text such as "last 4" means; None for any other text."""
    match = LAST.match(text)
    return int(match[1]) if match else None


def layer_numbers(text: str) -> tuple[int, ...]:
    """The numbers, from 0, that a text such as "0-3, 8" names, in order.

    Raises:
        ValueError: quoting the part that names no layer.
    """
    numbers: set[int] = set()
    for part in BETWEEN.split(text):
        match = RANGE.match(part)
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise ValueError(part.strip())
        numbers.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(numbers))
