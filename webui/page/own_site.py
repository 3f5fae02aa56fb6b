"""A page elsewhere in the browser may lead to this one, and do nothing else with it.

Cookies alone do not keep it away: on this machine no password is asked, and in a frame
on Spaces, Colab or Kaggle the cookies go with whatever another site begins. Browsers
tell where a request begins; what is none sends no such header.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Another port of this machine is the same site, and may be anyone's page.
ELSEWHERE = {b"cross-site", b"same-site"}
READ = {"GET", "HEAD"}
REFUSED = b"This request comes from another site's page."


def own_site(app: App) -> App:
    """An app that answers no request which another site's page begins, but a link."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and begins_elsewhere(scope):
            await refuse(send)
        else:
            await app(scope, receive, send)

    return answered


def begins_elsewhere(scope: Scope) -> bool:
    """Whether another site's page does something here; to sign out is something."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if headers.get(b"sec-fetch-site") not in ELSEWHERE:
        return False
    leads = headers.get(b"sec-fetch-mode") == b"navigate" and scope["method"] in READ
    return not leads or scope["path"].rstrip("/") == "/logout"


async def refuse(send: Send) -> None:
    """Turn a request away."""
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSED})
