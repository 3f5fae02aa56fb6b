"""What cells say of the trainer: how it is judged, when it ends, where it logs."""

import math
from collections.abc import Iterable
from functools import partial
from itertools import product
from typing import Any

from webui.notebook.literal import Code, literal
from webui.notebook.rows import Rows
from webui.recipe import Recipe
from webui.recipe.objectives import objective_of
from webui.recipe.updates import updates, warm_up


def trainer_context(recipe: Recipe, *, trial: bool = False) -> dict[str, Any]:
    """What the trainer's template may name beyond the recipe itself.

    A ``trial`` of a sweep is judged once, at its end, and leaves nothing behind.
    """
    evaluated = recipe.evaluation.every != "no" and not trial
    return {
        "trial": trial,
        "objective": objective_of(recipe),
        "evaluation": recipe.evaluation,
        "evaluated": evaluated,
        "limits": has_limits(recipe) and not trial,
        "keeps_trained": recipe.adapter.saved_in_part and not trial,
        "callbacks": callbacks(recipe, trial=trial),
        "no_difference": NO_DIFFERENCE,
        "warm_up_of": partial(warm_up_setting, recipe, trial=trial),
        "report_to": "none" if trial else list(recipe.watch.report_to) or "none",
    }


def has_limits(recipe: Recipe) -> bool:
    """Whether a training may end before its last step, by its time or its loss."""
    return bool(recipe.training.max_minutes or recipe.training.stop_at_loss)


def callbacks(recipe: Recipe, *, trial: bool) -> list[Code]:
    """The callbacks of the trainer, as code."""
    calls = []
    if recipe.adapter.method == "adalora":
        calls.append("RankAllocation()")
    if recipe.adapter.saved_in_part and not trial:
        calls.append("Trained()")
    if has_limits(recipe) and not trial:
        calls.append("Limits()")
    if recipe.evaluation.every != "no" and recipe.evaluation.patience and not trial:
        patience = recipe.evaluation.patience
        calls.append(f"EarlyStoppingCallback(early_stopping_patience={patience})")
    return [Code(call) for call in calls]


# Shares of a loss: trials that differ less are the same.
NO_DIFFERENCE = 1e-4
WARM_UP = "training.warmup_steps"
# What decides how many updates there are.
COUNTED = ("epochs", "steps", "batch_size", "gradient_accumulation")


def warm_up_setting(recipe: Recipe, rows: Rows, *, trial: bool) -> float | int | Code:
    """The warm-up as Transformers takes it: a number of updates, or their share.

    It rounds a share up, and the first update of a warm-up has the rate 0: where a
    share is less than one update, there is none.
    """
    space = recipe.sweep.space if trial else {}
    if WARM_UP in space:
        return Code(f"chosen[{literal(WARM_UP)}]")
    asked = recipe.training.warmup_steps
    few = [count for count in counts(recipe, rows, space) if not warm_up(asked, count)]
    if 0 < asked < 1 and not few and recipe.data.packing:
        swept = any(f"training.{name}" in space for name in COUNTED)
        return 0 if swept else warm_up_when_packed(recipe)
    return 0 if few else int(asked) if asked >= 1 else asked


def warm_up_when_packed(recipe: Recipe) -> float | Code:
    """A share of updates of which only the packed sequences tell how many they are."""
    training = recipe.training
    asked = training.warmup_steps
    if training.duration == "steps":
        return asked
    an_epoch = math.floor((math.ceil(1 / asked) - 1) / training.epochs)
    enough = an_epoch * training.gradient_accumulation * training.batch_size + 1
    return Code(f"{asked} if len(packed) >= {enough} else 0")


def counts(recipe: Recipe, rows: Rows, space: dict[str, Any]) -> list[int]:
    """How many updates there can be, as far as that is known: in a sweep, of each
    trial."""
    if not rows.train and recipe.training.duration == "epochs":
        return []
    asked = {name: space.get(f"training.{name}", ()) for name in COUNTED}
    swept: dict[str, Iterable[Any]] = {n: v for n, v in asked.items() if v}
    chosen = (
        dict(zip(swept, tried, strict=True)) for tried in product(*swept.values())
    )
    return [
        updates(recipe.training.model_copy(update=values), rows.train)
        for values in chosen
    ]
