"""Which parts of a conversation are learned, with a tokenizer of two lines."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from webui.notebook.carried.mask import mask, render, tokenize, tokenize_texts

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


class Words:
    """A token is a mark, or a word with the blank before it; its id is its length."""

    eos_token = "</s>"

    def __init__(self, template: Any = write) -> None:
        self.template = template

    def apply_chat_template(
        self, messages: list, tools: Any, tokenize: bool, add_generation_prompt: bool
    ) -> str:
        assert not tokenize
        return self.template(messages, add_generation_prompt, tools)

    def __call__(self, texts: list[str], **options: Any) -> Any:
        assert options in ({}, {"add_special_tokens": False, **NO_MASK})
        encodings = [self.encode(text) for text in texts]
        return Encoded(encodings)

    def encode(self, text: str) -> SimpleNamespace:
        found = list(re.finditer(r"</?\w+>|\s?[^<\s]+|\s", text))
        ids = [len(token[0]) for token in found]
        offsets = [token.span() for token in found]
        return SimpleNamespace(ids=ids, offsets=offsets)


NO_MASK = {"return_attention_mask": False}


class Encoded(dict):
    def __init__(self, encodings: list[SimpleNamespace]) -> None:
        super().__init__(input_ids=[encoding.ids for encoding in encodings])
        self.encodings = encodings


def learned(row: dict) -> list[str]:
    return [row["text"][start:end] for start, end in row["learned"]]


def test_each_answer_is_learned_with_its_end() -> None:
    row = render({"messages": TALK, "more": 1}, Words(), answers_only=True)
    assert learned(row) == ["Hello you</s>", "Ciao</s>"]
    assert row["text"] == write(TALK, False, None)
    assert (row["messages"], row["more"]) == (TALK, 1)


def test_everything_is_learned_if_asked() -> None:
    row = render({"messages": TALK}, Words(), answers_only=False)
    assert learned(row) == [row["text"]]


def test_tools_reach_the_template() -> None:
    row = render({"messages": TALK[1:3], "tools": ["sky"]}, Words(), True)
    assert row["text"].startswith("[['sky']]<user>Hi")
    assert learned(row) == ["Hello you</s>"]


@pytest.mark.parametrize("refuses_nothing", [False, True])
def test_a_conversation_may_begin_with_the_assistant(refuses_nothing: bool) -> None:
    def template(messages: list[dict], ask: bool, tools: Any) -> str:
        if refuses_nothing:
            assert messages[0]  # as the templates do that look for a system prompt
        return write(messages, ask, tools)

    row = render({"messages": TALK[2:]}, Words(template), answers_only=True)
    assert learned(row) == ["Hello you</s>", "Ciao</s>"]


@pytest.mark.parametrize("mark", ["", "<answer>"])
@pytest.mark.parametrize("content", ["Hello you", "", None])
def test_a_template_whose_answers_begin_without_its_mark(
    mark: str, content: str | None
) -> None:
    def template(messages: list[dict], ask: bool, tools: Any) -> str:
        said = "".join(f"{message['content'] or '[call]'}</s>" for message in messages)
        return f"<s>{said}{mark * ask}"

    answer = {"role": "assistant", "content": content}
    row = render({"messages": [answer]}, Words(template), answers_only=True)
    assert learned(row) == ["Hello you</s>" if content else "<s>[call]</s>"]


def test_an_answer_of_no_weight_is_read_only() -> None:
    first = TALK[2] | {"weight": 0}
    talk = [TALK[1], first, *TALK[3:]]
    row = render({"messages": talk}, Words(), answers_only=True)
    assert learned(row) == ["Ciao</s>"]


def test_a_template_that_refuses_tools_says_so() -> None:
    def template(messages: list[dict], ask: bool, tools: Any) -> str:
        raise TypeError("no tools")

    call = {"role": "assistant", "content": None, "tool_calls": [{}]}
    with pytest.raises(ValueError, match=r"refuses calls of tools \(no tools\)$"):
        render({"messages": [TALK[1], call]}, Words(template), answers_only=True)


def test_a_template_that_rewrites_earlier_turns_is_refused() -> None:
    def template(messages: list[dict], ask: bool, tools: Any) -> str:
        return f"{len(messages)}{write(messages, ask, tools)}"

    with pytest.raises(ValueError, match="^the chat template rewrites earlier turns$"):
        render({"messages": TALK}, Words(template), answers_only=True)
    assert render({"messages": TALK}, Words(template), answers_only=False)


@pytest.mark.parametrize("error", [KeyError("x"), ValueError(), MemoryError("much")])
def test_whatever_a_template_raises_is_a_reason(error: Exception) -> None:
    def template(*_: Any) -> str:
        raise error

    with pytest.raises(ValueError) as caught:
        render({"messages": TALK}, Words(template), answers_only=True)
    assert caught.value.args == (f"the chat template refuses it ({error})",)


def test_labels_are_the_ids_of_what_is_learned() -> None:
    row = render({"messages": TALK[1:]}, Words(), answers_only=True)
    batch = tokenize([row, row], Words(), max_length=99)
    assert batch["input_ids"][0] == batch["input_ids"][1]
    # <user> Hi </s> <assistant> Hello you </s> <user> Bye </s> <assistant> Ciao </s>
    assert batch["input_ids"][0] == [6, 2, 4, 11, 5, 4, 4, 6, 3, 4, 11, 4, 4]
    hidden = [-100] * 4
    assert batch["labels"][0] == [*hidden, 5, 4, 4, *hidden, 4, 4]


@pytest.mark.parametrize("longest", [1, 4, 5, 12])
def test_ids_and_labels_are_cut_alike(longest: int) -> None:
    row = render({"messages": TALK[1:]}, Words(), answers_only=True)
    whole = tokenize([row], Words(), max_length=99)
    cut = tokenize([row], Words(), max_length=longest)
    assert cut["input_ids"][0] == whole["input_ids"][0][:longest]
    assert cut["labels"][0] == whole["labels"][0][:longest]


@pytest.mark.parametrize(
    ("learned", "shown"),
    [
        ([], ""),
        ([(0, 7)], "abc"),
        ([(2, 4)], "b"),
        ([(3, 5)], "bc"),  # it begins and ends within a token
        ([(0, 2), (4, 7)], "ac"),
        ([(2, 2)], ""),
    ],
)
def test_a_token_is_learned_if_any_of_its_characters_is(
    learned: list, shown: str
) -> None:
    encoding = SimpleNamespace(ids=[*b"abc"], offsets=[(0, 2), (2, 4), (4, 7)])
    labels = mask(encoding, learned)
    assert bytes(label for label in labels if label != -100).decode() == shown
    assert [i for i, label in zip(b"abc", labels, strict=True) if label != -100] == [
        *shown.encode()
    ]


def test_a_character_of_several_tokens_is_learned_whole() -> None:
    encoding = SimpleNamespace(
        ids=[1, 2, 3, 4], offsets=[(0, 1), (1, 2), (1, 2), (2, 3)]
    )
    assert mask(encoding, [(1, 2)]) == [-100, 2, 3, -100]


def test_plain_texts_end_once_and_go_on_in_pieces() -> None:
    rows = [{"text": "a bb ccc"}, {"text": "d</s>"}]
    batch = tokenize_texts(rows, Words(), max_length=3)
    assert batch["input_ids"] == [[1, 3, 4], [4], [1, 4]]
    assert batch["labels"] == batch["input_ids"]


def test_a_tokenizer_without_an_end_token() -> None:
    tokenizer = Words()
    tokenizer.eos_token = None  # type: ignore[assignment]
    assert tokenize_texts([{"text": "a b"}], tokenizer, 9)["input_ids"] == [[1, 2]]
