"""Who is signed in does not stay so for ever.

Replaces ``App.tokens``, the plain dict in which Gradio keeps the token of each sign-in
until the server ends, by one that forgets. Gradio asks it by ``get``, ``in``, ``[]``
and ``keys``. It is read at each request, so it can be exchanged after the launch.

For Gradio 6.31. Can go when Gradio's sessions end by themselves.
"""

import time
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

IDLE, LONGEST = 12 * 3600.0, 3 * 24 * 3600.0  # seconds
AT_ONCE = 100


class Sessions(MutableMapping[str, str]):
    """Tokens with the user's name: gone after a while unused, or at a great age."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.known: dict[str, tuple[str, float, float]] = {}

    def __setitem__(self, token: str, user: str) -> None:
        now = self.clock()
        self.known[token] = user, now, now
        while len(self.known) > AT_ONCE:
            del self.known[next(iter(self.known))]

    def __getitem__(self, token: str) -> str:
        self.forget_old()
        user, begun, _ = self.known[token]
        self.known[token] = user, begun, self.clock()
        return user

    def forget_old(self) -> None:
        """Let go of what has ended."""
        now = self.clock()
        for token, (_, begun, used) in [*self.known.items()]:
            if now - used > IDLE or now - begun > LONGEST:
                self.known.pop(token, None)

    def __delitem__(self, token: str) -> None:
        del self.known[token]

    def __iter__(self) -> Iterator[str]:
        # Whoever goes through them finds each: Gradio does, to sign out.
        self.forget_old()
        return iter([*self.known])

    def __len__(self) -> int:
        return len(self.known)


def end_sessions(app: Any) -> None:
    """Have a launched app's sessions end."""
    app.tokens = Sessions()
