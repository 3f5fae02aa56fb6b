"""What a kernel is to all that give it work: two folders, and who waits for it."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from webui.settings import home, kernel_folder


@dataclass(frozen=True)
class Kernel:
    """A kernel and the home that it works for; several may run side by side.

    ``folder`` holds its connection, its state and its lock, so that equal values speak
    of one kernel, in this process or in another. ``started`` are its processes that are
    children of this one, which must be waited for or stay as zombies.
    """

    folder: Path
    home: Path
    started: list[subprocess.Popen] = field(
        default_factory=list, compare=False, repr=False
    )

    @property
    def runs(self) -> Path:
        """The folder that holds one folder for each run."""
        return self.home / "runs"

    @property
    def queue(self) -> Path:
        """The folder of trainings that wait for this kernel."""
        return self.home / "queue"

    @property
    def notes(self) -> Path:
        """The lock of what is said about its runs."""
        return self.folder / "notes"


def this_kernel() -> Kernel:
    """The kernel of this environment, which the page and the commands share."""
    return Kernel(kernel_folder(), home())
