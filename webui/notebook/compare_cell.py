"""The compare cell in pieces, so that what each model says can be told apart."""

import ast


def pieces(code: str) -> list[str]:
    """The cell's functions and its prompt, the base's turn, and the tuned one's."""
    base, tuned = (statement.lineno - 1 for statement in ast.parse(code).body[-2:])
    lines = code.splitlines()
    parts = (lines[:base], lines[base:tuned], lines[tuned:])
    return ["\n".join(part) for part in parts]
