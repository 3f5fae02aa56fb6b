"""What a decoder layer keeps for the way back, seen in one without storage.

The layer runs forward on PyTorch's meta device, with the recipe's adapter attached and
without computing anything, and PyTorch is asked what it would keep. So it holds for
every method and architecture, and takes less than a tenth of a second.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from webui.counts.parameters.attach import adapter_config, attach
from webui.counts.parameters.folded import Folded, learning_itself
from webui.counts.parameters.meta import (
    linear_layers,
    shape_of_model,
    without_precision,
)
from webui.models.source import model_stamp
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model
from webui.recipe.sections.adapter import PROMPTS

ATTENTION = "keeps_what_flash_attention_keeps"
SHORT, LONG = 64, 128  # lengths in tokens; two show what does not grow with them


@dataclass(frozen=True)
class LayerKept:
    """Bytes that each of ``copies`` like layers keeps: for a token, and in any case."""

    copies: int
    per_token: float
    fixed: float
    learns: bool

    def bytes(self, tokens: int) -> float:
        """Bytes that one of these layers keeps for a batch of so many tokens."""
        return self.per_token * tokens + self.fixed


@dataclass(frozen=True)
class Kept:
    """What all layers keep, and sizes of the model; ``buffers`` are an adapter's own.

    ``linear`` counts the weights of linear layers, ``largest`` those of the largest.
    """

    layers: tuple[LayerKept, ...]
    hidden: int
    vocab: int
    linear: int
    largest: int
    buffers: int

    @property
    def depth(self) -> int:
        """The number of layers."""
        return sum(layer.copies for layer in self.layers)

    def all(self, tokens: int) -> float:
        """Bytes that all layers together keep."""
        return sum(layer.copies * layer.bytes(tokens) for layer in self.layers)

    def most(self, tokens: int) -> float:
        """Bytes that the layer keeps that keeps most."""
        return max((layer.bytes(tokens) for layer in self.layers), default=0.0)


def kept(recipe: Recipe, *, base_bytes: int, adapter_bytes: int) -> Kept:
    """What the layers of a recipe's model keep.

    Args:
        base_bytes: bytes of a number that the base computes with: 2 or 4.
        adapter_bytes: the same for the adapter's weights. Where they are 4 on a base
            of 2, autocast is taken to be on: linear layers keep 16-bit inputs.

    Raises:
        PlannerError: if the model cannot be read or the adapter does not fit it.
    """
    return read_kept(
        without_precision(recipe.model),
        model_stamp(recipe.model),
        recipe.adapter,
        base_bytes,
        adapter_bytes,
    )


@lru_cache(maxsize=64)
def read_kept(
    model: Model, stamp: int, adapter: Adapter, base_bytes: int, adapter_bytes: int
) -> Kept:
    """As above, for one model, as of a moment, and one adapter."""
    recipe = Recipe(model=model, adapter=adapter)
    base = shape_of_model(recipe)
    own = {name for name, _ in base.model.named_buffers()}
    folded = with_adapter(recipe)
    added = sum(
        int(buffer.numel())
        for name, buffer in folded.model.named_buffers()
        if name.replace(".base_layer", "") not in own
    )
    cast(folded, base.model, base_bytes, adapter_bytes)
    # In training LoHa and LoKr draw a number for each layer, which has no value here.
    folded.model.train(adapter.method not in ("loha", "lokr"))
    try:
        short, long = (seen(folded, length) for length in (SHORT, LONG))
        layers = tuple(layer(folded, number, short, long) for number in folded.kinds)
    except Exception:
        # A layer may do what shapes alone cannot follow, such as routing tokens.
        layers = by_outputs(folded, base_bytes)
    sizes = [int(each.weight.numel()) for each in linear_layers(base.model).values()]
    config = base.model.config.get_text_config()
    hidden, vocab = int(config.hidden_size), int(config.vocab_size)
    largest = max(sizes, default=0)
    return Kept(layers, hidden, vocab, sum(sizes), largest, added)


def with_adapter(recipe: Recipe) -> Folded:
    """A folded copy of the base, with the adapter where it is inside the layers."""
    base, method = shape_of_model(recipe), recipe.adapter.method
    config = None if method in PROMPTS else adapter_config(recipe, base)
    if config is not None:
        return attach(base, config)[0]
    return learning_itself(base, recipe.adapter)


def cast(folded: Folded, base: Any, base_bytes: int, adapter_bytes: int) -> None:
    """Give the weights the types that they compute in."""
    import torch

    types = {2: torch.bfloat16, 4: torch.float32}
    own = {name for name, _ in base.named_parameters()}
    for name, weight in folded.model.named_parameters():
        mine = name.replace(".base_layer", "") in own
        weight.data = weight.data.to(types[base_bytes if mine else adapter_bytes])


def seen(folded: Folded, length: int) -> dict[int, int]:
    """Bytes kept by each layer that stayed, for one row of this length."""
    import torch

    model, decoder = folded.model, folded.model.base_model
    weight = next(iter(model.parameters()))
    found: dict[int, dict[int, int]] = defaultdict(dict)
    alive: list[Any] = []  # so that no address is used twice
    at: list[int | None] = [None]

    def keep(tensor: Any) -> Any:
        number, storage = at[0], tensor.untyped_storage()
        if number is not None and not is_weight(tensor):
            found[number][storage._cdata] = size_kept(tensor, weight.element_size())
            alive.append(tensor)
        return tensor

    def entering(number: int | None) -> Callable[..., None]:
        def mark(*_: Any) -> None:
            at[0] = number

        return mark

    hooks = []
    for number in folded.kinds:
        layer = model.get_submodule(f"{folded.base.path}.{number}")
        hooks.append(layer.register_forward_pre_hook(entering(number)))
        hooks.append(layer.register_forward_hook(entering(None)))
    watching = torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor)
    with torch.device("meta"), watching:
        run_layers(model, decoder, length, weight.dtype)
    for hook in hooks:
        hook.remove()
    return {number: sum(found[number].values()) for number in folded.kinds}


def run_layers(model: Any, decoder: Any, length: int, dtype: Any) -> None:
    """One row of a length through the decoder."""
    import torch
    from transformers import AttentionInterface

    AttentionInterface.register(ATTENTION, flash_attention)
    config = model.config.get_text_config()
    config._attn_implementation = ATTENTION
    embedded = torch.empty(1, length, config.hidden_size, dtype=dtype)
    # A finished mask: to make one, values would have to be looked at.
    mask = torch.empty(1, 1, length, length, dtype=dtype)
    decoder(
        inputs_embeds=embedded.requires_grad_(),
        attention_mask=mask,
        position_ids=torch.zeros(1, length, dtype=torch.long),
        use_cache=False,
    )


def flash_attention(
    module: Any, query: Any, key: Any, value: Any, *_: Any, **__: Any
) -> tuple[Any, None]:
    """Attention that keeps what flash attention does: no table of all scores."""
    import torch

    class Flash(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, query: Any, key: Any, value: Any) -> Any:
            width = value.shape[-1]
            out = query.new_empty(*query.shape[:-1], width)
            sums = query.new_empty(query.shape[:-1], dtype=torch.float32)
            ctx.save_for_backward(query, key, value, out, sums)
            return out

    return Flash.apply(query, key, value).transpose(1, 2), None


def is_weight(tensor: Any) -> bool:
    """Whether a kept tensor is a weight, or a view of one, which is there anyway."""
    import torch

    inner = tensor if tensor._base is None else tensor._base
    return isinstance(inner, torch.nn.Parameter)


def size_kept(tensor: Any, base_bytes: int) -> int:
    """Bytes of a kept tensor; autocast halves a linear layer's input."""
    whole = int(tensor.untyped_storage().nbytes())
    by_autocast = base_bytes == 2 and tensor.element_size() == 4 and tensor.dim() == 2
    return whole // 2 if by_autocast else whole


def layer(
    folded: Folded, number: int, short: dict[int, int], long: dict[int, int]
) -> LayerKept:
    """What a layer keeps, from what it kept at two lengths."""
    per_token = (long[number] - short[number]) / (LONG - SHORT)
    fixed = max(0.0, short[number] - per_token * SHORT)
    copies = len(folded.kinds[number])
    return LayerKept(copies, per_token, fixed, learns(folded, number))


def learns(folded: Folded, number: int) -> bool:
    """Whether any weight of a layer learns."""
    inside = folded.model.get_submodule(f"{folded.base.path}.{number}")
    return any(weight.requires_grad for weight in inside.parameters())


def by_outputs(folded: Folded, base_bytes: int) -> tuple[LayerKept, ...]:
    """Where a layer cannot be run: twice what its linear layers and norms put out."""
    import torch

    hidden = int(folded.base.model.config.get_text_config().hidden_size)
    layers = []
    for number, numbers in folded.kinds.items():
        inside = folded.model.get_submodule(f"{folded.base.path}.{number}")
        outputs = sum(
            module.out_features
            for module in inside.modules()
            if isinstance(module, torch.nn.Linear)
        )
        per_token = 2.0 * base_bytes * (outputs + 4 * hidden)
        layers.append(LayerKept(len(numbers), per_token, 0.0, learns(folded, number)))
    return tuple(layers)
