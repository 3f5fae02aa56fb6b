"""The mapper of each format, by the format's name."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from webui.rows.mapping.answers import with_thought
from webui.rows.mapping.conversations import (
    map_messages,
    map_prompt_completion,
    map_transcript,
)
from webui.rows.mapping.preferences import (
    PAIR,
    map_preference,
    map_preferred,
    map_rated,
    map_rating,
)
from webui.rows.mapping.tagging import map_ner, map_pos
from webui.rows.mapping.tasks import (
    after_history,
    map_alpaca,
    map_classification,
    map_pair,
    map_reading,
    map_text,
    map_triple,
)

Mapper = Callable[[dict[str, Any]], dict[str, Any]]

MAPPERS: dict[str, Mapper] = {
    "alpaca": map_alpaca,
    "question_answer": partial(map_pair, question="question", answer="answer"),
    "reading": map_reading,
    "translation": partial(map_pair, question="source", answer="target"),
    "classification": map_classification,
    "summary": partial(map_pair, question="article", answer="summary"),
    "messages": map_messages,
    "transcript": map_transcript,
    "ner": map_ner,
    "pos": map_pos,
    "text": map_text,
    "preference": map_preference,
    "preferred": map_preferred,
    "rating": map_rating,
    "prompt_completion": map_prompt_completion,
    "code": partial(map_pair, question="description", answer="code"),
    "triple": map_triple,
}


def talking(mapper: Mapper) -> Mapper:
    """A mapper whose questions come after a system prompt and earlier turns."""

    def mapped(row: dict[str, Any]) -> dict[str, Any]:
        return after_history(row, mapper(row)["messages"])

    return mapped


# Of rows with a system prompt or earlier turns of their own. They count where
# ``data.columns`` names them.
TALKS = {name: talking(MAPPERS[name]) for name in ("alpaca", "question_answer")}
TALK_ROLES = ("system", "history")

# Where the trainer takes the label, and learns from bad answers as well.
LABELLED: dict[str, Mapper] = {"rating": map_rated}
THOUGHT = "reasoning"
# By the last signs of the columns that hold two responses.
PAIRS: dict[str, Mapper] = {
    "01": partial(map_preferred, start=0),
    "12": partial(map_preferred, start=1),
}


def mapper_of(
    format: str, columns: Mapping[str, str], *, labelled: bool = False
) -> Mapper:
    """The mapper for rows of a format with these columns; ``labelled`` where answers
    that are rated bad are learned from as well."""
    mapper = LABELLED.get(format, MAPPERS[format]) if labelled else MAPPERS[format]
    if format in TALKS and any(role in columns for role in TALK_ROLES):
        mapper = TALKS[format]
    if format == "preferred":
        signs = "".join(columns.get(name, "")[-1:] for name in PAIR)
        mapper = PAIRS.get(signs, mapper)
    return thinking(mapper) if THOUGHT in columns else mapper


def thinking(mapper: Mapper) -> Mapper:
    """A mapper whose answers come after the thought in a column of its own."""

    def mapped(row: dict[str, Any]) -> dict[str, Any]:
        return with_thought(mapper(row), row)

    return mapped


def must_be_named(format: str, role: str) -> bool:
    """Whether a column counts for a role only where ``data.columns`` names it.

    A column may well be called reasoning and say "on".
    """
    return role == THOUGHT or (format in TALKS and role in TALK_ROLES)
