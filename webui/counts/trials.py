"""The trials of a sweep as recipes of their own, and what is said of one that fails."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

from webui.recipe import Recipe
from webui.recipe.paths import with_value
from webui.recipe.problems import Problem
from webui.text import Text

MOST_TRIALS = 200  # no sweep has more


def trials(
    recipe: Recipe, begins: tuple[str, ...], *, sweep: bool
) -> Iterator[tuple[dict[str, Any], Recipe]]:
    """The combinations of the swept values whose paths begin so, and their
    recipes; without ``sweep`` the recipe itself."""
    if not sweep:
        yield {}, recipe
        return
    space = {
        path: v for path, v in recipe.sweep.space.items() if path.startswith(begins)
    }
    for chosen in islice(product(*space.values()), MOST_TRIALS):
        values = dict(zip(space, chosen, strict=True))
        fields: Mapping[str, Any] = recipe.model_dump()
        for path, value in values.items():
            fields = with_value(fields, path, value)
        yield values, Recipe.model_validate(fields)


def tried(values: Mapping[str, Any], problem: Problem) -> Problem:
    """A problem of one trial of a sweep, at the field that holds its values; as it is
    where it has none."""
    if not values:
        return problem
    named = ", ".join(f"{path} {value}" for path, value in values.items())
    text = problem.message
    return Problem(
        "sweep.space",
        Text(
            f"with {named}: {problem.path} {text.en}",
            f"取 {named} 时：{problem.path} {text.zh}",
        ),
    )
