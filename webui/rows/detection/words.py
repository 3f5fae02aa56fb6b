"""What the words in a column's name tell: who asks, who answers, what is beside."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from webui.files import read_yaml
from webui.rows.detection.columns import Column, plain_name

NAMES = {
    kind: frozenset(names.split())
    for kind, names in read_yaml(Path(__file__).with_name("names.yaml")).items()
}
# By role the kinds of words that tell it, strong ones first, and which tell otherwise.
SAYING = {
    "question": [("asks", "answers"), ("asks_weakly", "answers")],
    "answer": [("answers", "asks"), ("answers_weakly", "")],
}
ENOUGH = 3  # values, below which one word may be all that somebody says
NAME = re.compile(r"[\w.@-]{1,30}", re.ASCII)


def asking_and_answering(
    columns: Sequence[Column],
) -> Iterator[tuple[str, Column]]:
    """The one column that asks and the one that answers, by the words in their names.

    Where several could, none does.
    """
    texts = [column for column in columns if can_be_said(column)]
    for role, words in SAYING.items():
        for kind, other in words:
            found = [c for c in texts if tells(c, kind) and not tells(c, other)]
            if len(found) == 1:
                yield role, found[0]
            if found:
                break


def can_be_said(column: Column) -> bool:
    """Whether a column may hold what somebody says, and not what is about it."""
    beside = tells(column, "beside") and column.names[1] not in ("email", "emails")
    return (
        column.holds(["text"])
        and not column.in_list
        and not beside
        and not column.is_reference
        and not column.is_label
        and not holds_names(column)
    )


def tells(column: Column, kind: str) -> bool:
    """Whether a column's name has a word of a kind; a Chinese one may be inside."""
    words, inside = NAMES.get(kind, ()), NAMES.get(f"{kind}_chinese", ())
    return not words_in_name(column).isdisjoint(words) or any(
        word in column.names[0] for word in inside
    )


def words_in_name(column: Column) -> frozenset[str]:
    """The words in a column's name: of customerMessage they are two."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1_\2", column.path.split(".")[-1])
    words = re.findall(r"[a-z]+", plain_name(parted))
    return frozenset(
        word.removesuffix("s") if len(word) > 4 else word for word in words
    )


def holds_names(column: Column) -> bool:
    """Whether a column called like a person says who that is, and no more."""
    if not tells(column, "persons") or len(column.values) < ENOUGH:
        return False
    named = sum(bool(NAME.fullmatch(str(value).strip())) for value in column.values)
    return 5 * named >= 4 * len(column.values)
