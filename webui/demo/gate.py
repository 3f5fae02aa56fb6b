"""What of a server strangers reach: two documents, their files, and the question.

Gradio has some fifty routes; a demo needs none of those that do something. Whatever is
not listed here is not found, whatever it is and whoever asks, before Gradio sees it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from webui.demo.asked import ASK
from webui.page.patches.door import START, App, Message, Receive, Scope, Send, is_short

DOCUMENTS = re.compile(r"/|/zh")
FILES = re.compile(
    r"/(assets|static)(/[\w-][\w.-]*)+|/(gradio_api/)?theme\.css|/favicon\.ico"
)
ROBOTS = "/robots.txt"
READ = {"GET", "HEAD"}

Header = tuple[bytes, bytes]
# Gradio's document has inline scripts and makes functions of the page's own script.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors {}"
)
OURS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
}
FRESH = (b"cache-control", b"no-store")
# What another site may do with an answer is for us to say, and what serves it is not.
DROPPED = {b"access-control-allow-origin", b"access-control-allow-credentials"}


def gate(app: App, *, framed: bool = False) -> App:
    """An app of which strangers reach only what a demo needs."""
    policy = POLICY.format("*" if framed else "'self'").encode()

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                fresh = DOCUMENTS.fullmatch(scope["path"]) is not None
                headers = [*safe_headers(message["headers"], policy)]
                message["headers"] = headers + [FRESH] * fresh
            await send(message)

        if is_open(scope):
            # No word after the path means anything here, and some do to Gradio.
            scope["query_string"] = b""
            await app(scope, receive, told)
        elif scope["path"] == ROBOTS and scope["method"] in READ:
            await answer(told, 200, b"User-agent: *\nDisallow: /\n")
        else:
            await answer(told, 404, b"Not found")

    return answered


def is_open(scope: Scope) -> bool:
    """Whether a request is one of those that a demo's page makes."""
    path, method = scope["path"], scope["method"]
    if path == START:
        return not scope["app"].startup_events_triggered
    if path == ASK:
        return method == "POST" and is_of_this_page(scope)
    known = DOCUMENTS.fullmatch(path) or FILES.fullmatch(path)
    return method in READ and known is not None and is_short(path)


def is_of_this_page(scope: Scope) -> bool:
    """Whether a question comes as our page sends it, not from another site's."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    site = headers.get(b"sec-fetch-site", b"same-origin")
    kind = headers.get(b"content-type", b"")
    return site == b"same-origin" and kind.startswith(b"application/json")


def safe_headers(headers: Iterable[Header], policy: bytes) -> Iterator[Header]:
    """The headers of an answer, and what keeps a browser from doing more with it."""
    for name, value in headers:
        if name not in DROPPED and name not in OURS and name != b"set-cookie":
            yield name, value
    yield from OURS.items()
    yield b"content-security-policy", policy


async def answer(send: Send, status: int, text: bytes) -> None:
    """A short answer of our own."""
    length = str(len(text)).encode()
    headers: list[Any] = [(b"content-type", b"text/plain"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
