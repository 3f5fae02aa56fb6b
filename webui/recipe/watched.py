"""How many of the training rows are watched while a training goes on."""

from webui.recipe.sections import Recipe

# A tenth, and no more than tells one loss from another.
SHARE, MOST = 10, 100


def is_watched(recipe: Recipe) -> bool:
    """Whether rows are set aside: evaluations ask for them, and the trials of a sweep.

    A recipe with a sweep sets the same rows aside when it trains, so that its losses
    compare with those of the trials.
    """
    return recipe.evaluation.every != "no" or bool(recipe.sweep.space)


def watched_rows(recipe: Recipe, rows: int) -> int:
    """How many of so many training rows are watched; 0 where none are."""
    if not is_watched(recipe):
        return 0
    return recipe.evaluation.rows or fitting(rows)


def fitting(rows: int) -> int:
    """A tenth of the rows: at least one, a hundred at most."""
    return max(1, min(MOST, rows // SHARE))
