"""`tunebook script` and `tunebook notebook`: the code of a recipe, to take away."""

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from webui.commands import given
from webui.errors import PlannerError, UserError
from webui.files import write_text
from webui.kernel.kernel import this_kernel
from webui.models.here import cells_here, model_here
from webui.notebook.cells import reads
from webui.notebook.edits import Edits
from webui.notebook.ipynb import notebook_text
from webui.notebook.rows import FOLDER, PARENT, Rows, expected
from webui.notebook.script import recipe_script
from webui.planner.process import ask
from webui.preflight.judged import judgement
from webui.preflight.learning_rates import rate_problems
from webui.preflight.ready import model_known, problems_anywhere
from webui.recipe import Recipe
from webui.recipe.problems import Problem, RecipeError
from webui.rows.each import source_files
from webui.rows.prepare.ask import prepared
from webui.rows.prepare.store import copy
from webui.runs import folder as runs
from webui.runs.parent import copy_parent, saved_by_parent


def write_script(arguments: Namespace) -> int:
    """Write the recipe as one Python file that needs nothing of Tunebook."""
    recipe, rows, parent, edits = read_asked_recipe(arguments)
    name = Path(arguments.output).name if to_file(arguments) else "tune.py"
    folder = folder_of(parent, edits, arguments)
    text = recipe_script(recipe, rows, name, folder, model_here(recipe.model), edits)
    return write_code(text, rows, parent, edits, arguments)


def write_notebook(arguments: Namespace) -> int:
    """Write the recipe as a notebook that has not run yet."""
    recipe, rows, parent, edits = read_asked_recipe(arguments)
    folder = folder_of(parent, edits, arguments)
    cells = cells_here(recipe, rows=rows, parent_folder=folder, edits=edits)
    text = notebook_text(
        [vars(cell) for cell in cells],
        title=recipe.name,
        recipe=recipe,
        parent=recipe.adapter.from_run,
    )
    return write_code(text, rows, parent, edits, arguments)


def read_asked_recipe(
    arguments: Namespace,
) -> tuple[Recipe, Rows, Path | None, Edits]:
    """The recipe that is named, its rows, the adapter that it trains on, if any, and
    the cells that were edited by hand.

    Of a run these are its own, so that they are there when their sources are gone.

    Raises:
        RunError: if the run that is trained on is gone.
    """
    recipe = given.recipe(arguments)
    run = None if given.is_changed(arguments) else given.run_of(arguments.recipe)
    edits = given.edits(arguments)
    rows = runs.kept_rows(run) if run else None
    refuse_what_a_run_would(recipe, rows)
    saved = run / PARENT if run else None
    if not recipe.adapter.from_run:
        saved = None
    elif saved is None or not saved.is_dir():
        saved = saved_by_parent(recipe, this_kernel().runs)
    rows = rows or prepared_or_plain_rows(recipe)
    return recipe, beside(rows, edits, arguments), saved, edits


def folder_of(parent: Path | None, edits: Edits, arguments: Namespace) -> str:
    """What the folder of the adapter is called that is trained on."""
    if parent is None or not to_file(arguments) or reads(edits, PARENT):
        return PARENT
    return f"{Path(arguments.output).stem}-{PARENT}"


def refuse_what_a_run_would(recipe: Recipe, rows: Rows | None) -> None:
    """Refuse a recipe here as a run of it would be on any machine.

    ``rows`` are those of a run, whose sources may be gone. Of a model that is out of
    reach only what needs none of it is looked at.

    Raises:
        RecipeError: with everything that is wrong.
    """
    if rows is None and is_known(recipe):
        problems = problems_anywhere(recipe, this_kernel().runs)
    else:
        answer = judgement(recipe)
        if answer.unread:
            print(f"The adapter was not checked: {answer.unread.en}", file=sys.stderr)
        problems = [*answer.problems, *rates_amiss(recipe, rows)]
    if problems:
        raise RecipeError(problems)


def rates_amiss(recipe: Recipe, rows: Rows | None) -> list[Problem]:
    """What is wrong with the rates, where the number of updates is known."""
    if rows is None and recipe.training.duration == "epochs":
        return []
    known = rows or expected(recipe)
    return rate_problems(recipe, known.train, known.form == "pieces")


def beside(rows: Rows, edits: Edits, arguments: Namespace) -> Rows:
    """The rows in a folder that is called like the file which reads them."""
    if not to_file(arguments) or reads(edits, FOLDER):
        return rows
    return replace(rows, folder=f"{Path(arguments.output).stem}-{FOLDER}")


def prepared_or_plain_rows(recipe: Recipe) -> Rows:
    """The rows of a recipe, prepared; a plain source may do where they cannot be, as
    when the model is gated and its code is wanted for another machine.

    Raises:
        PlannerError: if they cannot be prepared, and are not plain either.
    """
    try:
        return prepared(recipe)
    except PlannerError as error:
        rows = expected(recipe)
        if not rows.plain or is_known(recipe):
            raise
        print(f"The rows were not checked: {error}", file=sys.stderr)
    files = {Path(path).name: path for path in source_files(recipe)}
    there = all(Path(path).is_file() for path in files.values())
    return replace(rows, files=files if there else {})


def is_known(recipe: Recipe) -> bool:
    """Whether the model is within reach, so that something else is wrong."""
    try:
        ask(model_known, recipe)
    except PlannerError:
        return False
    return True


def to_file(arguments: Namespace) -> bool:
    """Whether a file is named to write to."""
    return arguments.output is not None and str(arguments.output) != "-"


def write_code(
    text: str, rows: Rows, parent: Path | None, edits: Edits, arguments: Namespace
) -> int:
    """Write to the file of ``-o`` and what it reads beside it; or to stdout, alone."""
    if not to_file(arguments):
        sys.stdout.write(text)
        read = [FOLDER] * bool(rows.files) + [PARENT] * bool(parent)
        if read:
            named = f"folder {read[0]}" if len(read) == 1 else "folders rows and parent"
            every = "both" if len(read) == 1 else "all"
            print(f"It reads the {named}: -o FILE writes {every}", file=sys.stderr)
        return 0
    file = Path(arguments.output)
    if not file.name or file.is_dir():
        raise UserError.of(
            f"{file} is a folder; -o wants the name of a file.",
            f"{file} 是文件夹；-o 需要文件名。",
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    if rows.files:
        copy(rows.files, file.parent / rows.folder)
        print(f"Wrote {file.parent / rows.folder}: what it reads", file=sys.stderr)
    if parent:
        target = file.parent / folder_of(parent, edits, arguments)
        copy_parent(parent, target)
        print(f"Wrote {target}: the adapter that it trains on", file=sys.stderr)
    write_text(file, text)
    print(f"Wrote {file}", file=sys.stderr)
    return 0
