"""Which fields a sweep may try, and what is wrong with the values that it is given."""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice, product
from math import prod
from typing import Any

from pydantic import ValidationError

from webui.recipe.combinations import combinations
from webui.recipe.field import DeclaredField
from webui.recipe.paths import FIELDS, applies, with_value
from webui.recipe.problems import Problem, explain
from webui.recipe.sections import Recipe
from webui.text import Text

MOST_TOGETHER = 200  # combinations that are looked at; no sweep tries more
# These decide which lines a cell has, and a sweep has one cell for all its trials.
DECIDES_CODE = (
    "adapter.method",
    "adapter.from_run",
    "adapter.targets",
    "adapter.target_regex",
    "adapter.layers",
    "adapter.experts",
    "adapter.start",
    "adapter.lora_plus_ratio",
    "adapter.prompt_start",
    "adapter.prompt_text",
    "adapter.encoder",
    "adapter.serve_with",
    "training.objective",
    "training.duration",
    "training.gradient_checkpointing",
    "training.group_by_length",
    "training.auto_batch_size",
    "training.max_minutes",
    "training.stop_at_loss",
    "training.save_every",
    "training.keep_checkpoints",
    "training.auto_resume",
)
SWEEPABLE: dict[str, DeclaredField] = {
    path: declared
    for path, declared in FIELDS.items()
    if path.startswith(("adapter.", "training."))
    # What is swept must be a plain value that the adapter or train cell reads.
    and declared.type in (int, float, str, bool)
    and path not in DECIDES_CODE
}


def coming_trials(recipe: Recipe) -> int:
    """How many trials a sweep will train; a grid ends with its last combination."""
    sweep = recipe.sweep
    combinations = prod(map(len, sweep.space.values()))
    return min(sweep.trials, combinations) if sweep.method == "grid" else sweep.trials


def sweep_rules(recipe: Recipe) -> list[Problem]:
    """Each swept field must be sweepable and each of its values valid there."""
    space = recipe.sweep.space
    if len(space) > 3:
        texts = [Text("has more than three fields.", "超过三个字段。")]
    else:
        each = [text for path in space for text in values_amiss(recipe, path)]
        texts = each or [*together(recipe)]
    return [Problem("sweep.space", text) for text in texts]


def values_amiss(recipe: Recipe, path: str) -> Iterator[Text]:
    """What is wrong with one swept field, or with its values one by one."""
    values = recipe.sweep.space[path]
    if not path:
        told = ", ".join(map(str, values))
        yield Text(
            f"has values without a setting ({told}): choose which one they are for.",
            f"有取值（{told}）没有对应的设置：请选择它们属于哪个设置。",
        )
    elif path not in SWEEPABLE:
        near = get_close_matches(path, SWEEPABLE, n=1, cutoff=0.3)
        known = near[0] if near else ", ".join(SWEEPABLE)
        yield Text(
            f"{path} cannot be swept; try {known}.", f"{path} 不能搜索；可用 {known}。"
        )
    elif not values:
        yield Text(f"{path} has no values.", f"{path} 没有取值。")
    elif not applies(SWEEPABLE[path], recipe):
        yield Text(
            f"{path} has no effect with these settings.",
            f"{path} 在当前设置下不起作用。",
        )
    else:
        for value in values:
            for english, chinese in messages_for(recipe, path, value):
                yield Text(f"{path} {english}", f"{path} {chinese}")


def together(recipe: Recipe) -> Iterator[Text]:
    """What is wrong with values of several fields that are each right by themselves."""
    space = recipe.sweep.space
    if len(space) < 2:
        return
    known, plain = {*combinations(recipe)}, recipe.model_dump()
    for chosen in islice(product(*space.values()), MOST_TOGETHER):
        values = plain
        for path, value in zip(space, chosen, strict=True):
            values = with_value(values, path, value)
        named = ", ".join(map("{} {}".format, space, chosen))
        for problem in combinations(Recipe.model_validate(values)):
            if problem not in known:
                known.add(problem)
                yield with_chosen(named, problem)


def messages_for(recipe: Recipe, path: str, value: Any) -> list[Text]:
    """What is wrong with one value of one field, were it put into this recipe."""
    try:
        changed = Recipe.model_validate(with_value(recipe.model_dump(), path, value))
    except ValidationError as error:
        return [explain(details).message for details in error.errors()]
    # What the recipe cannot do anyway is told of the recipe itself.
    known = [*combinations(recipe)]
    news = (each for each in combinations(changed) if each not in known)
    return [with_chosen(value, problem) for problem in news]


def with_chosen(value: Any, problem: Problem) -> Text:
    """What is wrong elsewhere once a value is chosen."""
    field, text = problem
    return Text(f"with {value}: {field} {text.en}", f"取 {value} 时：{field} {text.zh}")
