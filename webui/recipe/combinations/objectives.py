"""What an objective cannot learn from, and what it does not go with."""

from webui.recipe.combinations.found import Found, spaced
from webui.recipe.formats import FORMATS
from webui.recipe.objectives import objective_of
from webui.recipe.paths import default_of, value_at
from webui.recipe.sections import Recipe
from webui.text import Text


def objectives(recipe: Recipe) -> Found:
    """Rows of which the objective can make nothing, and settings that it excludes."""
    objective = objective_of(recipe)
    if objective.formats and recipe.data.format not in objective.formats:
        titles = [FORMATS[name].title for name in objective.formats]
        yield (
            "data.format",
            Text(
                f"gives nothing to learn {objective.title.en} from; use rows of the "
                f"format {' or '.join(title.en for title in titles)}.",
                f"无法用于{spaced(objective.title.zh)}；"
                f"请使用{'或'.join(title.zh for title in titles)}格式的数据。",
            ),
        )
    for clash in objective.clashes:
        value = value_at(recipe, clash.path)
        unusual = not clash.values and value != default_of(clash.path)
        if value in clash.values or unusual:
            yield clash.path, clash.text
