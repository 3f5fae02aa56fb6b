"""What a stranger may ask: how long, how often and how many at once."""

import json
import math
from dataclasses import dataclass
from typing import Any

from webui.errors import UserError
from webui.text import Text


@dataclass(frozen=True)
class Limits:
    """The limits of a demo; none of them can be changed from the page.

    Attributes:
        characters: of a prompt.
        tokens: of each of the two answers.
        temperature: the highest.
        seconds: for both answers together; then they are cut off.
        waiting: questions that may wait at once, of all visitors.
        at_once: questions of one address that wait or are answered.
        a_minute, an_hour: questions of one address.
        all_an_hour: questions of all addresses.
        body: bytes of a request.
        connections: open at once, of all visitors.
    """

    characters: int = 2_000
    tokens: int = 200
    temperature: float = 1.5
    seconds: float = 120
    waiting: int = 20
    at_once: int = 2
    a_minute: int = 6
    an_hour: int = 60
    all_an_hour: int = 600
    body: int = 20_000
    connections: int = 200


@dataclass(frozen=True)
class Shown:
    """What a demo's page says and allows; ``ends`` is a time in seconds."""

    sentence: Text
    limits: Limits
    ends: float


@dataclass(frozen=True)
class Question:
    """What one visitor asks both models."""

    prompt: str
    tokens: int
    temperature: float


class Refused(UserError):
    """A question that is not answered; the sentence says why, to its visitor."""

    def __init__(self, text: Text, status: int = 400) -> None:
        super().__init__(text)
        self.status = status

    def __reduce__(self) -> Any:
        return type(self), (self.text, self.status)


BAD = Text("This request is not one of this page's.", "这不是本页面发出的请求。")
EMPTY = Text("Write something to ask first.", "请先写下要问的内容。")


def question_of(body: bytes, limits: Limits) -> Question:
    """The question in a request's body.

    Raises:
        Refused: for anything but a prompt and two numbers within the limits.
    """
    try:
        given = json.loads(body.decode("utf-8"), parse_constant=refuse_constant)
    except (ValueError, RecursionError):
        raise Refused(BAD) from None
    if not isinstance(given, dict) or {*given} != {"prompt", "tokens", "temperature"}:
        raise Refused(BAD)
    return Question(
        prompt_of(given["prompt"], limits),
        int(within(given["tokens"], 1, limits.tokens)),
        # By 5e-324 no model can divide; on a GPU the kernel would not get over it.
        round(within(given["temperature"], 0, limits.temperature), 2),
    )


def prompt_of(given: Any, limits: Limits) -> str:
    """A prompt that can be written down, neither empty nor too long."""
    if not isinstance(given, str):
        raise Refused(BAD)
    if not given.strip():
        raise Refused(EMPTY)
    if len(given) > limits.characters:
        raise Refused(
            Text(
                f"That is too long: at most {limits.characters:,} characters.",
                f"内容过长：最多 {limits.characters:,} 个字符。",
            )
        )
    if "\0" in given or any("\ud800" <= letter <= "\udfff" for letter in given):
        raise Refused(BAD)
    return given


def within(given: Any, low: float, high: float) -> float:
    """A number, which the page itself never sends outside of these bounds."""
    number = isinstance(given, int | float) and not isinstance(given, bool)
    if not number or not low <= given <= high or not math.isfinite(given):
        raise Refused(BAD)
    return float(given)


def refuse_constant(name: str) -> None:
    """JSON of ours has no NaN and no Infinity."""
    raise ValueError(name)
