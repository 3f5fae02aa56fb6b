"""Run folders: make one, list them, read what one holds, delete one."""

import os
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from webui.files import read_json, write_json, write_text
from webui.notebook.edits import Edit, edits_from
from webui.notebook.render import Cell
from webui.notebook.rows import FOLDER, Rows
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.recipe.store import dumps, load
from webui.runs import events
from webui.runs.error import RunError
from webui.runs.events import older
from webui.runs.notes import read_notes
from webui.runs.tail import backwards, ending

PLAN, RECIPE, SUMMARY = "plan.json", "recipe.yaml", "summary.json"
NOTEBOOK, LOG, ADAPTER = "notebook.ipynb", "log.txt", "adapter"
SAVED = ("adapter_config.json", "model.safetensors")


@dataclass(frozen=True)
class Run:
    """A run as it lies on disk. ``status`` is the word of its last event."""

    folder: Path
    kind: str
    status: str
    summary: dict[str, Any]

    @property
    def id(self) -> str:
        return self.folder.name


def create(
    root: Path,
    recipe: Recipe,
    cells: Sequence[Cell],
    kind: str,
    upto: str = "",
    rows: Rows | None = None,
) -> Path:
    """Make the folder of a new run with its recipe and the plan of its cells.

    ``upto`` is the last of the cells that are to run, where not all are; ``rows`` is
    what was found of the rows that they load.
    """
    name = re.sub(r"[^\w-]+", "-", recipe.name).strip("-")[:40] or "run"
    root.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    number = 1
    while True:
        suffix = f"-{number}" if number > 1 else ""
        folder = root / f"{stamp}-{name}{suffix}"
        try:
            folder.mkdir()
            break
        except FileExistsError:
            number += 1
    write_text(folder / RECIPE, dumps(recipe))
    plan: dict[str, Any] = {"kind": kind, "upto": upto}
    if rows is not None:  # without the places that they came from
        plan["rows"] = asdict(replace(rows, files={}))
    write_json(folder / PLAN, plan | {"cells": [vars(cell) for cell in cells]})
    names = [cell.name for cell in cells]
    events.append(folder, events.Started(kind=kind, cells=names))
    return folder


def find(root: Path, run_id: str) -> Run:
    """The run of this id, path or shown name, or the one whose id starts or ends so.

    Raises:
        RunError: when there is none or more than one.
    """
    matching = called(root, run_id)
    if len(matching) == 1:
        return read_run(root / matching[0])
    if Path(run_id).name in names(root) and Path(run_id).is_dir():
        return read_run(root / Path(run_id).name)
    if matching:
        several = ", ".join(matching[:MOST_NAMED]) + " …" * (len(matching) > MOST_NAMED)
        raise RunError.of(
            f"several runs are called {run_id!r}: {several}; name one by its id.",
            f"有多次运行名为 {run_id!r}：{several}；请用完整的 id 指定。",
        )
    raise RunError.of(
        f"no run is called {run_id!r}; `tunebook runs` lists them.",
        f"没有名为 {run_id!r} 的运行；`tunebook runs` 可列出全部。",
    )


MOST_NAMED = 5


def names(root: Path) -> list[str]:
    """The ids of all runs, the newest first."""
    return [folder.name for folder in folders(root)]


def called(root: Path, name: str) -> list[str]:
    """The ids of the runs that are called so: by their id, else by the name that they
    show, else by how their id starts or ends."""
    known = names(root)
    if not name or name in known:
        return [name] if name else []
    shown = [each for each in known if read_notes(root / each).name == name]
    return shown or [
        each for each in known if each.startswith(name) or each.endswith(name)
    ]


# Folders that were seen to be runs: a slow drive is not asked again for each.
SEEN: dict[Path, frozenset[str]] = {}


def folders(root: Path) -> list[Path]:
    """The run folders in ``root``, newest first."""
    try:
        names = sorted(filter(is_shown, os.listdir(root)), reverse=True)
    except OSError:
        return []
    seen = SEEN.get(root, frozenset())
    known = [name for name in names if name in seen or (root / name / RECIPE).is_file()]
    SEEN[root] = frozenset(known)
    return [root / name for name in known]


def is_shown(name: str) -> bool:
    """Whether a folder's name is that of a run: not hidden, and Unicode."""
    return not name.startswith(".") and not any("\ud800" <= c <= "\udfff" for c in name)


def read_run(folder: Path) -> Run:
    """What a run's folder says about it."""
    summary = summary_of(folder)
    return Run(folder, kind_of_run(folder), status_by(folder, summary), summary)


def status_by(folder: Path, summary: dict[str, Any]) -> str:
    """How a run stands: by an event that it ended, else by its summary."""
    end = ending(backwards(folder))
    return end.status if end.told else str(summary.get("status", end.status))


def summary_of(folder: Path) -> dict[str, Any]:
    """A run's main figures; empty before it ended."""
    return older.summary(read_object(folder / SUMMARY))


def read_object(file: Path) -> dict[str, Any]:
    """The JSON object in a file; empty when there is none."""
    value = read_json(file)
    return value if isinstance(value, dict) else {}


def cells_of(folder: Path) -> tuple[Cell, ...]:
    """The cells that a run was made of."""
    return tuple(Cell(**cell) for cell in read_object(folder / PLAN).get("cells", ()))


def edits_of_run(folder: Path) -> dict[str, Edit]:
    """The cells that were edited by hand when a run was started."""
    cells = read_object(folder / PLAN).get("cells", ())
    known = (cell for cell in cells if isinstance(cell, dict) and cell.get("form"))
    return edits_from({cell.get("name"): cell for cell in known})


def rows_of_run(folder: Path) -> Rows | None:
    """What a run found of its rows; None for one from before rows were kept."""
    try:
        rows: Rows = TypeAdapter(Rows).validate_python(
            read_object(folder / PLAN).get("rows")
        )
    except ValueError:
        return None
    return rows


def kept_rows(folder: Path) -> Rows | None:
    """The rows that lie in a run's own folder; None where it kept none."""
    rows = rows_of_run(folder)
    if rows is None or not (folder / FOLDER).is_dir():
        return None
    files = {file.name: str(file) for file in (folder / FOLDER).iterdir()}
    return replace(rows, files=files)


# A run stays what it was started as: its plan is read once.
KINDS: dict[Path, str] = {}


def kind_of_run(folder: Path) -> str:
    """run or sweep, as it was started."""
    if folder not in KINDS:
        plan = read_object(folder / PLAN)
        if not plan:  # not written yet, or of an old run
            return "run"
        KINDS[folder] = str(plan.get("kind", "run"))
    return KINDS[folder]


def is_sweep(folder: Path) -> bool:
    """Whether a run is a sweep, whose trainings are trials."""
    return kind_of_run(folder) == "sweep"


def upto(folder: Path) -> str:
    """The last cell that a run was to run."""
    return str(read_object(folder / PLAN).get("upto") or "score")


def saved_adapter(folder: Path) -> Path | None:
    """The adapter that a run saved, or the whole model where no adapter was trained.

    None when it saved nothing.
    """
    adapter = folder / ADAPTER
    saved = any((adapter / name).is_file() for name in SAVED)
    return adapter if saved else None


def status_of(history: Sequence[events.Event]) -> str:
    """running, finished, stopped or failed: by the run's last events."""
    return ending(reversed(history)).status


def parent_of(folder: Path) -> str:
    """The id of the run that a run trained on from; empty for one from the base."""
    try:
        return load(folder / RECIPE).adapter.from_run
    except RecipeError:
        return ""


def recipe_of_run(run: Run) -> Recipe:
    """The recipe that the run was made from.

    Raises:
        RecipeError: when it cannot be read, or is none any more.
    """
    try:
        return load(run.folder / RECIPE)
    except RecipeError as error:
        raise RecipeError(error.problems, run.id) from None


def delete(run: Run) -> None:
    """Delete a run's folder for good. A run that is still going is refused."""
    if run.status == "running":
        raise RunError.of(
            f"{run.id} is still running; stop it first.",
            f"{run.id} 仍在运行；请先停止。",
        )
    remove_run(run.folder)


def remove_run(folder: Path) -> None:
    """Take a run away, whatever it does."""
    # Renamed first, so that a deletion that is cut short leaves no half a run.
    doomed = folder.with_name(f".deleted-{folder.name}")
    folder.rename(doomed)
    shutil.rmtree(doomed)
