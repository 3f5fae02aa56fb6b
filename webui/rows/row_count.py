"""How many rows a recipe trains on, about: counted in its files."""

import itertools

from webui.recipe import Recipe
from webui.rows.each import Kept, read_rows
from webui.rows.split_check import rows_held_out

MOST = 20_000  # rows; reading more would keep other questions waiting


def training_rows(recipe: Recipe, most: int = MOST) -> int | None:
    """The usable rows less those that are held out.

    None for more than ``most`` rows, for rows of the hub, which would have to be
    fetched, and where a column parts them.

    Raises:
        PlannerError: if a file cannot be read at all.
    """
    split = recipe.split
    if recipe.data.source == "hub" or split.by == "column":
        return None
    usable = (row for row in read_rows(recipe) if isinstance(row, Kept))
    count = sum(1 for _ in itertools.islice(usable, most + 1))
    if count > most:
        return None
    if split.by == "file":
        return count
    return max(0, count - rows_held_out(recipe, count))
