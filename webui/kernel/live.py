"""Hear what a job prints while it runs. Live text may be lost and is never state."""

import time
from collections.abc import Iterator

from webui.kernel.client import Client, heard
from webui.kernel.kernel import Kernel
from webui.kernel.status import status
from webui.recorder.recorder import PANE_MIME

LOOK_SECONDS = 0.5


def listen(
    kernel: Kernel, client: Client, seconds: float = 600
) -> Iterator[tuple[str, str]]:
    """Yield (pane, new text) until the client's request ends.

    The pane is "base" or "tuned" while they answer, and otherwise the name of the
    cell that runs; with an empty text it has just begun. Without a pane nothing was
    heard for a moment: whoever listens may leave. Listening also ends when the kernel
    dies, and after this many seconds without a word.
    """
    pane, limit = "", time.monotonic() + seconds
    while time.monotonic() < limit:
        message = heard(client, LOOK_SECONDS)
        if message is None:
            # The kernel died, or was done before this client could hear it.
            if status(kernel).word != "busy":
                return
            yield "", ""
            continue
        limit = time.monotonic() + seconds
        kind, content = message["msg_type"], message["content"]
        if content.get("execution_state") == "idle":
            return
        if PANE_MIME in content.get("data", {}):
            pane = content["data"][PANE_MIME]["pane"]
            yield pane, ""
        elif kind == "stream" and content["name"] == "stdout":
            yield pane, content["text"]
