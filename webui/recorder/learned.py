"""Inside the kernel: what the training of a run learns."""

from pathlib import Path

from webui.recipe import Recipe
from webui.recipe.objectives import Objective, objective_of
from webui.recipe.store import load
from webui.runs.folder import RECIPE


def objective_in(run: Path | None) -> Objective:
    """What the training of a run learns; without a run, what is usual."""
    return objective_of(load(run / RECIPE) if run else Recipe())
