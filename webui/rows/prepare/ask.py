"""Prepared rows, asked for by the server: at hand, or made by a process beside it."""

from pathlib import Path

from webui.notebook.rows import Rows
from webui.planner.job import Job
from webui.planner.process import ask
from webui.recipe import Recipe
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import known_preparation, rows_key
from webui.rows.report.measured import all_files
from webui.text import Text

LARGE = 20_000_000  # bytes of a source; more would keep other questions waiting
PREPARATION = Text("The preparation of the rows", "数据准备")


def rows_at_hand(recipe: Recipe) -> Rows | None:
    """What was found when these rows were prepared; None if they were not yet."""
    return known_preparation(rows_key(recipe))


def prepared(recipe: Recipe, *, as_before: bool = False) -> Rows:
    """The rows of a recipe, ready for its data cell.

    ``as_before`` holds out the rows that were drawn before rows were kept in runs.

    Raises:
        PlannerError: if they cannot be prepared.
    """
    if recipe.data.source == "files":
        if found := known_preparation(rows_key(recipe, as_before=as_before)):
            return found
    if is_large(recipe):
        return ask_apart(recipe, as_before)
    rows: Rows = ask(prepare, recipe, as_before)
    return rows


def is_large(recipe: Recipe) -> bool:
    """Whether the planner would be kept busy for long."""
    if recipe.data.source == "hub":
        return True
    paths = (*recipe.data.train_files, *recipe.split.files)
    return sum(size_of(Path(path)) for path in paths) > LARGE


def size_of(path: Path) -> int:
    """Bytes of a file, or of all in a folder; 0 of what is not there."""
    try:
        return sum(file.stat().st_size for file in all_files(path))
    except (OSError, ValueError):
        return 0


def ask_apart(recipe: Recipe, as_before: bool) -> Rows:
    """Prepare rows in a process of its own, which ends after that.

    Raises:
        PlannerError: if they cannot be prepared.
    """
    job: Job[Rows] = Job(PREPARATION)
    job.begin(prepare, recipe, as_before, niceness=0)
    return job.finish()
