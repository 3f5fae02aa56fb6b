"""Strangers in line: who is served, who waits and sees the place, who is sent away."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse
from typing import Any

import pytest

from webui.demo.limits import Limits, Question

from .conftest import demo_of

pytestmark = pytest.mark.slow
WAITS = 20.0


class Models:
    """They answer when the test lets them, and note who left them alone."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []
        self.left: list[str] = []
        self.at_once = self.most = 0

    def __call__(
        self, question: Question, is_left: Callable[[], bool]
    ) -> Iterator[tuple[str, str]]:
        self.asked.append(question.prompt)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        yield "base", question.prompt
        end = time.monotonic() + WAITS
        while not self.go.wait(0.02) and time.monotonic() < end:
            if is_left():
                self.left.append(question.prompt)
                break
        self.at_once -= 1
        yield "end", "done"


def body(prompt: str) -> str:
    return json.dumps({"prompt": prompt, "tokens": 1, "temperature": 0})


def told(answer: HTTPResponse) -> Iterator[dict[str, Any]]:
    """The events of an answer as they come."""
    while line := answer.readline():
        if line.startswith(b"data: "):
            yield json.loads(line.removeprefix(b"data: "))


def wait_for(condition: Callable[[], Any]) -> None:
    end = time.monotonic() + WAITS
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_one_is_served_and_the_others_see_their_place_move() -> None:
    models = Models()
    with demo_of(models, Limits(at_once=5)) as demo:
        first = demo.ask(body("first"))
        assert next(told(first)) == {"base": "first"}
        second = told(demo.ask(body("second")))
        assert next(second) == {"place": 1}
        third = told(demo.ask(body("third")))
        assert next(third) == {"place": 2}
        models.go.set()
        assert [*told(first)] == [{"end": "done"}]
        assert [*second] == [{"base": "second"}, {"end": "done"}]
        assert [*third] == [{"place": 1}, {"base": "third"}, {"end": "done"}]
    assert models.asked == ["first", "second", "third"] and models.most == 1


def test_who_leaves_is_answered_no_further_and_the_line_moves_up() -> None:
    models = Models()
    with demo_of(models, Limits(at_once=5)) as demo:
        first, second, third = (demo.ask(body(name)) for name in ("1", "2", "3"))
        assert next(told(first)) == {"base": "1"}
        second.close()
        time.sleep(0.3)
        first.close()
        wait_for(lambda: models.left == ["1"])
        wait_for(lambda: models.asked == ["1", "3"])
        models.go.set()
        assert [*told(third)][-1] == {"end": "done"}
    assert models.most == 1


def test_an_address_has_few_questions_at_once_and_the_line_an_end() -> None:
    models = Models()
    with demo_of(models, Limits(at_once=2, waiting=2)) as demo:
        held = [demo.ask(body("a")) for _ in range(2)]
        third = demo.ask(body("a"))
        assert third.status == 429 and "earlier questions" in json.load(third)["en"]
        # The server is asked by a proxy on this machine, which names its visitors.
        other = demo.ask(body("b"), X_Forwarded_For="6.6.6.6, 9.9.9.9")
        assert next(told(other)) == {"place": 2}
        full = demo.ask(body("c"), X_Forwarded_For="9.9.9.8")
        assert full.status == 503 and json.load(full)["zh"]
        # What a visitor writes into the header itself is not who they are.
        models.go.set()
        for each in (*held, other):
            assert [*told(each)][-1] == {"end": "done"}


def test_models_that_fail_are_told_of_in_one_word_and_the_next_is_served() -> None:
    calls = []

    def fails(question: Question, is_left: Any) -> Iterator[tuple[str, str]]:
        calls.append(question)
        yield "base", "x"
        raise RuntimeError("/home/ada/secret")

    with demo_of(fails) as demo:
        for number in (1, 2):
            answer = demo.ask(body("a")).read().decode()
            assert "secret" not in answer and '{"end": "failed"}' in answer
            assert len(calls) == number


def test_a_body_that_is_long_or_never_ends_is_not_read() -> None:
    with demo_of(limits=Limits(body=1000)) as demo:
        assert demo.ask(b"x" * 5000).status == 413
        demo.app.server.config.timeout_keep_alive = 1
        slow = demo.ask(b"", Content_Length="500")
        assert slow.status == 408
