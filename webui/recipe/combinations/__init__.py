"""What does not go together in a recipe's model, adapter and training, and what does.

Each rule names the field, the reason, and the nearest setting that works. Rules about
a device are told by ``device_rules``, since a recipe does not know where it will run.
"""

from collections.abc import Callable

from webui.recipe.combinations.continued import continued
from webui.recipe.combinations.device import device_rules
from webui.recipe.combinations.experts import experts
from webui.recipe.combinations.found import Found
from webui.recipe.combinations.methods import lora_only, lora_plus, methods
from webui.recipe.combinations.named_model import named_model
from webui.recipe.combinations.objectives import objectives
from webui.recipe.combinations.quantized_base import quantized_base
from webui.recipe.combinations.serving import served
from webui.recipe.combinations.start_values import start_values
from webui.recipe.combinations.targets import targets
from webui.recipe.sections import Recipe

__all__ = ["RULES", "combinations", "device_rules"]

RULES: tuple[Callable[[Recipe], Found], ...] = (
    objectives,
    named_model,
    quantized_base,
    start_values,
    lora_only,
    lora_plus,
    targets,
    experts,
    methods,
    served,
    continued,
)


def combinations(recipe: Recipe) -> Found:
    """Every combination that cannot work: the field to change, and why."""
    for rule in RULES:
        yield from rule(recipe)
