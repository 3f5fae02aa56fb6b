"""Nothing but the sign-in is there for who is not signed in, and wrong ones wait.

Gradio asks for the login route by route, and forgets it at some: events can be
cancelled, streams closed and connections held open without one. This stands before all
of them: a path that is not needed to sign in is refused. Leans on the paths that the
login page loads, on ``App.tokens``, and on the names of Gradio's two cookies. What is
sent to sign in is short: Gradio would keep a file of any size that came with it.

Rewrites these cookies as well: they go to the page's own path only, over HTTPS where it
came by that, and with no request that another site begins, unless the page stands in a
frame there.

For Gradio 6.31. Can go when Gradio refuses every path by itself, and slows guessing.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from math import ceil
from typing import Any

from webui.attempts import Attempts

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SIGN_IN = re.compile(
    r"/|/zh/?|/login/?|/theme\.css|/gradio_api/theme\.css|/favicon\.ico"
    r"|/manifest\.json|/robots\.txt|/(assets|static|svelte)/.*"
)
START = "/gradio_api/startup-events"
LONGEST_PATH = 200  # bytes; no file has a longer name, and asking for one fails
COOKIE = "access-token-"
SIGN_OUT = "/logout"
MOST_BYTES = 10_000  # of a sign-in
TOO_OFTEN = "Too many wrong passwords. Try again in {} seconds."


def is_wanted(app: Any, path: str) -> bool:
    """Whether a path serves the sign-in, or Gradio's start, which it asks for once."""
    starts = path == START and not app.startup_events_triggered
    return starts or (SIGN_IN.fullmatch(path) is not None and is_short(path))


def is_short(path: str) -> bool:
    """Whether a path can be that of a file."""
    return len(path.encode()) <= LONGEST_PATH


def is_signed_in(app: Any, scope: Scope) -> bool:
    """Whether a request has the cookie of a session; all have where none is asked."""
    if app.auth is None:
        return True
    cookies = cookies_of(scope)
    names = (f"{COOKIE}{app.cookie_id}", f"{COOKIE}unsecure-{app.cookie_id}")
    token = next((cookies[name].value for name in names if name in cookies), None)
    return token is not None and app.tokens.get(token) is not None


def cookies_of(scope: Scope) -> SimpleCookie:
    """The cookies of a request; of one that is written badly, none."""
    found = SimpleCookie()
    for name, value in scope["headers"]:
        if name == b"cookie":
            try:
                found.load(value.decode("latin-1"))
            except CookieError:
                return SimpleCookie()
    return found


def address_of(scope: Scope) -> str:
    """Where a request comes from: behind a proxy here, as that proxy saw it."""
    return scope["client"][0] if scope.get("client") else ""


def door(app: App, path: str = "", *, framed: bool = False) -> App:
    """An app behind a door: only the sign-in, slowed, for who is not signed in."""
    attempts = Attempts()

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        served, path_here = scope["app"], scope["path"]
        if not (is_wanted(served, path_here) or is_signed_in(served, scope)):
            await refuse(send, path_here)
        elif scope["method"] == "POST" and path_here.rstrip("/") == "/login":
            await sign_in(scope, receive, send)
        else:
            await app(scope, receive, send)

    async def sign_in(scope: Scope, receive: Receive, send: Send) -> None:
        address = address_of(scope)
        if wait := attempts.begin(address):
            again = {"Retry-After": str(ceil(wait))}
            await answer(send, 429, TOO_OFTEN.format(ceil(wait)), again)
            return
        body = await short_body(receive)
        if body is None:
            await answer(send, 413, "Too long")
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                if message["status"] == 200:
                    attempts.right(address)
                secure = scope["scheme"] == "https"
                message["headers"] = [
                    (name, narrowed(value, path, secure, framed))
                    if name == b"set-cookie"
                    else (name, value)
                    for name, value in message["headers"]
                ]
            await send(message)

        await app(scope, replayed(body, receive), told)

    return answered


def narrowed(cookie: bytes, path: str, secure: bool, framed: bool) -> bytes:
    """A cookie of Gradio's login that goes no further than it has to."""
    first, *rest = cookie.decode("latin-1").split("; ")
    kept = [word for word in rest if not word.lower().startswith(("path=", "samesite"))]
    cross_site = framed and any(word.lower() == "samesite=none" for word in rest)
    words = [first, *kept, f"Path={path or '/'}"]
    words.append("SameSite=None" if cross_site else "SameSite=Lax")
    if secure and "secure" not in {word.lower() for word in kept}:
        words.append("Secure")
    return "; ".join(words).encode("latin-1")


async def short_body(receive: Receive) -> bytes | None:
    """The body of a sign-in; None for one that is longer, which is read no further."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MOST_BYTES:
            return None
    return body


def replayed(body: bytes, receive: Receive) -> Receive:
    """What receives a body that was read already, and then what comes after it."""
    kept = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return kept.pop() if kept else await receive()

    return received


async def refuse(send: Send, path: str) -> None:
    """Turn away who is not signed in; who signs out once more gets the sign-in."""
    # Gradio would look at all sessions, and so have all of them be used.
    if path == SIGN_OUT:
        await answer(send, 302, "Not authenticated", {"Location": "./"})
    else:
        await answer(send, 401, "Not authenticated")


async def answer(
    send: Send, status: int, text: str, headers: dict[str, str] | None = None
) -> None:
    """A refusal as FastAPI writes one."""
    from starlette.responses import JSONResponse

    response = JSONResponse({"detail": text}, status, headers)
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": response.raw_headers,
        }
    )
    await send({"type": "http.response.body", "body": response.body})
