"""Token ids and labels, with a tokenizer of two lines."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from webui.notebook.carried.tokens import labels_of, tokenize, tokenize_texts

TEXT = "<user>Hi</s><assistant>Hello you</s><user>Bye</s><assistant>Ciao</s>"
LEARNED = [(23, 36), (60, 68)]


class Words:
    """A token is a mark, or a word with the blank before it; its id is its length."""

    eos_token = "</s>"

    def __call__(self, texts: list[str], **options: Any) -> Any:
        assert options in ({}, {"add_special_tokens": False})
        return Encoded([self.encode(text) for text in texts])

    def encode(self, text: str) -> SimpleNamespace:
        found = list(re.finditer(r"</?\w+>|\s?[^<\s]+|\s", text))
        ids = [len(token[0]) for token in found]
        offsets = [token.span() for token in found]
        return SimpleNamespace(ids=ids, offsets=offsets)


class Encoded(dict):
    def __init__(self, encodings: list[SimpleNamespace]) -> None:
        super().__init__(input_ids=[encoding.ids for encoding in encodings])
        self.encodings = encodings


def batch_of(*texts: str) -> dict:
    return {"text": list(texts), "learned": [LEARNED for _ in texts]}


def test_labels_are_the_ids_of_what_is_learned() -> None:
    assert [TEXT[a:b] for a, b in LEARNED] == ["Hello you</s>", "Ciao</s>"]
    batch = tokenize(batch_of(TEXT, TEXT), Words(), max_length=99)
    assert batch["input_ids"][0] == batch["input_ids"][1]
    # <user> Hi </s> <assistant> Hello you </s> <user> Bye </s> <assistant> Ciao </s>
    assert batch["input_ids"][0] == [6, 2, 4, 11, 5, 4, 4, 6, 3, 4, 11, 4, 4]
    hidden = [-100] * 4
    assert batch["labels"][0] == [*hidden, 5, 4, 4, *hidden, 4, 4]


@pytest.mark.parametrize("longest", [5, 12])
def test_ids_and_labels_are_cut_alike(longest: int) -> None:
    whole = tokenize(batch_of(TEXT), Words(), max_length=99)
    cut = tokenize(batch_of(TEXT), Words(), max_length=longest)
    assert cut["input_ids"][0] == whole["input_ids"][0][:longest]
    assert cut["labels"][0] == whole["labels"][0][:longest]


def test_a_row_that_is_cut_before_its_answer_is_dropped() -> None:
    """A batch of such rows alone would have a loss that is no number."""
    cut = tokenize(batch_of(TEXT, TEXT), Words(), max_length=4)
    assert cut == {"input_ids": [], "labels": []}


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
    labels = labels_of(encoding, learned)
    assert bytes(label for label in labels if label != -100).decode() == shown
    assert [i for i, label in zip(b"abc", labels, strict=True) if label != -100] == [
        *shown.encode()
    ]


def test_a_character_of_several_tokens_is_learned_whole() -> None:
    encoding = SimpleNamespace(
        ids=[1, 2, 3, 4], offsets=[(0, 1), (1, 2), (1, 2), (2, 3)]
    )
    assert labels_of(encoding, [(1, 2)]) == [-100, 2, 3, -100]


def test_plain_texts_end_once_and_go_on_in_pieces() -> None:
    batch = tokenize_texts({"text": ["a bb ccc", "d</s>"]}, Words(), max_length=3)
    assert batch["input_ids"] == [[1, 3, 4], [4], [1, 4]]
    assert batch["labels"] == batch["input_ids"]


def test_a_tokenizer_without_an_end_token() -> None:
    tokenizer = Words()
    tokenizer.eos_token = None  # type: ignore[assignment]
    assert tokenize_texts({"text": ["a b"]}, tokenizer, 9)["input_ids"] == [[1, 2]]
