"""The devices a recipe may be meant for, with the memory that a training sees there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from webui.errors import PlannerError
from webui.files import read_yaml
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


CARDS = {
    name: Card(name, Text(title, title), int(visible * GIB), has_bf16)
    for name, (title, visible, has_bf16) in read_yaml(
        Path(__file__).with_suffix(".yaml")
    ).items()
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
