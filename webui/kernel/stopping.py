"""Stop what the kernel does, or end the kernel, each in time and without a loss."""

import contextlib
import signal
import threading
import time
from pathlib import Path

from webui.files import write_text
from webui.kernel import process
from webui.kernel.closing import close
from webui.kernel.kernel import Kernel
from webui.kernel.process import BusyError, KernelError
from webui.kernel.status import Status, lock, status
from webui.notebook.cells import has_own_run, kind_of
from webui.recorder.recorder import DISCARD, STOP
from webui.runs import folder as runs

SAVE_SECONDS, INTERRUPT_SECONDS, INTERRUPTS = 120, 20, 5


def stop(
    kernel: Kernel,
    *,
    discard: bool = False,
    wait: bool = False,
    seconds: float = INTERRUPT_SECONDS,
) -> None:
    """Stop what runs: ask, let it save, then interrupt, then kill, each in time.

    ``discard`` saves nothing and deletes the run. ``seconds`` is how long the
    interrupt may take before the kernel is killed.
    """
    now = status(kernel)
    if now.word != "busy":
        return
    write_text(kernel.folder / STOP, DISCARD if discard else "")
    worker = threading.Thread(
        target=escalate, args=(kernel, now, discard, seconds), daemon=True
    )
    worker.start()
    if wait:
        worker.join()


def escalate(kernel: Kernel, now: Status, discard: bool, seconds: float) -> None:
    """The steps of a stop, from the softest to the hardest."""
    # A training looks at the stop flag; any other cell is interrupted at once.
    saves = kind_of(now.busy.get("cell")).trainings and not discard
    if saves and wait_until_free(kernel, SAVE_SECONDS):
        return
    for _ in range(INTERRUPTS):
        # Again, because an interrupt that falls into a finalizer is lost.
        process.send_signal(kernel, signal.SIGINT)
        if wait_until_free(kernel, seconds / INTERRUPTS):
            return
    process.send_signal(kernel, signal.SIGKILL)
    if discard and now.run and has_own_run(now.busy.get("kind")):
        wait_until_free(kernel, seconds)
        runs.remove_run(now.run)
        forget(kernel, now.run)


def forget(kernel: Kernel, run: Path) -> None:
    """Take away what a killed kernel says of a run that is no more."""
    # Whoever holds the lock starts a kernel, which takes it away as well.
    with contextlib.suppress(BusyError), lock(kernel):
        now = status(kernel)
        if now.word == "dead" and now.run == run:
            process.end(kernel)


def wait_until_free(kernel: Kernel, seconds: float) -> bool:
    """Whether the job that was asked to stop ended within this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        # The next job takes the flag away when it begins.
        if status(kernel).word != "busy" or not (kernel.folder / STOP).exists():
            return True
        time.sleep(0.1)
    return False


def restart(kernel: Kernel) -> None:
    """End a kernel and free its memory; the next job starts a new one."""
    with lock(kernel):
        now = status(kernel)
        if now.word == "busy":
            raise KernelError.of(
                "the kernel is busy; stop it first.",
                "内核正忙；请先停止。",
            )
        process.end(kernel)


def end(kernel: Kernel) -> None:
    """End a kernel, whatever it does; the run that it leaves is closed."""
    with lock(kernel):
        now = status(kernel)
        process.end(kernel)
        run = now.run if now.word == "busy" else None
        if run and runs.read_run(run).status == "running":
            close(run, now.busy.get("cell"), -signal.SIGTERM)
