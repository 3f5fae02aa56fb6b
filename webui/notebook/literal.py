"""The one place where a value enters code: as a Python literal."""

import math
from typing import Any


class Code(str):
    """A piece of our own code (a function's source, a variable's name), never input."""


def literal(value: Any) -> str:
    """The Python text of a value; ``ast.literal_eval`` of it gives the value back.

    Jinja's ``finalize`` calls this for every expression of every template, so no
    template can forget it. Only plain types pass.

    Raises:
        TypeError: for anything that has no exact literal.
    """
    if isinstance(value, Code):
        return str(value)
    # `inf` and `nan` are names, not literals; the recipe refuses them as well.
    if isinstance(value, float) and not math.isfinite(value):
        raise TypeError(f"{value} has no literal")
    # Exact types: a subclass may bring a __repr__ of its own.
    if type(value) in (bool, int, float, str, type(None)):
        return repr(value)  # with everything that does not print escaped
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{literal(key)}: {literal(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    raise TypeError(f"{type(value).__name__} has no literal")
