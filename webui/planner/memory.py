"""About how much memory a training takes, from sizes alone, before it starts.

    weights      2 bytes each; linear layers of a 4-bit base 0.516
    adapter      4 bytes each (it learns in float32)
    gradients    4 bytes for each trainable weight
    optimizer    AdamW's two states: 8 bytes for each, or 2 in 8 bits
    activations  what the layers keep for the way back
    logits       a score for each token of the vocabulary: 16 bits, and as float32
    context      what the device's own libraries take

Every row is taken to be as long as the recipe allows.
"""

from dataclasses import dataclass
from typing import Any

from webui.planner.count import base_of, count, linear_layers, parameters_of_base
from webui.recipe import Recipe

WEIGHT = 2
# Half a byte, and for each 64 weights a scale of one byte, itself scaled in blocks.
PACKED_WEIGHT = 0.5 + 1 / 64 + 4 / (64 * 256)
ADAPTER = GRADIENT = 4
OPTIMIZER = {"adamw_torch_fused": 8, "adamw_8bit": 2}
# PEFT's layers kept 1.9 to 2.5 times their 16-bit outputs on the starter.
ACTIVATION = 2 * WEIGHT
LOGIT = 2 + 4
CONTEXT = 600_000_000  # CUDA and its libraries; PyTorch's own figures leave it out


@dataclass(frozen=True)
class Memory:
    """About what a training takes at its peak, in bytes, part by part."""

    weights: int
    adapter: int
    gradients: int
    optimizer: int
    activations: int
    logits: int
    context: int

    @property
    def total(self) -> int:
        """All parts together, for rows of full length."""
        return self.fixed + self.activations + self.logits

    @property
    def low(self) -> int:
        """With rows half as long, or a loss computed in chunks as Unsloth does when
        memory is short."""
        return self.fixed + (self.activations + self.logits) // 2

    @property
    def high(self) -> int:
        """With a quarter more for the batch: what an allocator may leave unused."""
        return self.fixed + (self.activations + self.logits) * 5 // 4

    @property
    def fixed(self) -> int:
        """What does not depend on the batch."""
        learning = self.adapter + self.gradients + self.optimizer
        return self.weights + learning + self.context


def estimate(recipe: Recipe) -> Memory:
    """Estimate the peak memory of training a recipe's adapter.

    Raises:
        PlannerError: if the model cannot be read or lacks a target module.
    """
    base, trainable = base_of(recipe), count(recipe).trainable
    tokens = recipe.training.batch_size * recipe.model.max_seq_length
    return Memory(
        weights=weights(recipe, base),
        adapter=trainable * ADAPTER,
        gradients=trainable * GRADIENT,
        optimizer=trainable * OPTIMIZER[recipe.training.optimizer],
        activations=activations(recipe, base, tokens),
        logits=tokens * base.config.get_text_config().vocab_size * LOGIT,
        context=CONTEXT,
    )


def weights(recipe: Recipe, base: Any) -> int:
    """Bytes of the base's weights; 4-bit loading packs its linear layers only."""
    size = parameters_of_base(recipe)
    if recipe.model.precision == "16bit":
        return size * WEIGHT
    sizes = [int(layer.weight.numel()) for layer in linear_layers(base).values()]
    # The largest one is unpacked as a whole while it computes.
    unpacked = max(sizes, default=0) * WEIGHT
    packed = sum(sizes)
    return (size - packed) * WEIGHT + int(packed * PACKED_WEIGHT) + unpacked


def activations(recipe: Recipe, base: Any, tokens: int) -> int:
    """Bytes kept for the way back: every layer's, or with checkpointing each layer's
    input and one layer's inside."""
    config = base.config.get_text_config()
    depth, hidden = int(config.num_hidden_layers), int(config.hidden_size)
    outputs = sum(width(layer) for layer in linear_layers(base).values())
    # Beside its linear layers a layer has two norms and two sums of hidden size.
    inside = tokens * ACTIVATION * (outputs // depth + 4 * hidden)
    if recipe.training.gradient_checkpointing:
        return tokens * WEIGHT * hidden * depth + inside
    return inside * depth


def width(layer: Any) -> int:
    """How many numbers a linear layer puts out for each token."""
    return int(getattr(layer, "out_features", None) or layer.weight.shape[-1])
