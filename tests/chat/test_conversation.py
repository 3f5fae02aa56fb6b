"""Which parts of a conversation are learned, with a template of two lines."""

from collections.abc import Callable
from typing import Any

import pytest

from webui.chat.conversation import Rendered, chat_of, render
from webui.chat.template import Template

TALK = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "Hi"},
    {"role": "assistant", "content": "Hello you"},
    {"role": "user", "content": "Bye"},
    {"role": "assistant", "content": "Ciao"},
]


def write(messages: list[dict], ask: bool, tools: Any) -> str:
    head = f"[{tools}]" if tools else ""
    turns = "".join(f"<{m['role']}>{m['content']}</s>" for m in messages)
    return head + turns + ("<assistant>" if ask else "")


class Tokenizer:
    """All that rendering asks of a tokenizer: a chat template, and an end token."""

    eos_token = "</s>"

    def __init__(self, template: Callable[..., str] = write) -> None:
        self.template = template

    def apply_chat_template(
        self,
        messages: list,
        tools: Any,
        tokenize: bool,
        add_generation_prompt: bool,
        **options: Any,
    ) -> str:
        assert not tokenize
        return self.template(messages, add_generation_prompt, tools)


def rendered(
    row: dict, template: Callable[..., str] = write, *, answers_only: bool = True
) -> Rendered:
    made = Template(Tokenizer(template), frozenset({"</s>"}))
    return render(row, chat_of(made, answers_only=answers_only))


def learned(found: Rendered) -> list[list[str]]:
    """What is learned of each sequence."""
    return [[s.text[begin:end] for begin, end in s.learned] for s in found.sequences]


def test_each_answer_is_learned_with_its_end() -> None:
    found = rendered({"messages": TALK, "more": 1})
    assert learned(found) == [["Hello you</s>", "Ciao</s>"]]
    assert found.sequences[0].text == write(TALK, False, None)
    assert found.lost == frozenset()


def test_everything_is_learned_if_asked() -> None:
    found = rendered({"messages": TALK}, answers_only=False)
    assert learned(found) == [[found.sequences[0].text]]


def test_tools_reach_the_template() -> None:
    tool = {"function": {"name": "sky"}}
    found = rendered({"messages": TALK[1:3], "tools": [tool]})
    assert found.sequences[0].text.startswith(f"[{[tool]}]<user>Hi")
    assert learned(found) == [["Hello you</s>"]]


@pytest.mark.parametrize("refuses_nothing", [False, True])
def test_a_conversation_may_begin_with_the_assistant(refuses_nothing: bool) -> None:
    def template(messages: list[dict], ask: bool, tools: Any) -> str:
        if refuses_nothing:
            assert messages[0]  # as the templates do that look for a system prompt
        return write(messages, ask, tools)

    found = rendered({"messages": TALK[2:]}, template)
    assert learned(found) == [["Hello you</s>", "Ciao</s>"]]


@pytest.mark.parametrize("mark", ["", "<answer>"])
def test_a_template_whose_answers_begin_without_its_mark(mark: str) -> None:
    def template(messages: list[dict], ask: bool, tools: Any) -> str:
        said = "".join(f"{message['content']}</s>" for message in messages)
        return f"<s>{said}{mark * ask}"

    found = rendered({"messages": [TALK[2]]}, template)
    assert learned(found) == [["Hello you</s>"]]


def test_an_answer_of_no_weight_is_read_only() -> None:
    first = TALK[2] | {"weight": 0}
    talk = [TALK[1], first, *TALK[3:]]
    assert learned(rendered({"messages": talk})) == [["Ciao</s>"]]


def test_a_template_that_refuses_tools_says_so() -> None:
    def template(messages: list[dict], ask: bool, tools: Any) -> str:
        raise TypeError("no tools")

    called = {"function": {"name": "sky", "arguments": {}}}
    call = {"role": "assistant", "content": "", "tool_calls": [called]}
    with pytest.raises(ValueError, match=r"refuses calls of tools \(no tools\)$"):
        rendered({"messages": [TALK[1], call]}, template)


def test_a_template_that_rewrites_earlier_turns_gives_each_answer_alone() -> None:
    def template(messages: list[dict], ask: bool, tools: Any) -> str:
        return f"{len(messages) + ask}{write(messages, ask, tools)}"

    found = rendered({"messages": TALK}, template)
    assert learned(found) == [["Hello you</s>"], ["Ciao</s>"]]
    assert [s.text for s in found.sequences] == [
        template(TALK[:3], False, None),
        template(TALK, False, None),
    ]


@pytest.mark.parametrize("error", [KeyError("x"), ValueError(), MemoryError("much")])
def test_whatever_a_template_raises_is_a_reason(error: Exception) -> None:
    def template(*_: Any) -> str:
        raise error

    with pytest.raises(ValueError) as caught:
        rendered({"messages": TALK}, template)
    told = str(error) or "ValueError"
    assert caught.value.args == (f"the chat template refuses it ({told})",)
