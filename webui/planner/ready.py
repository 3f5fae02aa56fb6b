"""Whether a recipe's data can be trained on: asked before the kernel is."""

from pathlib import Path

from webui.planner.errors import PlannerError
from webui.planner.rows import check_rows, read_rows
from webui.recipe import Recipe
from webui.recipe.checks import Problem, RecipeError
from webui.recipe.field import Text

FIRST_ROWS = 20_000  # more would make the user wait


def ready(recipe: Recipe) -> Recipe:
    """The recipe itself, refused here when its files would fail in the kernel.

    Raises:
        RecipeError: with everything that is wrong.
    """
    if problems := data_problems(recipe):
        raise RecipeError(problems)
    return recipe


def data_problems(recipe: Recipe) -> list[Problem]:
    """What is wrong with the recipe's files, seen in their first rows."""
    problems = []
    for name in ("train_file", "heldout_file"):
        file = getattr(recipe.data, name)
        try:
            if file:
                check_rows(read_rows(Path(file), limit=FIRST_ROWS), recipe.data.format)
        except PlannerError as error:
            problems.append(Problem(f"data.{name}", error.text))
    if not recipe.data.train_file:
        text = Text("name a file to learn from.", "请指定训练文件。")
        problems.append(Problem("data.train_file", text))
    return problems
