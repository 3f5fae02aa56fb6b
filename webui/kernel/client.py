"""A client of the running kernel: it sends code and hears what answers it.

A client is open within a ``with`` block and nowhere else. All clients share one ZeroMQ
context, which lives as long as the process: a context of its own would have to be
ended, which waits for its sockets, and the garbage collector could begin that wait on
the server's event loop.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import zmq
from jupyter_client.connect import ConnectionFileMixin
from jupyter_client.session import Session

from webui.kernel.kernel import Kernel

CONNECTION = "connection.json"
# An older ipykernel welcomes nobody.
WELCOME_SECONDS = 1

# Whether a message is to be returned, by the header of what it answers.
Wanted = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Client:
    """Two sockets of one client; a client that only sends hears nothing."""

    session: Session
    shell: zmq.Socket[bytes]
    iopub: zmq.Socket[bytes] | None


@contextmanager
def connect(kernel: Kernel, *, hears: bool = True) -> Iterator[Client]:
    """A client of a running kernel, closed when the block ends in whatever way.

    With ``hears`` it hears all that is published from now on.
    """
    link = ConnectionFileMixin(
        context=zmq.Context.instance(),
        connection_file=str(kernel.folder / CONNECTION),
    )
    link.load_connection_file()
    shell = link.connect_shell()
    iopub = link.connect_iopub() if hears else None
    try:
        if iopub is not None:
            iopub.poll(WELCOME_SECONDS * 1000)
        yield Client(link.session, shell, iopub)
    finally:
        # What was sent is still delivered; nobody waits for it.
        shell.close()
        if iopub is not None:
            iopub.close(linger=0)


def send_request(client: Client, kind: str, **content: Any) -> str:
    """Send a request over the shell channel; its id."""
    message = client.session.send(client.shell, kind, content)
    return str(message["header"]["msg_id"])


def execute(client: Client, code: str, **more: Any) -> str:
    """Ask the kernel to run code without a trace in its history; the request's id."""
    quiet = {"silent": True, "store_history": False, "allow_stdin": False}
    return send_request(client, "execute_request", code=code, **{**quiet, **more})


def await_answer(client: Client, request: str, seconds: float) -> dict[str, Any] | None:
    """The shell's answer to a request; None when it does not come in time."""
    return received(
        client, client.shell, seconds, lambda parent: parent.get("msg_id") == request
    )


def heard(client: Client, seconds: float) -> dict[str, Any] | None:
    """The next message about this client's requests; None when none comes in time."""
    if client.iopub is None:
        return None
    mine = client.session.session
    # Everyone hears every job; other clients' requests are not ours.
    return received(
        client, client.iopub, seconds, lambda parent: parent.get("session") == mine
    )


def received(
    client: Client, socket: zmq.Socket[bytes], seconds: float, wanted: Wanted
) -> dict[str, Any] | None:
    """The next message of a socket whose parent is wanted; None when none comes."""
    limit = time.monotonic() + seconds
    while (left := limit - time.monotonic()) > 0:
        if not socket.poll(int(left * 1000) + 1):
            return None
        _, parts = client.session.feed_identities(socket.recv_multipart())
        message: dict[str, Any] = client.session.deserialize(parts)
        if wanted(message["parent_header"]):
            return message
    return None
