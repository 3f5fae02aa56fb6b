"""Inside the kernel: a cell edited by hand does what others rely on, or fails."""

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from webui.notebook.cells import kind_of
from webui.runs import folder as runs

if TYPE_CHECKING:
    from webui.recorder.recorder import Recorder


class LackingError(RuntimeError):
    """Code by hand that ran to its end and did not do what its cell is there for."""


def edited_upto(cells: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    """The cells edited by hand among those up to this one."""
    names = [cell["name"] for cell in cells]
    last = names.index(name) if name in names else len(names) - 1
    return [cell["name"] for cell in cells[: last + 1] if cell.get("form")]


def forget_names(recorder: "Recorder", cell: Mapping[str, Any]) -> None:
    """Forget what an earlier code of this cell made: it must not pass for its own."""
    if cell.get("form"):
        for name in kind_of(cell["name"]).leaves:
            recorder.shell.user_ns.pop(name, None)


def refuse_lacking(recorder: "Recorder", cell: Mapping[str, Any]) -> None:
    """Refuse code by hand after which something is not there.

    Raises:
        LackingError: saying what.
    """
    if not cell.get("form") or recorder.stop_asked:
        return
    kind, names = kind_of(cell["name"]), recorder.shell.user_ns
    made = bound_in(cell["form"])
    missing = [f"`{n}`" for n in kind.leaves if n in made and n not in names]
    if missing:
        raise LackingError(f"no {', '.join(missing)}")
    if kind.trainings and not recorder.trainings:
        raise LackingError("no training")
    if kind.trainings == "one" and recorder.run_folder:
        if runs.saved_adapter(recorder.run_folder) is None:
            raise LackingError("no saved `adapter`")


def bound_in(code: str) -> set[str]:
    """The names that a cell's code gives something, outside of its functions."""
    found: set[str] = set()
    left: list[ast.AST] = [*ast.parse(code).body]
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            found.add(getattr(node, "name", ""))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        else:
            left += ast.iter_child_nodes(node)
    return found
