"""Mappers of formats with one question and one answer, and of plain text."""

from typing import Any

from webui.rows.mapping.answers import answer_of, asked_and_answered
from webui.rows.mapping.values import (
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


def map_question_answer(row: dict[str, Any]) -> dict[str, Any]:
    """A question and its answer."""
    return {"messages": asked_and_answered(text_of(row, "question"), row, "answer")}


def map_alpaca_talk(row: dict[str, Any]) -> dict[str, Any]:
    """An alpaca row after a system prompt and earlier turns, if it has them."""
    return after_history(row, map_alpaca(row)["messages"])


def map_question_answer_talk(row: dict[str, Any]) -> dict[str, Any]:
    """A question and its answer after a system prompt and earlier turns, if any."""
    return after_history(row, map_question_answer(row)["messages"])


def after_history(row: dict[str, Any], now: list[dict[str, Any]]) -> dict[str, Any]:
    """What is asked, after a row's history: a list of [question, answer] pairs."""
    messages: list[dict[str, Any]] = []
    for pair in optional_list(row, "history"):
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("history is not a list of questions with their answers")
        question, answer = (text_of({"history": text}, "history") for text in pair)
        messages.append({"role": "user", "content": question})
        messages.append(answer_of(answer, "history"))
    return {"messages": with_system(messages + now, optional_text(row, "system"))}


def map_reading(row: dict[str, Any]) -> dict[str, Any]:
    """A question about a sentence or a longer passage, and its answer."""
    question = text_of(row, "sentence") + "\n\n" + text_of(row, "question")
    return {"messages": asked_and_answered(question, row, "answer")}


def map_translation(row: dict[str, Any]) -> dict[str, Any]:
    """A text and its translation."""
    return {"messages": asked_and_answered(text_of(row, "source"), row, "target")}


def map_classification(row: dict[str, Any]) -> dict[str, Any]:
    """A text, or two that belong together, and the name of its class."""
    text = text_of(row, "text")
    if second := optional_text(row, "second_text"):
        text += "\n\n" + second
    return {"messages": asked_and_answered(text, row, "label")}


def map_summary(row: dict[str, Any]) -> dict[str, Any]:
    """A long text and its summary."""
    return {"messages": asked_and_answered(text_of(row, "article"), row, "summary")}


def map_code(row: dict[str, Any]) -> dict[str, Any]:
    """What a program should do, and the program."""
    return {"messages": asked_and_answered(text_of(row, "description"), row, "code")}


def map_triple(row: dict[str, Any]) -> dict[str, Any]:
    """A fact of a knowledge graph; its object is to be found."""
    question = f"({text_of(row, 'subject')}, {text_of(row, 'predicate')}, ?)"
    return {"messages": asked_and_answered(question, row, "object")}


def map_text(row: dict[str, Any]) -> dict[str, Any]:
    """Plain text, all of it to be learned."""
    return {"text": text_of(row, "text")}
