"""Start values of LoRA that a model's modules are too narrow for, or of another kind.

PiSSA and OLoRA would make an adapter narrower than its rank without a word, which
cannot be loaded again; EVA would stop.
"""

from collections.abc import Iterable
from typing import Any

from webui.counts.parameters.architecture import adapted_layers
from webui.counts.parameters.meta import Base
from webui.recipe.combinations.found import Found, at
from webui.recipe.sections import Adapter

FROM_PARTS = {"pissa": "PiSSA", "olora": "OLoRA", "eva": "EVA"}


def start_amiss(adapter: Adapter, base: Base) -> Found:
    """A start that the target modules cannot have: the highest rank, or another."""
    if adapter.method != "lora" or adapter.start not in FROM_PARTS:
        return
    layers = adapted_layers(adapter, base)
    if adapter.start == "olora" and any(is_turned(layer) for layer in layers.values()):
        yield at(
            "adapter.start",
            f"PEFT's OLoRA does not know the kind of layers that {base.name} has "
            "(Conv1D); use the start pissa.",
            f"PEFT 的 OLoRA 不支持 {base.name} 的层类型（Conv1D）；请用 pissa 起点。",
        )
    widths = {name: width(adapter.start, layer) for name, layer in layers.items()}
    name = min(widths, key=lambda name: widths[name], default="")
    if name and widths[name] < adapter.rank:
        module, most = name.rpartition(".")[2], widths[name]
        title = FROM_PARTS[adapter.start]
        yield at(
            "adapter.rank",
            f"{module} has only {most} parts to start from, so {title} cannot have "
            f"rank {adapter.rank}; use {most} or less, or the start zero.",
            f"{module} 只有 {most} 个成分可作起点，{title} 的秩不能为 {adapter.rank}；"
            f"请用不超过 {most} 的秩，或 zero 起点。",
        )


def block_amiss(adapter: Adapter, base: Base, modules: Iterable[str]) -> Found:
    """A start that takes weights apart, on experts that hold theirs in one block.

    Args:
        modules: those of the base that PEFT put an adapter on.
    """
    if adapter.method == "lora" and adapter.start in FROM_PARTS:
        known = dict(base.model.named_modules())
        blocks = [name for name in modules if not hasattr(known[name], "weight")]
        if blocks:
            title, module = FROM_PARTS[adapter.start], blocks[0].rpartition(".")[2]
            yield at(
                "adapter.start",
                f"{title} cannot start from {module}, which hold the weights of all "
                "experts in one block; use the start zero, or targets without them.",
                f"{title} 无法以 {module} 为起点（所有专家的权重在同一块中）；"
                "请用 zero 起点，或不以它为目标。",
            )


def is_turned(layer: Any) -> bool:
    """Whether a layer holds its weights the other way round, as GPT-2's Conv1D."""
    from transformers.pytorch_utils import Conv1D

    return isinstance(layer, Conv1D)


def width(start: str, layer: Any) -> int:
    """How many parts a layer's weights, or for EVA its inputs, can be taken into."""
    ways = tuple(layer.weight.shape)
    if start == "eva":
        return int(ways[0] if is_turned(layer) else ways[1])
    return int(min(ways))
