"""What happens to a raw row before the chat template sees it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.recipe.objectives import objective_of
from webui.recipe.sections.data import LABELLED
from webui.rows.mapping import values
from webui.rows.mapping.mappers import mapper_of
from webui.rows.mapping.preferences import with_verdict

Step = Callable[[dict[str, Any]], dict[str, Any]]


def row_steps(recipe: Recipe) -> list[Step]:
    """From a raw row to a conversation or a text."""
    data = recipe.data
    steps: list[Step] = []
    if data.columns:
        steps.append(partial(values.select, columns=data.columns))
    if data.label_names and (role := label_role(data.format)):
        names = list(data.label_names)
        steps.append(partial(values.name_labels, role=role, names=names))
    named = objective_of(recipe).columns
    steps.append(mapper_of(data.format, data.columns, labelled="label" in named))
    if named:
        steps.append(partial(with_verdict, named=named))
    instruction = instruction_of(recipe)
    if data.format != "text" and (instruction or data.system_prompt):
        prompts: dict[str, Any] = {"instruction": instruction}
        prompts["system_prompt"] = data.system_prompt
        steps.append(partial(values.add_prompts, **prompts))
    return steps


def instruction_of(recipe: Recipe) -> str:
    """What is put before every question: the recipe's, else the format's own."""
    own = FORMATS[recipe.data.format].instruction
    return recipe.data.instruction or (own.en if own else "")


def label_role(format: str) -> str | None:
    """The role of a format that holds its labels, if it has any."""
    roles = [role.name for role in FORMATS[format].roles]
    if format not in LABELLED:
        return None
    return next(name for name in ("label", "labels") if name in roles)
