"""How often an address may ask, and how often all of them together."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable

from webui.attempts import group_of
from webui.demo.limits import Limits, Refused
from webui.text import Text

MINUTE, HOUR = 60.0, 3600.0
ADDRESSES = 10_000


class Rate:
    """Counts questions over the last hour. To be asked on one thread only."""

    def __init__(
        self, limits: Limits, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limits, self.clock = limits, clock
        self.all: deque[float] = deque()
        self.of: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, address: str) -> None:
        """Count one question.

        Raises:
            Refused: when it is one too many; it is not counted then.
        """
        now, limits = self.clock(), self.limits
        own = self.of.setdefault(group_of(address), deque())
        self.of.move_to_end(group_of(address))
        while len(self.of) > ADDRESSES:
            self.of.popitem(last=False)
        for times in (own, self.all):
            while times and now - times[0] >= HOUR:
                times.popleft()
        if len(self.all) >= limits.all_an_hour:
            raise too_often(self.all[0] + HOUR - now)
        if len(own) >= limits.an_hour:
            raise too_often(own[0] + HOUR - now)
        if len(own) >= limits.a_minute and now - own[-limits.a_minute] < MINUTE:
            raise too_often(own[-limits.a_minute] + MINUTE - now)
        own.append(now)
        self.all.append(now)


def too_often(seconds: float) -> Refused:
    """The refusal that says when to come again."""
    seconds = max(1, round(seconds))
    minutes = -(-seconds // 60)
    english = f"{seconds} seconds" if seconds < 100 else f"{minutes} minutes"
    chinese = f"{seconds} 秒" if seconds < 100 else f"{minutes} 分钟"
    return Refused(
        Text(
            f"Too many questions; ask again in {english}.",
            f"提问过于频繁；请在 {chinese}后再问。",
        ),
        429,
    )
