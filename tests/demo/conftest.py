"""A demo's real server, with models that a test makes answer as it likes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import pytest

from webui.demo.asked import Answer
from webui.demo.limits import Limits, Question, Shown
from webui.demo.serve import Place, launch
from webui.text import Text

SENTENCE = Text("Shown by <b>Ada</b>.", "由 <b>Ada</b> 展示。")
ANSWERED = (("base", "b"), ("tuned", "t"), ("end", "done"))


def echo(question: Question, is_left: Callable[[], bool]) -> Iterator[tuple[str, str]]:
    """Models that answer at once."""
    yield from ANSWERED


@dataclass
class Demo:
    """A demo that runs, and the app behind it."""

    app: Any
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def send(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> HTTPResponse:
        """One request as it is written here: no client mends its path."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        return connection.getresponse()

    def ask(self, body: str | bytes, **headers: str) -> HTTPResponse:
        """A question, as the page's script sends it."""
        given = {"Content_Type": "application/json", **headers}
        return self.send("POST", "/ask", body, **given)


@contextmanager
def demo_of(answer: Answer = echo, limits: Limits | None = None) -> Iterator[Demo]:
    """A demo on a port of its own, until the block ends."""
    limits = limits or Limits()
    shown = Shown(SENTENCE, limits, time.time() + 3600)
    app, address = launch(answer, Place(port=None), limits, shown)
    try:
        yield Demo(app, int(address.rstrip("/").rpartition(":")[2]))
    finally:
        app.close(verbose=False)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """A demo that answers at once."""
    with demo_of(limits=Limits(a_minute=1000, an_hour=1000, at_once=50)) as running:
        yield running
