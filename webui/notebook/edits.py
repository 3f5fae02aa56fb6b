"""Cells that a person edited by hand: their code, and that of the form it began from.

They are never part of a recipe: a recipe may come from a stranger, and holds no code.
"""

import hashlib
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from webui.errors import UserError
from webui.notebook.cells import SHOWN, kind_of
from webui.text import Text

LONGEST = 50_000  # characters of a cell


@dataclass(frozen=True)
class Edit:
    """A cell's code by hand.

    Attributes:
        code: what runs in place of the form's code.
        form: the form's code when the edit began.
    """

    code: str
    form: str


Edits = Mapping[str, Edit]  # by the name of the cell
NO_EDITS: Edits = {}


class EditError(UserError):
    """Code by hand that cannot run, or that is not this user's."""


def as_edited(text: str, form: str) -> Edit | None:
    """What was typed as an edit; None where it says what the form says."""
    code = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()
    return Edit(code, form) if code != form else None


def hash_of(code: str) -> str:
    """A short hash of a cell's code."""
    return hashlib.sha256(code.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def problem_of(name: str, code: str) -> Text | None:
    """Why a cell's code cannot run, with its line; None when it is Python.

    It has to stand in a script as well, so nothing of Jupyter's is allowed.
    """
    title = kind_of(name).title
    if not code.strip():
        return Text(f"{title.en} is empty.", f"“{title.zh}”是空的。")
    if len(code) > LONGEST:
        return Text(
            f"{title.en} has more than {LONGEST:,} characters.",
            f"“{title.zh}”超过了 {LONGEST:,} 个字符。",
        )
    line, said = syntax_error(name, code)
    if not said:
        return None
    shown = code.splitlines()[line - 1].strip()[:80] if line else ""
    if shown.startswith(("%", "!")):
        return Text(
            f"{title.en}, line {line}: “{shown}” is Jupyter's and not Python's, and a "
            "script could not run it; use subprocess or the command line.",
            f"“{title.zh}”第 {line} 行：“{shown}”是 Jupyter 的写法而不是 Python，"
            "脚本无法运行；请改用 subprocess 或命令行。",
        )
    return Text(
        f"{title.en}, line {line}: {said}: {shown}",
        f"“{title.zh}”第 {line} 行有语法错误（{said}）：{shown}",
    )


def syntax_error(name: str, code: str) -> tuple[int, str]:
    """The line of an error in a cell's code, and what Python says of it; 0 and nothing
    where there is none."""
    before = 0 if name == SHOWN[0] else 1  # what a script has before the cell
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile("pass\n" * before + code, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        lines = len(code.splitlines())
        return min(max((error.lineno or 1) - before, 1), lines), error.msg
    except (ValueError, MemoryError, RecursionError) as error:
        return 1, str(error) or type(error).__name__
    return 0, ""


def refuse_broken(edits: Edits, names: Iterable[str]) -> None:
    """Refuse code by hand that is no Python, before anything runs.

    Raises:
        EditError: with the cell and the line.
    """
    wanted = [name for name in names if name in edits]
    told = [told for name in wanted if (told := problem_of(name, edits[name].code))]
    if told:
        raise EditError(
            Text("\n".join(t.en for t in told), "\n".join(t.zh for t in told))
        )


def edits_from(values: Any) -> dict[str, Edit]:
    """The edits in what a file holds; what is none is left out."""
    known = values if isinstance(values, Mapping) else {}
    return {
        name: Edit(each["code"], str(each.get("form", "")))
        for name, each in known.items()
        if name in SHOWN and isinstance(each, Mapping)
        if isinstance(each.get("code"), str)
    }


def titles_of(names: Iterable[str]) -> Text:
    """What the page calls some cells, in a line."""
    titles = [kind_of(name).title for name in names]
    return Text(", ".join(t.en for t in titles), "、".join(t.zh for t in titles))
