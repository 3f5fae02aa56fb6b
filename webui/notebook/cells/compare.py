"""The cell ``compare``: the base and the tuned model answer one prompt."""

import ast

from webui.notebook.cells.kind import CellKind
from webui.text import Text

# Where the functions end and the asking begins.
PROMPT = "\nprompt = "
# Who answers, in order, behind the functions and the prompt.
ANSWERS = ("base", "tuned")


def functions(code: str) -> str:
    """How it answers, which the score needs; what it asks, the score does not."""
    return code.partition(PROMPT)[0]


def pieces(code: str) -> dict[str, str]:
    """The functions and the prompt, and what makes each model answer.

    Code by hand that does not end as ours does is one piece.
    """
    last = ast.parse(code).body[-2:]
    if [type(statement) for statement in last] != [ast.With, ast.Expr]:
        return {"compare": code}
    base, tuned = (statement.lineno - 1 for statement in last)
    lines = code.splitlines()
    parts = (lines[:base], lines[base:tuned], lines[tuned:])
    return dict(zip(("compare", *ANSWERS), map("\n".join, parts), strict=True))


CELL = CellKind(
    name="compare",
    title=Text("Compare", "对比"),
    sentence=Text(
        "The same prompt, settings and seed for both. The base answers first.",
        "两边使用相同的提示词、设置和种子。基座先回答。",
    ),
    jobs=("run", "compare"),
    needs=("train", "load"),
    part_of="try",
    lasting=functions,
    pieces=pieces,
    leaves=("answer", "as_prompt"),
    answers=True,
)
