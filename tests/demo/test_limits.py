"""What a stranger may ask."""

import json
from typing import Any

import pytest

from webui.demo.limits import Limits, Question, Refused, question_of

LIMITS = Limits(characters=20, tokens=100, temperature=1.5)
GOOD = {"prompt": "Hello", "tokens": 100, "temperature": 0.5}


def asked(**changes: Any) -> bytes:
    return json.dumps(GOOD | changes).encode()


def test_a_question_within_the_limits() -> None:
    assert question_of(asked(), LIMITS) == Question("Hello", 100, 0.5)
    hostile = "'''\"\"\"\n{{7*7}}\\"
    assert question_of(asked(prompt=hostile), LIMITS).prompt == hostile
    assert question_of(asked(prompt="你好 🙂"), LIMITS).prompt == "你好 🙂"


@pytest.mark.parametrize("given", [5e-324, 1e-300, 0.004, -0.0, 0])
def test_a_temperature_that_nothing_can_be_divided_by_is_none(given: float) -> None:
    found = question_of(asked(temperature=given), LIMITS).temperature
    assert not found and question_of(asked(temperature=0.01), LIMITS).temperature


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 9000,
        b'{"prompt": "a", "tokens": 1}',
        asked(seed=1),
        asked(adapter="/etc/passwd"),
        asked(tokens=0),
        asked(tokens=101),
        asked(tokens=1e300),
        asked(tokens="1"),
        asked(tokens=True),
        asked(tokens=None),
        asked(temperature=-0.1),
        asked(temperature=1.6),
        b'{"prompt": "a", "tokens": NaN, "temperature": 0}',
        b'{"prompt": "a", "tokens": 1, "temperature": Infinity}',
        b'{"prompt": "a", "tokens": 1, "temperature": 1e999}',
        b'{"prompt": "a", "tokens": ' + b"9" * 5000 + b', "temperature": 0}',
        asked(prompt=""),
        asked(prompt=" \n\t"),
        asked(prompt="a" * 21),
        asked(prompt=["a"]),
        asked(prompt=None),
        asked(prompt="a\0b"),
        asked(prompt="\ud800"),
    ],
    ids=lambda body: repr(body[:40]),
)
def test_anything_else_is_refused(body: bytes) -> None:
    with pytest.raises(Refused) as refused:
        question_of(body, LIMITS)
    assert refused.value.text.en and refused.value.text.zh


def test_the_refusal_of_a_long_prompt_names_the_limit() -> None:
    with pytest.raises(Refused, match="at most 20 characters"):
        question_of(asked(prompt="a" * 21), LIMITS)
