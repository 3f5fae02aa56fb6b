"""How the kernel stands: from its state file, its process and its lock."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from webui.files import written_at
from webui.kernel import process
from webui.kernel.kernel import Kernel
from webui.kernel.process import BusyError
from webui.notebook.render import Cell
from webui.recorder.recorder import STATE


@dataclass(frozen=True)
class Status:
    """How the kernel stands. ``cells`` holds the record of each cell that ran."""

    word: Literal["none", "idle", "busy", "dead"]
    pid: int | None
    busy: dict[str, Any]
    run: Path | None
    cells: dict[str, dict[str, Any]]

    def is_fresh(self, cell: Cell) -> bool:
        """Whether this very code, on the same ground, last ran to its end here."""
        record = self.cells.get(cell.name, {})
        return record.get("key") == cell.key and record.get("status") == "finished"


def status(kernel: Kernel) -> Status:
    """How a kernel stands now, from its state file and its process."""
    state = process.read_state(kernel)
    if not state:
        return Status("none", None, {}, None, {})
    run = Path(state["run"]) if state.get("run") else None
    busy = state.get("busy") or {}
    if not process.alive(kernel):
        return Status("dead", None, busy, run, {})
    word: Literal["busy", "idle"] = "busy" if busy else "idle"
    return Status(word, state["pid"], busy, run, state["cells"])


@contextmanager
def lock(kernel: Kernel, name: str = "lock") -> Iterator[None]:
    """Hold a kernel's lock: starting it and giving it work is one at a time.

    Another name is another lock, beside it.

    Raises:
        BusyError: when someone else holds it.
    """
    kernel.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        held = FileLock(kernel.folder / name, blocking=False).acquire()
    except Timeout:
        raise BusyError.of(
            "another start is under way; try again.",
            "另一个任务正在启动；请稍后再试。",
        ) from None
    with held:
        yield


def stale(cells: Sequence[Cell], now: Status) -> list[str]:
    """The names of cells whose code is not what last ran, in order."""
    return [cell.name for cell in cells if not now.is_fresh(cell)]


def state_stamp(kernel: Kernel) -> int:
    """A number that changes with the state file; 0 without one."""
    return written_at(kernel.folder / STATE)
