"""Cells that were edited by hand, before the kernel gets them.

Every code that was saved as an edit here is kept in ``$TUNEBOOK_HOME/edits/``, so that
none is lost, and so that it is known whose it is: a run's folder, or a file of the
queue, may come from a stranger, and what they hold runs only once it was opened here.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from webui.files import write_text
from webui.kernel.kernel import Kernel
from webui.notebook.cells import RUN, kind_of
from webui.notebook.edits import (
    EditError,
    Edits,
    hash_of,
    refuse_broken,
    titles_of,
)
from webui.notebook.render import Cell
from webui.runs import folder as runs
from webui.text import Text, filled

FOLDER = "edits"
UNKNOWN = Text(
    "code that was edited by hand ({}) comes from elsewhere: it was never saved here. "
    "Read it first: under Runs, “Make it the current recipe” shows it and takes it.",
    "手动修改的代码（{}）来自别处，从未在此保存。请先阅读：在“运行记录”中点击"
    "“作为当前配方打开”即可查看并采用。",
)


def file_of(home: Path, name: str, code: str) -> Path:
    """Where a cell's code by hand is kept."""
    return home / FOLDER / f"{name}-{hash_of(code)}.py"


def keep(home: Path, edits: Edits) -> list[Path]:
    """Keep each of these codes in a file of its own; the files."""
    files = []
    for name, edit in edits.items():
        files.append(file_of(home, name, edit.code))
        files[-1].parent.mkdir(parents=True, exist_ok=True)
        if not files[-1].is_file():
            write_text(files[-1], edit.code + "\n")
    return files


def refuse_unfit(kernel: Kernel, edits: Edits, names: Iterable[str]) -> None:
    """Refuse code by hand that is no Python, or that nobody has saved here.

    Raises:
        EditError: with the cell, and the line where there is one.
    """
    wanted = {name: edits[name] for name in names if name in edits}
    unknown = [
        name
        for name, edit in wanted.items()
        if not file_of(kernel.home, name, edit.code).is_file()
    ]
    if unknown:
        raise EditError(filled(UNKNOWN, titles_of(unknown)))
    refuse_broken(wanted, wanted)


def planned_for(
    figures: Sequence[Mapping[str, Any]], cells: Sequence[Cell]
) -> Sequence[Mapping[str, Any]]:
    """The figures to which the loaded model is held: none where it was made by hand.

    What trains it changes nothing of what it is, so there it is held to them still.
    """
    made = ("setup", "model", "adapter", "sweep")
    return () if any(c.is_edited and c.name in made for c in cells) else figures


def edits_to_ask(run: Path, edits: Edits) -> Edits:
    """The edits of a comparison: how a run was made, by its own; how it is asked, by
    today's."""
    made = RUN.upto(next(name for name in RUN.cells if kind_of(name).trainings))
    own = {n: e for n, e in runs.edits_of_run(run).items() if n in made}
    return own | {n: e for n, e in edits.items() if n not in made}
