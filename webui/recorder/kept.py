"""What a run keeps of itself: its notebook, and its recipe beside what it saved."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from webui.files import read_json, write_text
from webui.notebook.cells import SHOWN, kind_of
from webui.notebook.ipynb import notebook_text
from webui.runs import events
from webui.runs import folder as runs
from webui.runs.events import Resumed
from webui.runs.folder import NOTEBOOK, PLAN, RECIPE


def write_notebook(
    run: Path, job: Mapping[str, Any], ran: Mapping[str, dict[str, Any]]
) -> None:
    """Replace a run's notebook: its cells, with the outputs of their last run.

    A comparison that loaded a saved adapter leaves the notebook of its training.
    """
    cells = (read_json(run / PLAN) or job)["cells"]
    if any(is_loaded(cell["name"]) for cell in job["cells"]):
        return
    text = notebook_text(
        [ran.get(cell["name"], cell) for cell in cells],
        title=run.name,
        resumed=resumed_at(run),
        parent=runs.parent_of(run),
    )
    write_text(run / NOTEBOOK, text)


def is_loaded(name: str) -> bool:
    """Whether a cell attaches what a run has saved, which no run's notebook does."""
    return kind_of(name).begins == "try" and name not in SHOWN


def resumed_at(run: Path) -> list[str]:
    """Where a run went on when it was resumed: after which step, with what changed."""
    history, _ = events.read(run)
    told = (event for event in events.of_kind(history, Resumed) if event.step)
    return [", ".join([f"step {event.step}", *changed(event)]) for event in told]


def changed(event: Resumed) -> list[str]:
    """The settings that a resume changed."""
    return [f"{path}={value}" for path, value in sorted(event.values.items())]


def give_recipe(run: Path) -> None:
    """Put a run's recipe beside the adapter that it saved.

    Wherever the adapter is taken, it tells the system prompt that it was trained with.
    """
    if adapter := runs.saved_adapter(run):
        shutil.copyfile(run / RECIPE, adapter / RECIPE)
