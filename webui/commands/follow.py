"""Follow a run from the terminal: its events as they come, and Ctrl-C as a stop."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from webui.kernel import closing, jobs, stopping
from webui.kernel.kernel import Kernel, this_kernel
from webui.kernel.status import status
from webui.runs import events
from webui.runs.events import Event, Finished

LOOK_SECONDS = 0.2
STOPPING = (
    "Stopping: what is trained so far is saved. Ctrl-C again leaves at once, and the "
    "kernel goes on by itself."
)


@contextmanager
def kernel() -> Iterator[Kernel]:
    """The kernel. If it is started here it ends here; one that works stays."""
    found = this_kernel()
    try:
        yield found
    finally:
        if found.started:
            # Refused when it works again: a page may have given it the queue's next.
            with suppress(jobs.KernelError):
                stopping.restart(found)


def follow(kernel: Kernel, run: Path, offset: int = 0) -> Iterator[Event]:
    """The events of a run as they come, from a place in its file to its last one."""
    while True:
        # Looked at before reading: what a kernel wrote before its end is read first.
        now = status(kernel)
        fresh, offset = events.read(run, offset)
        yield from fresh
        if any(isinstance(event, Finished) for event in fresh):
            return
        if now.word != "busy" or now.run != run:
            # The kernel died, or was ended by another command: say so in the run.
            closing.close_dead_run(kernel)
        time.sleep(LOOK_SECONDS)


@contextmanager
def stop_on_interrupt(kernel: Kernel, say: Callable[[str], None]) -> Iterator[None]:
    """Ctrl-C asks the kernel to stop, once; the second one leaves without waiting."""
    asked = False

    def ask(number: int, frame: Any) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        say(STOPPING)
        stopping.stop(kernel)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
