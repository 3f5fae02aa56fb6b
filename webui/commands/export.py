"""`tunebook script` and `tunebook notebook`: the code of a recipe, to take away."""

import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from webui.commands import given
from webui.files import write_text
from webui.notebook.ipynb import notebook_text
from webui.notebook.render import render_cells
from webui.notebook.rows import FOLDER, Rows, expected
from webui.notebook.script import script
from webui.planner.errors import PlannerError
from webui.planner.judged import judged
from webui.planner.prepare.ask import prepared
from webui.planner.prepare.store import copy
from webui.planner.process import ask
from webui.planner.ready import model_known
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError


def write_script(arguments: Namespace) -> int:
    """Write the recipe as one Python file that needs nothing of Tunebook."""
    recipe = fitting(given.recipe(arguments))
    rows = beside(rows_of(recipe), arguments)
    name = Path(arguments.output).name if to_file(arguments) else "tune.py"
    return write(script(recipe, rows, name), rows, arguments)


def write_notebook(arguments: Namespace) -> int:
    """Write the recipe as a notebook that has not run yet."""
    recipe = fitting(given.recipe(arguments))
    rows = beside(rows_of(recipe), arguments)
    cells = [vars(cell) for cell in render_cells(recipe, rows=rows)]
    return write(
        notebook_text(cells, title=recipe.name, recipe=recipe), rows, arguments
    )


def fitting(recipe: Recipe) -> Recipe:
    """The recipe itself, refused here when its adapter does not fit its model.

    Raises:
        RecipeError: with everything that does not fit.
    """
    answer = judged(recipe)
    if answer.problems:
        raise RecipeError([*answer.problems])
    if answer.unread:
        print(f"The adapter was not checked: {answer.unread.en}", file=sys.stderr)
    return recipe


def beside(rows: Rows, arguments: Namespace) -> Rows:
    """The rows in a folder that is called like the file which reads them."""
    if not to_file(arguments):
        return rows
    return replace(rows, folder=f"{Path(arguments.output).stem}-{FOLDER}")


def rows_of(recipe: Recipe) -> Rows:
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
    files = {Path(path).name: path for path in plain_files(recipe)}
    there = all(Path(path).is_file() for path in files.values())
    return replace(rows, files=files if there else {})


def is_known(recipe: Recipe) -> bool:
    """Whether the model is within reach, so that something else is wrong."""
    try:
        ask(model_known, recipe, "train")
    except PlannerError:
        return False
    return True


def plain_files(recipe: Recipe) -> list[str]:
    """The files that a plain data cell loads."""
    if recipe.data.source == "hub":
        return []
    held = recipe.split.files if recipe.split.by == "file" else ()
    return [*recipe.data.train_files, *held]


def to_file(arguments: Namespace) -> bool:
    """Whether a file is named to write to."""
    return arguments.output is not None and str(arguments.output) != "-"


def write(text: str, rows: Rows, arguments: Namespace) -> int:
    """Write to the file of ``-o``, with the rows beside it; or to stdout, alone."""
    if not to_file(arguments):
        sys.stdout.write(text)
        if rows.files:
            print(f"It reads the folder {FOLDER}: -o FILE writes both", file=sys.stderr)
        return 0
    file = Path(arguments.output)
    file.parent.mkdir(parents=True, exist_ok=True)
    if rows.files:
        copy(rows.files, file.parent / rows.folder)
        print(f"Wrote {file.parent / rows.folder}: what it reads", file=sys.stderr)
    write_text(file, text)
    print(f"Wrote {file}", file=sys.stderr)
    return 0
