"""Whether a checkpoint still finds room on the disk, asked before it is written."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.files import free_bytes
from webui.runs import checkpoints
from webui.runs.checkpoints import RESERVE

# What 8-bit optimizers remember of a weight, in bytes; AdamW two numbers of its type.
STATES = {"lion_8bit": 1, "adamw_8bit": 2, "paged_adamw_8bit": 2}
LITTLE = ("adafactor", "sgd")


@dataclass(frozen=True)
class Room:
    """Bytes that a checkpoint needs, the reserve among them, and bytes that are free.

    ``free`` is None where the disk does not say; then the checkpoint is tried.
    """

    needed: int
    free: int | None

    @property
    def enough(self) -> bool:
        return self.free is None or self.free >= self.needed


def enough(folder: Path, last_bytes: int) -> Room:
    """Compare the disk of a folder with the last checkpoint's size.

    The next one is as large; what is deleted of older ones is deleted only after it.
    """
    return Room(last_bytes + RESERVE, free_bytes(folder))


def for_checkpoint(run: Path, model: Any, optimizer: str) -> Room:
    """Whether the next checkpoint of a run has room, by those that are there.

    Before the first it is ``first_checkpoint`` that is compared.
    """
    sizes = [checkpoints.bytes_of(folder) for folder in checkpoints.folders(run)]
    return enough(run, max(sizes, default=0) or first_checkpoint(model, optimizer))


def first_checkpoint(model: Any, optimizer: str) -> int:
    """About the bytes of a model's first checkpoint, from what learns of it.

    An adapter is saved alone; a model that learns itself as a whole.

    Args:
        model: the trainer's model, in training.
        optimizer: its name in ``TrainingArguments.optim``.
    """
    weights = list(model.parameters())
    learning = [weight for weight in weights if weight.requires_grad]
    saved = learning if getattr(model, "peft_config", None) else weights
    return bytes_of(saved) + states(learning, optimizer)


def bytes_of(weights: list[Any]) -> int:
    """The bytes of some weights as they are held."""
    return sum(int(weight.numel() * weight.element_size()) for weight in weights)


def states(learning: list[Any], optimizer: str) -> int:
    """The bytes that an optimizer remembers of the weights that learn."""
    if optimizer in STATES:
        return STATES[optimizer] * sum(int(weight.numel()) for weight in learning)
    return 0 if optimizer in LITTLE else 2 * bytes_of(learning)
