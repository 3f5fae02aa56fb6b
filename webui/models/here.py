"""The cells as this machine runs them: with the place where a model lies on it."""

import os
from typing import Any

from webui.notebook.cells import RUN
from webui.notebook.model_cell import ModelPlace
from webui.notebook.render import Cell, render_cells
from webui.recipe import Recipe
from webui.recipe.copies import loaded_name
from webui.recipe.sections import Model
from webui.settings import model_path


def cells_here(
    recipe: Recipe, names: tuple[str, ...] = RUN.cells, **more: Any
) -> tuple[Cell, ...]:
    """The cells of these names, as ``render_cells`` writes them, to be run here."""
    return render_cells(recipe, names, model=model_here(recipe.model), **more)


def model_here(model: Model) -> ModelPlace:
    """Where a model lies on this machine, or its name on the hub."""
    named = model_path(model.name)
    is_folder = os.path.isabs(named) or os.path.isdir(named)
    return ModelPlace(model_path(loaded_name(model)), is_folder)
