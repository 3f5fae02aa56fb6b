"""What an objective cannot learn from, and what it does not go with."""

from webui.recipe.combinations.found import Found, at, spaced
from webui.recipe.objectives import Clash, objective_of
from webui.recipe.paths import default_of, value_at
from webui.recipe.problems import Problem
from webui.recipe.sections import Recipe


def objectives(recipe: Recipe) -> Found:
    """Rows of which the objective can make nothing, and settings that it excludes."""
    objective = objective_of(recipe)
    if objective.formats and recipe.data.format not in objective.formats:
        title, formats = objective.title, objective.formats
        yield at(
            "data.format",
            f"gives nothing to learn {title.en} from; use {' or '.join(formats)}.",
            f"无法用于{spaced(title.zh)}；请使用 {' 或 '.join(formats)}。",
        )
    for clash in objective.clashes:
        if happens(clash, recipe):
            yield Problem(clash.path, clash.text)


def happens(clash: Clash, recipe: Recipe) -> bool:
    """Whether the recipe has what the objective cannot go with."""
    if clash.when is not None:
        return clash.when(recipe)
    value = value_at(recipe, clash.path)
    return value in clash.values if clash.values else value != default_of(clash.path)
