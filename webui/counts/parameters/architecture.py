"""What a model's blocks are made of, and which of their layers an adapter sits on."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from webui.counts.parameters.meta import Base, linear_layers, shape_of_model
from webui.errors import PlannerError
from webui.notebook.architecture import UNKNOWN, Architecture
from webui.notebook.peft_config import layers_to_transform, target_modules
from webui.recipe import Recipe
from webui.recipe.sections import Adapter

# State-space blocks whose kernels read these layers' weights themselves: an adapter on
# one would not be asked. PEFT refuses some of them.
STATE_SPACE = ("mamba", "mamba2", "falcon_mamba", "falcon_h1", "nemotron_h") + (
    "bamba",
    "granitemoehybrid",
    "jamba",
    "zamba",
    "zamba2",
)
READ_PAST = ("x_proj", "dt_proj", "out_proj")
# What a training computes with the weights of these layers themselves, in Gemma 3n.
CLIPPED = ("correction_coefs", "prediction_coefs")
NUMBER = re.compile(r"(?<=\.)\d+(?=\.)")
ROUTER, INDEXER = "Router", "Indexer"  # they choose experts, or tokens to look at


def architecture_of(recipe: Recipe) -> Architecture:
    """What the recipe's model is made of; unknown where it cannot be built."""
    try:
        return made_of(shape_of_model(recipe))
    except PlannerError:
        return UNKNOWN


@lru_cache(maxsize=4)
def made_of(base: Base) -> Architecture:
    """What a model is made of."""
    config = base.model.config.get_text_config()
    return Architecture(
        linear=linear_names(base),
        experts=tuple(dict.fromkeys(name for name, _ in expert_weights(base))),
        towers=towers(base),
        routed=hasattr(config, "output_router_logits"),
    )


def towers(base: Base) -> tuple[str, ...]:
    """The modules beside the blocks that have blocks of their own."""
    from torch.nn import ModuleList

    path = base.path.split(".")
    found = dict.fromkeys(
        next((part for part in name.split(".") if part not in path), "")
        for name, module in base.model.named_modules()
        if isinstance(module, ModuleList) and not f"{name}.".startswith(f"{base.path}.")
    )
    return tuple(tower for tower in found if tower)


def linear_names(base: Base) -> tuple[str, ...]:
    """The last parts of the names of all linear layers that an adapter can sit on.

    Those of the blocks, in their order; routers stay as they are.
    """
    past = read_past(base)
    names = tuple(name for name in names_in_blocks(base) if name not in past)
    return kept_as_layers(base, names)


def read_past(base: Base) -> tuple[str, ...]:
    """The names of the layers of which only the weights are read."""
    kind = base.model.config.get_text_config().model_type
    past = READ_PAST if kind in STATE_SPACE else CLIPPED
    return tuple(name for name in names_in_blocks(base) if name in past)


@lru_cache(maxsize=4)
def names_in_blocks(base: Base) -> tuple[str, ...]:
    """The last parts of the names of all linear layers of the blocks, but of those that
    choose, and of those that compute otherwise than a linear layer does."""
    found = dict.fromkeys(
        last_part(name)
        for name, layer in layers_of_blocks(base)
        if not is_its_own(layer)
        and not lies_in(base, name, ROUTER)
        and not lies_in(base, name, INDEXER)
    )
    return tuple(found)


def layers_of_blocks(base: Base) -> Iterable[tuple[str, Any]]:
    """The linear layers of the blocks; of those called alike, one of each class."""
    alike = {
        (NUMBER.sub("", name), type(layer)): (name, layer)
        for name, layer in linear_layers(base.model).items()
        if base.layer_number(name) is not None
    }
    return alike.values()


@lru_cache(maxsize=4)
def never_learning(base: Base) -> set[str]:
    """The names in which an adapter would not learn: layers of which only the weights
    are read, what comes out is only ranked, or that compute in a way of their own."""
    dead = {
        last_part(name)
        for name, layer in layers_of_blocks(base)
        if is_its_own(layer) or lies_in(base, name, INDEXER)
    }
    return (dead - {*names_in_blocks(base)}) | {*read_past(base)}


def last_part(name: str) -> str:
    """The last part of a module's name, with the one before a number: a number alone
    would mean the blocks as well."""
    parts = name.split(".")
    named = [place for place, part in enumerate(parts) if not part.isdigit()]
    return ".".join(parts[named[-1] :])


def lies_in(base: Base, name: str, word: str) -> bool:
    """Whether a layer, or a module of its block that it lies in, is of such a class."""
    while name.count(".") > base.path.count(".") + 1:
        if word in type(base.model.get_submodule(name)).__name__:
            return True
        name = name.rpartition(".")[0]
    return False


def is_its_own(layer: Any) -> bool:
    """Whether a linear layer's class computes in a way that PEFT's adapter does not."""
    import torch

    shaped = isinstance(layer, torch.nn.Linear)
    return shaped and "Grouped" in type(layer).__name__


def kept_as_layers(base: Base, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names without those that PEFT takes for the experts' of this model, or that
    it would not find again in what it saved.

    Until Transformers 5 each expert had layers of its own, and PEFT still turns their
    names into those of the weights that hold all experts now.
    """
    from peft import LoraConfig
    from peft.utils.transformers_weight_conversion import (
        convert_peft_config_for_transformers,
    )

    config = LoraConfig(target_modules=list(names))
    try:
        convert_peft_config_for_transformers(config, base.model, None)
    except ValueError:  # it wants both halves of what the experts hold in one
        return tuple(name for name in names if name not in OF_EXPERTS)
    lost = {last_part(name) for name in lost_in_files(base, names)}
    kept = {*(config.target_modules or ())} - lost
    return tuple(name for name in names if name in kept)


def lost_in_files(base: Base, names: Iterable[str]) -> list[str]:
    """The layers of these names whose adapter PEFT saves under one name and looks for
    under another: Transformers renames what it reads for some families. Of layers that
    are called alike in several blocks, one is named."""
    import torch
    from peft import LoraConfig
    from peft.utils.transformers_weight_conversion import (
        convert_peft_adapter_state_dict_for_transformers,
    )

    ends = tuple(f".{name}" for name in names)
    layers = linear_layers(base.model)
    held = {NUMBER.sub("", n): n for n in layers if f".{n}".endswith(ends)}
    saved = {f"base_model.model.{name}.lora_A.weight": name for name in held.values()}
    weight = torch.empty(1, 1, device="meta")
    read = convert_peft_adapter_state_dict_for_transformers(
        base.model, LoraConfig(), dict.fromkeys(saved, weight)
    )
    return [name for key, name in saved.items() if key not in read]


OF_EXPERTS = ("gate", "gate_proj", "up_proj", "down_proj", "w1", "w2", "w3")


def expert_weights(base: Base) -> Iterator[tuple[str, Any]]:
    """The weights that hold all experts of a block, by the name that PEFT is given."""
    for module, part in base.model.named_modules():
        number = base.layer_number(module)
        if number is None or "Expert" not in type(part).__name__:
            continue
        inside = module.removeprefix(f"{base.path}.{number}.")
        for name, weight in part.named_parameters(recurse=False):
            if weight.ndim == 3:  # all experts in one
                yield f"{inside}.{name}", weight


def adapted_layers(adapter: Adapter, base: Base) -> dict[str, Any]:
    """The linear layers that PEFT puts the adapter on, by its own rule."""
    from peft.tuners.tuners_utils import check_target_module_exists

    rule = SimpleNamespace(
        target_modules=target_modules(adapter, made_of(base)),
        modules_to_save=adapter.modules_to_save,
        layers_to_transform=None,
    )
    if adapter.layers:
        rule.layers_to_transform = layers_to_transform(adapter.layers, base.depth)
    layers = linear_layers(base.model).items()
    return {n: layer for n, layer in layers if check_target_module_exists(rule, n)}
