"""Mappers of formats with one question and one answer, and of plain text."""

from typing import Any

from webui.rows.mapping.answers import answer_of, asked_and_answered
from webui.rows.mapping.values import (
    as_text,
    optional_list,
    optional_text,
    text_of,
    with_system,
)


def map_alpaca(row: dict[str, Any]) -> dict[str, Any]:
    """An instruction, what it is about (may be empty), and the output."""
    question = text_of(row, "instruction")
    if about := optional_text(row, "input"):
        question += "\n\n" + about
    return {"messages": asked_and_answered(question, row, "output")}


def map_pair(row: dict[str, Any], question: str, answer: str) -> dict[str, Any]:
    """A question and its answer, by the names of their columns."""
    return {"messages": asked_and_answered(text_of(row, question), row, answer)}


def after_history(row: dict[str, Any], now: list[dict[str, Any]]) -> dict[str, Any]:
    """What is asked after a row's system prompt and earlier turns, if it has them.

    Its history is a list of [question, answer] pairs.
    """
    messages: list[dict[str, Any]] = []
    for pair in optional_list(row, "history"):
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("history is not a list of questions with their answers")
        question, answer = (as_text(text, "history") for text in pair)
        messages.append({"role": "user", "content": question})
        messages.append(answer_of(answer, "history"))
    return {"messages": with_system(messages + now, optional_text(row, "system"))}


def map_reading(row: dict[str, Any]) -> dict[str, Any]:
    """A question about a sentence or a longer passage, and its answer."""
    question = text_of(row, "sentence") + "\n\n" + text_of(row, "question")
    return {"messages": asked_and_answered(question, row, "answer")}


def map_classification(row: dict[str, Any]) -> dict[str, Any]:
    """A text, or two that belong together, and the name of its class."""
    text = text_of(row, "text")
    if second := optional_text(row, "second_text"):
        text += "\n\n" + second
    return {"messages": asked_and_answered(text, row, "label")}


def map_triple(row: dict[str, Any]) -> dict[str, Any]:
    """A fact of a knowledge graph; its object is to be found."""
    question = f"({text_of(row, 'subject')}, {text_of(row, 'predicate')}, ?)"
    return {"messages": asked_and_answered(question, row, "object")}


def map_text(row: dict[str, Any]) -> dict[str, Any]:
    """Plain text, all of it to be learned."""
    return {"text": text_of(row, "text")}
