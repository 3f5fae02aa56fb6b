"""What an optimizer remembers of each weight that learns, in bytes.

    AdamW       two numbers of the weight's own type: 8 bytes of an fp32 weight
    in 8 bits   a byte for each number, AdamW two and Lion one (bitsandbytes; a scale
                for each 256 of them is left out, and so are weights of fewer than 4096
                numbers, which it keeps in fp32)
    Adafactor   a number of 4 bytes for each row and column of a matrix
                (arXiv:1804.04235), and for each number of a vector
    SGD         nothing, as the trainer uses it, without momentum

States were looked at after two steps on the starter model, on a CPU.
"""

from math import prod

from webui.counts.memory.cards import Card
from webui.counts.parameters.weights import weights_of
from webui.recipe import Recipe

PACKED = {"adamw_8bit": 2, "paged_adamw_8bit": 2, "lion_8bit": 1}


def in_effect(recipe: Recipe, card: Card) -> str:
    """The optimizer that a training has; on a CPU Unsloth puts AdamW for 8 bits."""
    asked = recipe.training.optimizer
    return asked if card.is_gpu or asked not in PACKED else "adamw_torch_fused"


def state_bytes(optimizer: str, recipe: Recipe, numbers: int, held: float) -> int:
    """The bytes of an optimizer's states.

    Paged states may move to main memory when the GPU is full; they are counted.

    Args:
        numbers: how many numbers learn.
        held: the bytes that these take themselves.

    Raises:
        PlannerError: if the model cannot be read or the adapter does not fit it.
    """
    if optimizer in PACKED:
        return PACKED[optimizer] * numbers
    if optimizer == "adafactor":
        learning = (row for row in weights_of(recipe).rows if row.learns)
        return sum(4 * factored(row.shape) * row.copies for row in learning)
    return 0 if optimizer == "sgd" else int(2 * held)


def factored(shape: tuple[int, ...]) -> int:
    """The numbers that Adafactor keeps of a weight."""
    if len(shape) < 2:
        return prod(shape)
    *stacked, rows, columns = shape
    return prod(stacked) * (rows + columns)
