"""How many updates the optimizer will make, and how many of them are warm-up."""

import math

from webui.recipe.sections import Recipe
from webui.recipe.sections.training import Training
from webui.recipe.watched import watched_rows


def updates(training: Training, rows: int) -> int:
    """The optimizer's updates in a training on so many rows, as the trainer counts."""
    if training.duration == "steps":
        return training.steps
    return math.ceil(training.epochs * in_an_epoch(training, rows))


def in_an_epoch(training: Training, rows: int) -> int:
    """The optimizer's updates in one epoch; packed rows take fewer."""
    batches = math.ceil(rows / training.batch_size)
    return max(1, math.ceil(batches / training.gradient_accumulation))


def warm_up(asked: float, count: int) -> int:
    """The updates of a warm-up: ``asked`` itself, or below 1 that share of ``count``.

    Transformers rounds a share up. Less than one update is none here: the first of a
    warm-up has the rate 0, so that a training of one update would learn nothing.
    """
    if asked >= 1:
        return int(asked)
    return math.ceil(asked * count) if asked * count >= 1 else 0


def learned_rows(recipe: Recipe, rows: int) -> int:
    """Of the rows that are not held out those that are trained on."""
    return max(0, rows - watched_rows(recipe, rows))
