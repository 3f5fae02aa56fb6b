"""The page below a path of a proxy: with that path or without, streams not held."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from typing import Any
from urllib.parse import unquote

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

STREAMS = (b"text/event-stream", b"application/x-ndjson")


def below(app: App, path: str) -> App:
    """An app that a proxy shows below a path, whether it takes that off or not.

    Links in the page are relative, so the path alone is sent on to the path with a
    slash. A proxy must not hold a stream back until it is whole.
    """
    begins = unquote(path)  # a server reads what a browser writes with signs of percent

    async def answered(
        scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        if path and scope["path"] == begins:
            await redirect(send, path.rpartition("/")[2] + "/")
            return
        if path and scope["path"].startswith(f"{begins}/"):
            scope["path"] = scope["path"][len(begins) :]
            scope["raw_path"] = scope["path"].encode()
        # Whatever stands there: what follows must not take it off once more.
        scope["root_path"] = ""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*headers_below(message["headers"], path)]
            await send(message)

        await app(scope, receive, told)

    return answered


def headers_below(headers: Iterable[Header], path: str) -> Iterator[Header]:
    """The headers of an answer, with where it leads and what a proxy must know."""
    for name, value in headers:
        leads = name == b"location" and value[:1] == b"/" and value[:2] != b"//"
        yield name, path.encode() + value if leads else value
        if name == b"content-type" and value.startswith(STREAMS):
            yield b"x-accel-buffering", b"no"


async def redirect(send: Send, to: str) -> None:
    """Send a browser on, relative to where it is: we may not know our own name."""
    headers = [(b"location", to.encode()), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 307, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
