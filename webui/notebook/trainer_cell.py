"""What cells say of the trainer: how it is judged, when it ends, where it logs."""

from typing import Any

from webui.notebook.literal import Code
from webui.recipe import Recipe


def trainer_context(recipe: Recipe, *, trial: bool = False) -> dict[str, Any]:
    """What the trainer's template may name beyond the recipe itself.

    A ``trial`` of a sweep is judged once, at its end, and leaves nothing behind.
    """
    evaluated = recipe.evaluation.every != "no" and not trial
    return {
        "trial": trial,
        "evaluation": recipe.evaluation,
        "evaluated": evaluated,
        "limits": has_limits(recipe) and not trial,
        "keeps_trained": recipe.adapter.saved_in_part and not trial,
        "callbacks": callbacks(recipe, trial=trial),
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
