"""What a model's blocks are made of: its linear layers, and a mixture's experts."""

from collections.abc import Iterator
from typing import Any

from webui.counts.parameters.meta import Base, linear_layers, shape_of
from webui.errors import PlannerError
from webui.notebook.architecture import UNKNOWN, Architecture
from webui.recipe import Recipe

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


def architecture_of(recipe: Recipe) -> Architecture:
    """What the recipe's model is made of; unknown where it cannot be built."""
    try:
        return made_of(shape_of(recipe))
    except PlannerError:
        return UNKNOWN


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
    inside = names_in_blocks(base) if kind in STATE_SPACE else ()
    return tuple(name for name in inside if name in READ_PAST)


def names_in_blocks(base: Base) -> tuple[str, ...]:
    """The last parts of the names of all linear layers of the blocks but routers."""
    found = dict.fromkeys(
        name.rpartition(".")[2]
        for name, layer in linear_layers(base.model).items()
        if base.layer_number(name) is not None
        and not is_router(layer)
        and not is_router(base.model.get_submodule(name.rpartition(".")[0]))
    )
    return tuple(found)


def is_router(layer: Any) -> bool:
    """Whether a module chooses experts: adapted, it would send tokens elsewhere."""
    return "Router" in type(layer).__name__


def kept_as_layers(base: Base, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names without those that PEFT takes for the experts' of this model.

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
    kept = config.target_modules or ()
    return tuple(name for name in names if name in kept)


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
