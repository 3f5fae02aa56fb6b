"""A warning about the rows, as a sentence for the user."""

from collections.abc import Sequence
from typing import NamedTuple

from webui.text import Text


class Warned(NamedTuple):
    """A warning; one that blocks stops a training unless the user accepts it."""

    text: Text
    blocks: bool


def of(some: Sequence, rows: Sequence) -> Text:
    """So many of the rows that were checked."""
    return Text(
        f"{len(some)} of the first {len(rows)} rows",
        f"前 {len(rows)} 条中有 {len(some)} 条",
    )


def of_sequences(some: Sequence, sequences: Sequence) -> Text:
    """So many of the sequences that the checked rows give, where these are others."""
    return Text(
        f"{len(some)} of the first {len(sequences)} sequences",
        f"前 {len(sequences)} 个序列中有 {len(some)} 个",
    )
