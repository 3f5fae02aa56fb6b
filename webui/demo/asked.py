"""The one route of a demo: a question comes in, its place and both answers go out.

An answer is a stream of events, each a JSON object: ``place`` while others are served,
``pane`` and ``text`` while a model answers, and ``end`` at last.
"""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from webui.demo.limits import Limits, Question, Refused, question_of
from webui.demo.line import Line, Ticket
from webui.demo.rate import Rate
from webui.page.patches.door import address_of
from webui.text import Text

ASK = "/ask"
BODY_SECONDS = 10.0
SLOW = Text("The question did not arrive in time.", "问题未能及时送达。")
LONG = Text("That is too long.", "内容过长。")
# Asked with a question and a function that tells whether its visitor has left.
Answer = Callable[[Question, Callable[[], bool]], Iterator[tuple[str, str]]]


def add_asking(app: Any, answer: Answer, limits: Limits) -> None:
    """Answer questions on an app's own server, one after the other."""
    from starlette.requests import Request
    from starlette.responses import JSONResponse, StreamingResponse

    line, rate = Line(limits), Rate(limits)

    at_work: set[asyncio.Task[None]] = set()

    async def asked(request: Request) -> Any:
        address = address_of(request.scope)
        try:
            question = question_of(await body_of(request, limits), limits)
            ticket = line.enter(address, lambda: rate.count(address))
        except Refused as error:
            return JSONResponse(error.text._asdict(), error.status)
        visit = Visit(question, ticket)
        # A task of its own: it goes on until the models are silent, whoever has left.
        task = asyncio.create_task(serve(visit, line, answer))
        at_work.add(task)
        task.add_done_callback(at_work.discard)
        headers = {"Cache-Control": "no-store"}
        return StreamingResponse(visit.events(), 200, headers, "text/event-stream")

    app.add_route(ASK, asked, methods=["POST"])


@dataclass
class Visit:
    """A question on its way, and what is heard of it."""

    question: Question
    ticket: Ticket
    heard: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    left: threading.Event = field(default_factory=threading.Event)

    async def events(self) -> AsyncIterator[str]:
        """The stream that the visitor reads; when it is closed, they have left."""
        told: dict[str, Any] = {}
        try:
            while "end" not in told:
                told = await self.heard.get()
                yield f"data: {json.dumps(told)}\n\n"
        finally:
            self.left.set()
            self.ticket.moved.set()


async def serve(visit: Visit, line: Line, answer: Answer) -> None:
    """Tell a visitor's place until it is their turn, then let both models answer."""
    loop = asyncio.get_running_loop()

    def work() -> None:
        last = {"end": "failed"}
        try:
            for pane, text in answer(visit.question, visit.left.is_set):
                if pane == "end":
                    last = {pane: text}
                else:
                    loop.call_soon_threadsafe(visit.heard.put_nowait, {pane: text})
        except Exception:
            logging.getLogger("tunebook").exception("a question of the demo failed")
        loop.call_soon_threadsafe(visit.heard.put_nowait, last)

    try:
        async for place in line.places(visit.ticket):
            if visit.left.is_set():
                return
            visit.heard.put_nowait({"place": place})
        if not visit.left.is_set():
            await asyncio.to_thread(work)
    finally:
        line.leave(visit.ticket)


async def body_of(request: Any, limits: Limits) -> bytes:
    """A request's body, read no further than it may be long, and not for ever."""

    async def read() -> bytes:
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > limits.body:
                raise Refused(LONG, 413)
        return body

    try:
        return await asyncio.wait_for(read(), BODY_SECONDS)
    except asyncio.TimeoutError:
        raise Refused(SLOW, 408) from None
