"""This machine as a card that a recipe is judged for: asked once for a process."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import psutil

from webui.counts.memory.cards import Card, this_machine
from webui.doctor import Device, ask_device
from webui.errors import PlannerError
from webui.text import Text

# Where a container's limit is, in cgroups of version 2 and 1.
LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


@lru_cache(maxsize=1)
def this_device() -> Device:
    """What Unsloth would compute on here; takes seconds when first asked.

    Raises:
        PlannerError: if it cannot be told, which the next question tries again.
    """
    device = ask_device()
    if isinstance(device, Device):
        return device
    raise PlannerError.of(
        f"This machine's device cannot be told ({device}); see `tunebook "
        "doctor`, or plan for a card by its name.",
        f"无法得知本机的设备（{device}）；请运行 `tunebook doctor`，"
        "或指定一种显卡来规划。",
    )


def this_card() -> Card:
    """This machine as a card, titled with its device's own name.

    Without a GPU, its memory is the main memory.

    Raises:
        PlannerError: as ``this_device``.
    """
    device = this_device()
    memory = device.memory or main_memory()
    card = this_machine(memory, has_bf16=device.bf16, kind=device.kind)
    return replace(card, title=Text(device.name, device.name))


def main_memory() -> int:
    """Bytes of main memory that this process may use at most."""
    return min(psutil.virtual_memory().total, *limits(LIMITS))


def limits(files: tuple[Path, ...]) -> Iterator[int]:
    """What these files allow, in bytes; nothing for one that sets no limit."""
    for file in files:
        try:
            yield int(file.read_text())
        except (OSError, ValueError):
            continue  # no such file, or "max"
