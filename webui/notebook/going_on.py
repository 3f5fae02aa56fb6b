"""A training that was edited by hand, going on from a checkpoint.

The form's own cell is rendered anew for that. In code by hand ``trainer.train()``
becomes what the form would have there.
"""

import ast
import textwrap

from webui.notebook.edits import EditError
from webui.notebook.render import CELLS, formatted, template_context
from webui.notebook.rows import Rows
from webui.recipe import Recipe
from webui.text import Text

ASKED = "trainer.train()"
NOT_ONCE = Text(
    f"the cell Train of this run was edited by hand, and `{ASKED}` does not stand in "
    "it exactly once, on a line of its own: it cannot go on from a checkpoint. Train "
    "anew.",
    f"此运行的“训练”单元经过手动修改，其中 `{ASKED}` 并非恰好单独一行出现一次，"
    "因此无法从检查点继续；请重新训练。",
)


def going_on_by_hand(code: str, recipe: Recipe, rows: Rows, checkpoint: str) -> str:
    """A train cell's code by hand, as it goes on from a checkpoint.

    Raises:
        EditError: where it does not say once that the trainer trains.
    """
    lines, place = code.split("\n"), place_of_training(code)
    begin = lines[place]
    indent = begin[: len(begin) - len(begin.lstrip())]
    *before, train = going_on_lines(recipe, rows, checkpoint).split("\n")
    lines[place : place + 1] = [
        *(textwrap.indent(line, indent) for line in before),
        begin.replace(ASKED, train),
    ]
    return "\n".join(lines)


def place_of_training(code: str) -> int:
    """The line, from 0, on which the trainer trains.

    Raises:
        EditError: where there is not exactly one such line.
    """
    calls = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "train"
        and ast.unparse(node.func.value) == "trainer"
    ]
    starts = {n.lineno for n in ast.walk(ast.parse(code)) if isinstance(n, SIMPLE)}
    lines = code.split("\n")
    fits = [
        call.lineno - 1
        for call in calls
        if call.lineno in starts and lines[call.lineno - 1].count(ASKED) == 1
        if lines[call.lineno - 1].strip() in (ASKED, assigned(lines[call.lineno - 1]))
    ]
    if len(calls) != 1 or len(fits) != 1:
        raise EditError(NOT_ONCE)
    return fits[0]


SIMPLE = (ast.Expr, ast.Assign)


def assigned(line: str) -> str:
    """The line, if it gives what the training returns a name; else nothing."""
    name, equals, rest = line.strip().partition(" = ")
    return line.strip() if equals and name.isidentifier() and rest == ASKED else ""


def going_on_lines(recipe: Recipe, rows: Rows, checkpoint: str) -> str:
    """What stands in the form's cell in place of ``trainer.train()``."""
    values = template_context(recipe, rows) | {"rows": rows, "checkpoint": checkpoint}
    code = CELLS.get_template("resume.py.jinja").render(values).strip()
    if "partial(" in code:
        code = f"from functools import partial\n\n{code}"
    return formatted((code,))[0]
