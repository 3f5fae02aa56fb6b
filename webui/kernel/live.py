"""Hear what a job prints while it runs. Live text may be lost and is never state."""

import time
from collections.abc import Iterator
from queue import Empty
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient

from webui.kernel.recorder import PANE_MIME
from webui.kernel.status import status

LOOK_SECONDS = 0.5


def listen(
    client: BlockingKernelClient, seconds: float = 600
) -> Iterator[tuple[str, str]]:
    """Yield (pane, new text) until the client's request ends, and close the client.

    The pane is "base" or "tuned" while they answer, and otherwise the name of the
    cell that runs; with an empty text it has just begun. Listening also ends when the
    kernel dies, and after this many seconds without a word.
    """
    pane, limit = "", time.monotonic() + seconds
    try:
        while time.monotonic() < limit:
            message = next_message(client)
            if message is None:
                # The kernel died, or was done before this client could hear it.
                if status().word != "busy":
                    return
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
    finally:
        client.stop_channels()


def next_message(client: BlockingKernelClient) -> dict[str, Any] | None:
    """The next message that answers this client; None when none comes for a while."""
    limit = time.monotonic() + LOOK_SECONDS
    while time.monotonic() < limit:
        try:
            message: dict[str, Any] = client.get_iopub_msg(timeout=LOOK_SECONDS)
        except Empty:
            return None
        # Everyone hears every job; other clients' requests are not ours.
        if message["parent_header"].get("session") == client.session.session:
            return message
    return None
