"""In whose pages the page may stand: one presses no button that one cannot see.

A notebook on this machine shows the page in its own; a page elsewhere must not.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

HERE = (
    b"frame-ancestors 'self' http://localhost:* http://127.0.0.1:* "
    b"https://localhost:* https://127.0.0.1:* vscode-webview:"
)


def unframed(app: App) -> App:
    """An app whose documents a browser shows in no frame of another site."""

    async def answered(
        scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", HERE)
                message["headers"] = [*message["headers"], policy]
            await send(message)

        await app(scope, receive, told)

    return answered
