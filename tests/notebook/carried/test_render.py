"""Rendering a conversation: which parts of its text are learned."""

from typing import Any

import pytest

from webui.notebook.carried.mask import render

TALK = [
    {"role": "assistant", "content": "Hello!"},
    {"role": "user", "content": "Who?"},
    {"role": "assistant", "content": "Ada."},
]


class Tokenizer:
    """One with a template that opens with a system prompt of its own."""

    def apply_chat_template(
        self, turns: list[dict], tools: Any, tokenize: bool, add_generation_prompt: bool
    ) -> str:
        said = "".join(f"<{turn['role']}>" + turn["content"] + "|" for turn in turns)
        return "<system>Be kind.|" + said + "<assistant>" * add_generation_prompt


def learned(messages: list[dict]) -> list[str]:
    row = render({"messages": messages}, Tokenizer(), answers_only=True)
    return [row["text"][start:end] for start, end in row["learned"]]


def test_each_answer_is_learned_with_what_ends_it() -> None:
    assert learned(TALK[1:]) == ["Ada.|"]


def test_a_greeting_is_learned_without_what_stands_before_it() -> None:
    assert learned(TALK) == ["Hello!|", "Ada.|"]


def test_an_answer_with_the_weight_0_is_read_only() -> None:
    assert learned([{**TALK[0], "weight": 0}, *TALK[1:]]) == ["Ada.|"]


def test_a_template_that_refuses_calls_of_tools_is_named_so() -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"type": "function"}]}
    with pytest.raises(ValueError, match="refuses calls of tools"):
        learned([TALK[1], call])
    with pytest.raises(ValueError, match="refuses it"):
        learned([TALK[1], {"role": "assistant", "content": None}])
