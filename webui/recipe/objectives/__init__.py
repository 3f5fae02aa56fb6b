"""Every objective that Tunebook knows, by its name; the first is the default.

A module of this room that declares an ``OBJECTIVE`` is found by itself. Nothing of the
recipe is imported here: its sections name their choices by this room.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal

from webui.recipe.objectives.objective import Clash, Objective

if TYPE_CHECKING:
    from webui.recipe import Recipe

    ObjectiveName = str

__all__ = ["OBJECTIVES", "Clash", "Objective", "ObjectiveName", "objective_of"]

DEFAULT = "sft"  # what every recipe meant before there was a choice


def declared() -> Iterator[Objective]:
    """The objectives of this room's modules."""
    for found in iter_modules(__path__):
        module = import_module(f"{__name__}.{found.name}")
        if isinstance(objective := getattr(module, "OBJECTIVE", None), Objective):
            yield objective


OBJECTIVES: dict[str, Objective] = {
    objective.name: objective
    for objective in sorted(declared(), key=lambda each: each.name != DEFAULT)
}
if not TYPE_CHECKING:
    ObjectiveName = Literal[tuple(OBJECTIVES)]


def objective_of(recipe: "Recipe") -> Objective:
    """What a recipe's training learns."""
    return OBJECTIVES[recipe.training.objective]
