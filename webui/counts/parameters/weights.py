"""Every weight of a model with its adapter: how large, where, and whether it learns."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from webui.counts.parameters.attach import adapter_config, attach
from webui.counts.parameters.folded import Folded, learning_itself
from webui.counts.parameters.meta import Base, shape_of_model, without_precision
from webui.counts.parameters.starts import block_amiss
from webui.errors import PlannerError
from webui.models.source import model_stamp
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model

PROMPT = "prompt"  # where a prompt's weights are; they belong to no module
WRAPPED = (".base_layer", ".original_module")  # what PEFT calls what it wrapped


@dataclass(frozen=True)
class Weight:
    """One weight, standing for those of ``copies`` layers that are alike.

    ``module`` is the base's module that it belongs to ("model.layers.0.mlp.up_proj"),
    or "prompt"; ``added`` says that the adapter brought it along.
    """

    module: str
    name: str
    shape: tuple[int, ...]
    size: int
    copies: int
    learns: bool
    added: bool

    @property
    def total(self) -> int:
        """The parameters of all copies."""
        return self.size * self.copies


@dataclass(frozen=True)
class Weights:
    """All weights, the folded base that they belong to, and the recipe's adapter."""

    folded: Folded
    rows: tuple[Weight, ...]
    adapter: Adapter


def weights_of(recipe: Recipe) -> Weights:
    """The weights of a recipe's model with its adapter attached.

    Raises:
        PlannerError: if the model cannot be read, or the adapter does not fit it.
    """
    model = without_precision(recipe.model)
    return read_weights(model, model_stamp(recipe.model), recipe.adapter)


@lru_cache(maxsize=64)
def read_weights(model: Model, stamp: int, adapter: Adapter) -> Weights:
    """The weights for one model, as of a moment, and one adapter."""
    recipe = Recipe(model=model, adapter=adapter)
    base = shape_of_model(recipe)
    config = adapter_config(recipe, base)
    if config is None:
        return weights_of_base(base, adapter)
    names = {name for name, _ in base.model.named_modules()}
    folded, adapted = attach(base, config)
    prompt = bool(config.is_prompt_learning)
    rows = [
        named_weight(folded, names, prompt, *named)
        for named in adapted.named_parameters()
    ]
    reached = (row.module for row in rows if row.name.startswith("lora_"))
    for path, text in block_amiss(adapter, base, reached):
        raise PlannerError(text, path)
    return Weights(folded, tuple(rows), adapter)


def weights_of_base(base: Base, adapter: Adapter) -> Weights:
    """The weights of a base that learns itself, all of it or its last layers."""
    folded = learning_itself(base, adapter)
    rows = []
    for full, weight in folded.model.named_parameters():
        module, _, name = full.rpartition(".")
        rows.append(weight_row(module, name, weight, folded.copies(module)))
    return Weights(folded, tuple(rows), adapter)


def named_weight(
    folded: Folded, names: set[str], prompt: bool, full: str, weight: Any
) -> Weight:
    """A weight of the model that PEFT made, named as in the base."""
    if full.startswith("prompt_encoder."):
        name = full.removeprefix("prompt_encoder.").partition(".")[2]
        return weight_row(PROMPT, name, weight, 1, added=True)
    # A prompt leaves the base as it is; other adapters sit in a model of their own.
    own = full.removeprefix("base_model." if prompt else "base_model.model.")
    for part in WRAPPED:
        own = own.replace(part, "")
    module = own
    while module not in names:
        module = module.rpartition(".")[0]
    name = own.removeprefix(f"{module}.")
    # A weight of the base stands right behind its module.
    return weight_row(module, name, weight, folded.copies(module), added="." in name)


def weight_row(
    module: str, name: str, weight: Any, copies: int, *, added: bool = False
) -> Weight:
    """What is to be known of one parameter."""
    size, shape = int(weight.numel()), tuple(weight.shape)
    return Weight(module, name, shape, size, copies, bool(weight.requires_grad), added)
