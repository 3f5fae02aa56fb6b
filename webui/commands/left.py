"""What a recipe still says of its own rows, where the command line names others."""

import sys
from collections.abc import Sequence
from pathlib import Path

from webui.recipe import Recipe
from webui.recipe.of_rows import left_by, told
from webui.recipe.problems import RecipeError
from webui.recipe.store import load

LEFT = (
    "The rows are others than the recipe's own, and these stay as it has them: {}. "
    "--set changes or empties them."
)


def tell_left_of_file(path: Path, recipe: Recipe, settings: Sequence[str]) -> None:
    """Say on stderr what a recipe has kept of its file, whose rows were others."""
    try:
        tell_left(load(path), recipe, settings)
    except RecipeError:
        pass  # it is a recipe only with what is set on top


def tell_left(before: Recipe, recipe: Recipe, settings: Sequence[str]) -> None:
    """Say on stderr what a recipe has kept of another one, whose rows were others."""
    chosen = {setting.partition("=")[0].strip() for setting in settings}
    if left := left_by(before, recipe, chosen):
        print(LEFT.format(told(recipe, left).en), file=sys.stderr)
