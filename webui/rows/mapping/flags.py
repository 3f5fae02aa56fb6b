"""What a message says about whether it is learned."""

from collections.abc import Mapping
from typing import Any

from webui.rows.mapping.values import WORDS, meaning

FLAGS: dict[str, bool] = meaning("flags")
RATINGS: dict[str, bool] = meaning("ratings")


def is_only_read(turn: Mapping[str, Any], place: str) -> bool:
    """Whether an answer is marked as one that is read and not learned."""
    for key in WORDS["partly"]:
        if turn.get(key):
            raise ValueError(f"{place} marks parts of itself as learned; mark it whole")
    learned = [truth_of(turn, key, place) for key in WORDS["learned"]]
    hidden = [truth_of(turn, key, place) for key in WORDS["hidden"]]
    return has_no_weight(turn, place) or False in learned or True in hidden


def has_no_weight(turn: Mapping[str, Any], place: str) -> bool:
    """Whether the weight of an answer is 0; one between 0 and 1 is refused."""
    weight = turn.get("weight")
    learned = is_unsaid(weight) or FLAGS.get(str(weight).strip().lower())
    if learned is None:
        raise ValueError(
            f"{place} has the weight {weight}, and an answer is learned or not: "
            "write 1 or 0"
        )
    return not learned


def truth_of(turn: Mapping[str, Any], key: str, place: str) -> bool | None:
    """Whether a flag is set; None where the message does not have it."""
    value = turn.get(key)
    if is_unsaid(value):
        return None
    truth = FLAGS.get(str(value).strip().lower())
    if truth is None:
        raise ValueError(f"{place} has a {key} that is neither true nor false")
    return truth


def is_unsaid(value: object) -> bool:
    """Whether a flag is left out, as tables leave it out too."""
    return value is None or value != value or value == ""


def refuse_flags_beside(row: Mapping[str, Any], turns: int) -> None:
    """Refuse a list with a flag for each message, which may mean either way round."""
    for key in WORDS["beside"]:
        value = row.get(key)
        if isinstance(value, list) and len(value) == turns:
            raise ValueError(
                f"{key} stands beside the messages; write into each message its own "
                "weight, 0 or 1"
            )
