"""Every way of fine-tuning that Tunebook knows, by its name; the first is the default.

Nothing of the recipe is imported here: its sections name their choices by this room.
"""

from typing import TYPE_CHECKING

from webui.recipe.methods.low_rank import LOW_RANK
from webui.recipe.methods.method import Method, MethodName, Source, VariantName
from webui.recipe.methods.prompts import PROMPTS
from webui.recipe.methods.scaling import SCALING
from webui.recipe.methods.variants import LORA_VARIANTS
from webui.recipe.methods.whole import WHOLE

if TYPE_CHECKING:
    from webui.recipe import Recipe

__all__ = [
    "METHODS",
    "VARIANTS",
    "Method",
    "MethodName",
    "Source",
    "VariantName",
    "active_variants",
    "explained",
]

METHODS: dict[str, Method] = {
    method.name: method for method in (*LOW_RANK, *SCALING, *PROMPTS, *WHOLE)
}
VARIANTS: dict[str, Method] = {variant.name: variant for variant in LORA_VARIANTS}


def explained(recipe: "Recipe") -> tuple[Method, ...]:
    """The recipe's method and, where that is LoRA, the variants it uses."""
    method = METHODS[recipe.adapter.method]
    return (method, *(VARIANTS[name] for name in active_variants(recipe)))


def active_variants(recipe: "Recipe") -> tuple[VariantName, ...]:
    """The variants of LoRA that the recipe turns on; none with another method."""
    adapter = recipe.adapter
    if adapter.method != "lora":
        return ()
    turned_on: dict[VariantName, bool] = {
        "rslora": adapter.use_rslora,
        "dora": adapter.use_dora,
        "lora_plus": adapter.lora_plus_ratio != 1,
        "pissa": adapter.start == "pissa",
        "loftq": adapter.start == "loftq",
        "olora": adapter.start == "olora",
        "eva": adapter.start == "eva",
        "qlora": recipe.model.precision == "4bit",
    }
    return tuple(name for name, is_on in turned_on.items() if is_on)
