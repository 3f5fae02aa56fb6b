"""Inside the kernel: what the training of a run learns, and how its losses are made."""

from pathlib import Path

from webui.recipe import Recipe
from webui.recipe.objectives import Objective, objective_of
from webui.recipe.store import load
from webui.runs.folder import RECIPE
from webui.runs.trials import BY_BATCH

__all__ = ["BY_BATCH", "objective_in"]


def objective_in(run: Path | None) -> Objective:
    """What the training of a run learns; without a run, what is usual."""
    return objective_of(load(run / RECIPE) if run else Recipe())
