"""Both models answer one question in a kernel of the demo's own."""

import re
import time
from collections.abc import Callable, Iterator

from webui.demo.limits import Limits, Question
from webui.demo.source import Source
from webui.kernel import process, stopping
from webui.kernel.client import connect
from webui.kernel.jobs import ensure_idle_kernel, send_cells
from webui.kernel.kernel import Kernel
from webui.kernel.live import listen
from webui.kernel.status import lock, status
from webui.notebook.cells.compare import ANSWERS

# How an answer ended: whole, cut off by the limit, by its visitor, or not at all.
DONE, TIME, LEFT, FAILED = "done", "time", "left", "failed"
GONE = "gone"  # the demo is over
# Seconds that an interrupt may take before the kernel is killed and started anew.
PATIENCE = 10
LOADING_SECONDS = 1800
# After such an error a GPU answers nothing to its process, whatever is asked next.
LOST = re.compile(r"(CUDA|HIP) error|device-side assert", re.IGNORECASE)


def answer(
    kernel: Kernel,
    source: Source,
    limits: Limits,
    question: Question,
    is_left: Callable[[], bool],
) -> Iterator[tuple[str, str]]:
    """Yield (base or tuned, new text), and at last ("end", how it ended).

    What else the cells print stays here: it may name folders and versions. ``is_left``
    says that nobody waits for the answer any more.
    """
    with lock(kernel):
        ensure_idle_kernel(kernel)
        with connect(kernel, hears=True) as client:
            # Those of no run: nothing that a stranger asks is written into one.
            cells = source.cells(question)
            send_cells(
                kernel, cells, kind="compare", always=("compare",), client=client
            )
            # A kernel that had to be started anew loads the models first.
            begun, how = False, DONE
            end = time.monotonic() + LOADING_SECONDS
            for pane, text in listen(kernel, client):
                if pane in ANSWERS and not begun:
                    begun, end = True, time.monotonic() + limits.seconds
                if pane in ANSWERS and text:
                    yield pane, text
                if is_left() or time.monotonic() > end:
                    how = LEFT if is_left() else TIME
                    stopping.stop(kernel, wait=True, seconds=PATIENCE)
                    break
    if how == DONE and not is_answered(kernel):
        how = FAILED
        if LOST.search(told_by(kernel)):
            process.end(kernel)
    yield "end", how


def is_answered(kernel: Kernel) -> bool:
    """Whether the last question was answered to its end."""
    compare = status(kernel).cells.get("compare", {})
    return compare.get("status") == "finished"


def told_by(kernel: Kernel) -> str:
    """What the last question failed with; empty where that is not known."""
    failure = status(kernel).cells.get("compare", {}).get("failure") or {}
    return " ".join([failure.get("message", ""), *failure.get("causes", ())])
