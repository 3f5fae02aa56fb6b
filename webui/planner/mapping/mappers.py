"""The mapper of each format, by the format's name."""

from collections.abc import Callable, Mapping

from webui.planner.mapping.conversations import (
    map_messages,
    map_preference,
    map_preferred,
    map_prompt_completion,
    map_rating,
    map_transcript,
)
from webui.planner.mapping.tagging import map_ner, map_pos
from webui.planner.mapping.tasks import (
    map_alpaca,
    map_alpaca_talk,
    map_classification,
    map_code,
    map_question_answer,
    map_question_answer_talk,
    map_reading,
    map_summary,
    map_text,
    map_translation,
    map_triple,
)

MAPPERS: dict[str, Callable[[dict], dict]] = {
    "alpaca": map_alpaca,
    "question_answer": map_question_answer,
    "reading": map_reading,
    "translation": map_translation,
    "classification": map_classification,
    "summary": map_summary,
    "messages": map_messages,
    "transcript": map_transcript,
    "ner": map_ner,
    "pos": map_pos,
    "text": map_text,
    "preference": map_preference,
    "preferred": map_preferred,
    "rating": map_rating,
    "prompt_completion": map_prompt_completion,
    "code": map_code,
    "triple": map_triple,
}

# Of rows with a system prompt or earlier turns of their own. They count where
# ``data.columns`` names them, so that the usual rows are mapped by a few lines.
TALKS: dict[str, Callable[[dict], dict]] = {
    "alpaca": map_alpaca_talk,
    "question_answer": map_question_answer_talk,
}
TALK_ROLES = ("system", "history")


def mapper_of(format: str, columns: Mapping[str, str]) -> Callable[[dict], dict]:
    """The mapper for rows of a format with these columns."""
    talk = any(role in columns for role in TALK_ROLES)
    return TALKS[format] if talk and format in TALKS else MAPPERS[format]
