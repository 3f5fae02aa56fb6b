"""Who waits for an answer: one is served, the others stand in line and see their place.

All of it happens on the server's event loop, so nothing is locked.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from webui.attempts import group_of
from webui.demo.limits import Limits, Refused
from webui.text import Text

FULL = Text(
    "Too many are waiting already; try again in a while.",
    "排队的人已满；请稍后再试。",
)
BOTH = Text(
    "Your earlier questions are not answered yet; wait for them, or stop one.",
    "你之前的提问尚未回答完；请等待，或先停止一个。",
)
# A word now and then, or a proxy takes the line for dead.
WORD_SECONDS = 10.0


@dataclass(eq=False)
class Ticket:
    """One visitor's place in the line."""

    who: str
    moved: asyncio.Event = field(default_factory=asyncio.Event)


class Line:
    """The tickets in their order; the first of them is being served."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.tickets: list[Ticket] = []

    def enter(self, address: str, count: Callable[[], None]) -> Ticket:
        """Stand at the end of the line; ``count`` may refuse it as well.

        Raises:
            Refused: when the line is full, or this address has its share of it.
        """
        who = group_of(address)
        if sum(ticket.who == who for ticket in self.tickets) >= self.limits.at_once:
            raise Refused(BOTH, 429)
        if len(self.tickets) > self.limits.waiting:
            raise Refused(FULL, 503)
        count()
        ticket = Ticket(who)
        self.tickets.append(ticket)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Leave the line; the others move up."""
        self.tickets.remove(ticket)
        for other in self.tickets:
            other.moved.set()

    async def places(self, ticket: Ticket) -> AsyncIterator[int]:
        """How many are before this one, at once and whenever it may have changed.

        Ends when it is this one's turn.
        """
        while (before := self.tickets.index(ticket)) > 0:
            yield before
            ticket.moved.clear()
            try:
                await asyncio.wait_for(ticket.moved.wait(), WORD_SECONDS)
            except asyncio.TimeoutError:
                continue
