"""Turn plain values into a recipe, or report every problem at once at its field."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from webui.recipe.combinations import combinations
from webui.recipe.combinations.found import Found, at
from webui.recipe.formats import FORMATS
from webui.recipe.paths import FIELDS, with_value
from webui.recipe.problems import Problem, RecipeError, explain
from webui.recipe.sections import Recipe
from webui.recipe.sweeps import sweep_rules


def check(values: Mapping[str, Any]) -> Recipe:
    """The recipe that these nested values describe.

    Raises:
        RecipeError: with every problem found, in the order of the fields.
    """
    problems = []
    try:
        recipe = Recipe.model_validate(dict(values))
    except ValidationError as error:
        problems = [explain(details) for details in error.errors()]
        recipe = valid_part(values, {problem.path for problem in problems})
    if problems := problems + rules(recipe):
        raise RecipeError(problems)
    return recipe


def valid_part(values: Mapping[str, Any], wrong: set[str]) -> Recipe:
    """The recipe without its wrong fields, to see what else is wrong with it."""
    kept: dict[str, Any] = {}
    for path in FIELDS:
        section, _, name = path.partition(".")
        inner = values.get(section)
        if path not in wrong and isinstance(inner, Mapping) and name in inner:
            kept = with_value(kept, path, inner[name])
    return Recipe.model_validate(kept)


def rules(recipe: Recipe) -> list[Problem]:
    """Problems that need more than one field to see."""
    return [*combinations(recipe), *data_rules(recipe), *sweep_rules(recipe)]


def data_rules(recipe: Recipe) -> Found:
    """What does not go together in the sections about data."""
    data, split = recipe.data, recipe.split
    if split.by == "file" and trained_on(recipe):
        yield at(
            "split.files" if data.source == "files" else "split.hub_split",
            "names what is trained on; such rows measure nothing.",
            "与训练数据相同；训练过的数据无法衡量效果。",
        )
    roles = [role.name for role in FORMATS[data.format].roles]
    for role in data.columns:
        if role not in roles:
            yield at(
                "data.columns",
                f"has {role}, which the format {data.format} does not know; it has "
                f"{', '.join(roles)}.",
                f"中的 {role} 不属于 {data.format} 格式；可用：{'、'.join(roles)}。",
            )
    if data.template == "custom" and not data.custom_template:
        yield at(
            "data.custom_template",
            "is empty; write a Jinja template.",
            "为空；请填写 Jinja 模板。",
        )
    if split.stratify_by and split.group_by:
        yield at(
            "split.group_by",
            "cannot be used together with stratify_by; choose one.",
            "不能与 stratify_by 同时使用；请选择其一。",
        )


def trained_on(recipe: Recipe) -> bool:
    """Whether the held-out rows come from where the training rows do."""
    if recipe.data.source == "hub":
        return recipe.data.hub_split == recipe.split.hub_split
    return bool({*recipe.data.train_files} & {*recipe.split.files})
