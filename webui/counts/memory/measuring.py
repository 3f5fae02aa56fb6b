"""A short training that measures the memory which a recipe takes."""

from pathlib import Path
from typing import Any

from webui.recipe import Recipe
from webui.recipe.store import with_values

# The first step has no states of the optimizer yet, and so the second one counts.
STEPS = 2
MARK = " memory"
LONGEST_NAME = 60


def measuring(recipe: Recipe) -> Recipe:
    """The recipe as a training of two steps, marked by its name.

    All that memory depends on stays as it is. The longest rows come first, so that two
    batches show the peak of all.

    Raises:
        RecipeError: if the recipe itself cannot be trained.
    """
    training = recipe.training
    values: dict[str, Any] = {
        "name": recipe.name[: LONGEST_NAME - len(MARK)] + MARK,
        "training.duration": "steps",
        "training.steps": STEPS,
        "training.gradient_accumulation": min(2, training.gradient_accumulation),
        "training.warmup_steps": 0,
        "training.group_by_length": True,
        "training.auto_batch_size": False,
        "training.max_minutes": 0.0,
        "training.stop_at_loss": 0.0,
        "training.auto_resume": False,
        "evaluation.every": "no",
        "watch.report_to": (),
    }
    return with_values(recipe, values)


def is_measuring(run: Path) -> bool:
    """Whether a run was such a training, by its name."""
    name = run.name.rstrip("0123456789").rstrip("-")
    return name.endswith(MARK.replace(" ", "-"))
