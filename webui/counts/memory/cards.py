"""The devices a recipe may be meant for, with the memory that a training sees there."""

from dataclasses import dataclass
from typing import Literal

from webui.errors import PlannerError
from webui.text import Text

GIB = 2**30


@dataclass(frozen=True)
class Card:
    """A GPU, or a CPU with its main memory.

    ``memory`` is in bytes, as the device reports it: a card sold with 16 GB shows a
    little less. ``has_bf16`` says whether it computes in bf16, and so in which type
    16-bit weights are held.
    """

    name: str
    title: Text
    memory: int
    has_bf16: bool
    kind: Literal["cuda", "cpu"] = "cuda"

    @property
    def is_gpu(self) -> bool:
        """Whether it is a GPU, with CUDA's libraries and Unsloth's kernels."""
        return self.kind == "cuda"


def known_card(name: str, title: str, visible: float, *, has_bf16: bool) -> Card:
    """A known GPU; ``visible`` is what PyTorch shows of its memory, in GiB."""
    return Card(name, Text(title, title), int(visible * GIB), has_bf16)


# Visible memory as PyTorch prints it on these cards (torch.cuda's total_memory).
CARDS: dict[str, Card] = {
    each.name: each
    for each in (
        known_card("t4", "T4 16 GB", 14.74, has_bf16=False),
        known_card("l4", "L4 24 GB", 22.03, has_bf16=True),
        known_card("v100-16", "V100 16 GB", 15.77, has_bf16=False),
        known_card("v100-32", "V100 32 GB", 31.73, has_bf16=False),
        known_card("rtx3060", "RTX 3060 12 GB", 11.75, has_bf16=True),
        known_card("rtx4090", "RTX 4090 24 GB", 23.52, has_bf16=True),
        known_card("a100-40", "A100 40 GB", 39.38, has_bf16=True),
        known_card("a100-80", "A100 80 GB", 79.14, has_bf16=True),
        known_card("h100", "H100 80 GB", 79.10, has_bf16=True),
    )
}
DEFAULT = CARDS["t4"]


def this_machine(memory: int, *, has_bf16: bool, kind: str = "cpu") -> Card:
    """The device of this machine, as `webui.doctor.ask_device` tells it.

    Args:
        memory: bytes of the GPU, or of main memory where there is none.
        has_bf16: whether it computes in bf16 (``Device.bf16``).
        kind: "cuda" or "cpu" (``Device.kind``).
    """
    title = Text("this machine", "本机")
    gpu = kind == "cuda"
    return Card("here", title, memory, has_bf16, "cuda" if gpu else "cpu")


def card_named(name: str) -> Card:
    """The card of CARDS with this name.

    Raises:
        PlannerError: if there is none.
    """
    if name in CARDS:
        return CARDS[name]
    known = ", ".join(CARDS)
    raise PlannerError.of(
        f"There is no card {name} in the list; known are: {known}.",
        f"列表中没有显卡 {name}；可用：{known}。",
    )
