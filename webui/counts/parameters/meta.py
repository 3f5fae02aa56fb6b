"""A model without storage: every module and shape, on PyTorch's meta device."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

from webui.errors import PlannerError
from webui.models.catalogue.drawn import drawing
from webui.models.pretrained import read_config
from webui.models.source import model_stamp
from webui.recipe import Recipe
from webui.recipe.copies import holds_packed_experts
from webui.recipe.sections import Model
from webui.text import Text

PRECISION = ("precision", "quant_type", "double_quant", "compute_dtype")
SHAPELESS = {*PRECISION, "max_seq_length"}  # fields that change no shape


@dataclass(frozen=True)
class Base:
    """A model to read shapes from; it is shared, so nothing may change it.

    ``path`` names its list of decoder layers ("model.layers"), ``layers`` is that list.
    """

    name: str
    model: Any
    path: str
    layers: Any

    @property
    def depth(self) -> int:
        """The number of decoder layers."""
        return len(self.layers)

    @cached_property
    def inside(self) -> list[Hashable]:
        """What is in each layer: the class of each module, the shape of each weight."""
        return [
            (
                tuple((name, type(module)) for name, module in layer.named_modules()),
                tuple(
                    (name, weight.shape) for name, weight in layer.named_parameters()
                ),
            )
            for layer in self.layers
        ]

    def layer_number(self, module: str) -> int | None:
        """The number of the layer that a module is in; None outside of them."""
        if not self.path or not module.startswith(f"{self.path}."):
            return None
        return int(module.removeprefix(f"{self.path}.").partition(".")[0])


def base_of(recipe: Recipe) -> Any:
    """The recipe's model without storage for its weights; nothing may change it.

    Raises:
        PlannerError: if it cannot be read, or writes no text.
    """
    return shape_of_model(recipe).model


def parameters_of_base(recipe: Recipe) -> int:
    """How many parameters the model has before any adapter.

    Raises:
        PlannerError: as above.
    """
    return sum(int(weight.numel()) for weight in base_of(recipe).parameters())


def shape_of_model(recipe: Recipe) -> Base:
    """The recipe's model and where its layers are.

    Raises:
        PlannerError: as above.
    """
    return read_base(without_precision(recipe.model), model_stamp(recipe.model))


def without_precision(model: Model) -> Model:
    """The model section with only what changes a shape: one key for one shape."""
    return Model(**model.model_dump(exclude=SHAPELESS))


@lru_cache(maxsize=4)
def read_base(model: Model, stamp: int) -> Base:
    """The model of these names; a local one as of this moment."""
    built = build_shape(model)
    depth = built.config.get_text_config().num_hidden_layers
    path, layers = decoder_layers(built, depth)
    return Base(model.name, built, path, layers)


def build_shape(model: Model) -> Any:
    """A new model of this name on the meta device."""
    import torch

    config = read_config(model)
    make = maker(config, model.trust_remote_code)
    try:
        with torch.device("meta"):
            return make(config)
    except (ValueError, ImportError) as error:
        raise PlannerError(
            no_text_model(model.name, config.model_type), "model.name"
        ) from error


def maker(config: Any, trusted: bool) -> Callable[[Any], Any]:
    """What makes a model of this configuration, as a cell would load it.

    On a GPU, Unsloth loads what sees as a whole; Transformers would take its text part.
    """
    from transformers import AutoModelForCausalLM, AutoModelForImageTextToText
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING as SEEING,
    )

    drawn = drawing(config.model_type)
    if drawn and not getattr(config, "auto_map", None):
        make: Callable[[Any], Any] = drawn[1]
        return make
    sees = getattr(config, "vision_config", None) and type(config) in SEEING
    kind = AutoModelForImageTextToText if sees else AutoModelForCausalLM
    return partial(kind.from_config, trust_remote_code=trusted)


def decoder_layers(model: Any, depth: int) -> tuple[str, Any]:
    """Where the decoder's layers are, and their list: empty where it keeps them in
    several."""
    import torch

    lists = {
        path: module
        for path, module in model.named_modules()
        if isinstance(module, torch.nn.ModuleList)
    }
    for path, module in lists.items():
        if len(module) == depth:
            return path, module
    # A few families count what their blocks hold, and not the blocks.
    outer = [p for p in lists if not any(p.startswith(f"{other}.") for other in lists)]
    if len(outer) == 1 and len(lists[outer[0]]):
        return outer[0], lists[outer[0]]
    return "", torch.nn.ModuleList()


def linear_layers(base: Any) -> dict[str, Any]:
    """The layers that an adapter can sit on and that 4-bit loading packs, by name.

    The output layer is not among them: it stays in 16 bit, and Unsloth would train
    it in full.
    """
    import torch
    from transformers.pytorch_utils import Conv1D

    output = base.get_output_embeddings()
    return {
        name: module
        for name, module in base.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not output
    }


def packed_numbers(recipe: Recipe) -> int:
    """How many of a base's numbers loading it in 4 bits packs.

    The experts of a mixture are no linear layers to Transformers: they stay as they
    are, unless a copy holds them one by one.
    """
    base = base_of(recipe)
    if holds_packed_experts(recipe.model):
        blocks = (w for n, w in base.named_parameters() if ".experts." in n)
        return sum(int(block.numel()) for block in blocks if block.dim() == 3)
    return sum(int(layer.weight.numel()) for layer in linear_layers(base).values())


def no_text_model(name: str, kind: str) -> Text:
    """Transformers has no causal language model of this kind."""
    return Text(
        f"{name} is a {kind} model, which does not write text or which this version "
        "of Transformers cannot build.",
        f"{name} 属于 {kind} 类型，不是文本生成模型，"
        "或当前 Transformers 版本无法构建。",
    )
