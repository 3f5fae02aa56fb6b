"""Sequences as token ids and labels, as the trainer makes them."""

import os.path
import sys
from collections.abc import Sequence as Several
from typing import Any, NamedTuple

from webui.chat.sequences import Sequence
from webui.notebook.carried.tokens import tokenize, tokenize_texts
from webui.recipe import Recipe

WINDOW = 40  # characters; few tokens are longer
HIDDEN = -100  # the label of a token that the loss does not look at


class Encoded(NamedTuple):
    """Token ids and labels of a sequence, cut to length, and its length before that."""

    ids: list[int]
    labels: list[int]
    whole: int


def encode(recipe: Recipe, tokenizer: Any, rows: Several[Sequence]) -> list[Encoded]:
    """The tokens of some sequences."""
    longest = recipe.model.max_seq_length
    texts = [row.text for row in rows]
    if recipe.data.format == "text":
        # Long texts go on in further sequences; the first one stands for the row.
        whole = tokenize_texts({"text": texts}, tokenizer, sys.maxsize)["input_ids"]
        return [Encoded(i[:longest], i[:longest], len(i)) for i in whole]
    batch = {"text": texts, "learned": [row.learned for row in rows]}
    made = tokenize(batch, tokenizer, sys.maxsize)
    return [
        Encoded(ids[:longest], labels[:longest], len(ids))
        for ids, labels in zip(made["input_ids"], made["labels"], strict=True)
    ]


def is_read_otherwise(tokenizer: Any, part: Sequence) -> bool:
    """Whether what stands before an answer has other tokens alone than in front of it.

    TRL learns from where they differ, and so the end of the question, too. A few
    tokenizers part two line breaks before a word.
    """
    begin = part.learned[0][0]
    before = part.text[max(0, begin - WINDOW) : begin]
    texts = before, before + part.text[begin : begin + WINDOW]
    # Asked directly, which takes a fifth of the time.
    encode = tokenizer.backend_tokenizer.encode
    alone, whole = (encode(text, add_special_tokens=False) for text in texts)
    shared = len(os.path.commonprefix([alone.ids, whole.ids]))
    read: int = sum(end <= len(before) for _, end in whole.offsets)
    return shared < read
