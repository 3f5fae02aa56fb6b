"""Prepared rows as token ids and labels, made by what the notebook carries."""

import sys
from typing import Any, NamedTuple

from webui.notebook.carried.mask import tokenize, tokenize_texts
from webui.recipe import Recipe

HIDDEN = -100  # the label of a token that the loss does not look at


class Encoded(NamedTuple):
    """Token ids and labels of a row, cut to length, and its length before that."""

    ids: list[int]
    labels: list[int]
    whole: int


def encode(recipe: Recipe, tokenizer: Any, rows: list[dict]) -> list[Encoded]:
    """Prepared rows through the very functions that the notebook carries."""
    longest = recipe.model.max_seq_length
    if recipe.data.format == "text":
        # Long texts go on in further sequences; the first one stands for the row.
        whole = tokenize_texts(rows, tokenizer, sys.maxsize)["input_ids"]
        return [Encoded(i[:longest], i[:longest], len(i)) for i in whole]
    batch = tokenize(rows, tokenizer, sys.maxsize)
    return [
        Encoded(ids[:longest], labels[:longest], len(ids))
        for ids, labels in zip(batch["input_ids"], batch["labels"], strict=True)
    ]
