"""Mappers of formats with one question and one answer, and of plain text."""

from webui.planner.mapping.values import (
    exchange,
    optional_list,
    optional_text,
    text_of,
    with_system,
)


def map_alpaca(row: dict) -> dict:
    """An instruction, what it is about (may be empty), and the output."""
    question = text_of(row, "instruction")
    if about := optional_text(row, "input"):
        question += "\n\n" + about
    return {"messages": exchange(question, text_of(row, "output"))}


def map_question_answer(row: dict) -> dict:
    """A question and its answer."""
    return {"messages": exchange(text_of(row, "question"), text_of(row, "answer"))}


def map_alpaca_talk(row: dict) -> dict:
    """An alpaca row after a system prompt and earlier turns, if it has them."""
    return after_history(row, map_alpaca(row)["messages"])


def map_question_answer_talk(row: dict) -> dict:
    """A question and its answer after a system prompt and earlier turns, if any."""
    return after_history(row, map_question_answer(row)["messages"])


def after_history(row: dict, asked: list[dict]) -> dict:
    """What is asked, after a row's history: a list of [question, answer] pairs."""
    messages = []
    for pair in optional_list(row, "history"):
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("history is not a list of questions with their answers")
        question, answer = (text_of({"history": text}, "history") for text in pair)
        messages += exchange(question, answer)
    return {"messages": with_system(messages + asked, optional_text(row, "system"))}


def map_reading(row: dict) -> dict:
    """A question about a sentence or a longer passage, and its answer."""
    question = text_of(row, "sentence") + "\n\n" + text_of(row, "question")
    return {"messages": exchange(question, text_of(row, "answer"))}


def map_translation(row: dict) -> dict:
    """A text and its translation."""
    return {"messages": exchange(text_of(row, "source"), text_of(row, "target"))}


def map_classification(row: dict) -> dict:
    """A text, or two that belong together, and the name of its class."""
    text = text_of(row, "text")
    if second := optional_text(row, "second_text"):
        text += "\n\n" + second
    return {"messages": exchange(text, text_of(row, "label"))}


def map_summary(row: dict) -> dict:
    """A long text and its summary."""
    return {"messages": exchange(text_of(row, "article"), text_of(row, "summary"))}


def map_code(row: dict) -> dict:
    """What a program should do, and the program."""
    return {"messages": exchange(text_of(row, "description"), text_of(row, "code"))}


def map_triple(row: dict) -> dict:
    """A fact of a knowledge graph; its object is to be found."""
    question = f"({text_of(row, 'subject')}, {text_of(row, 'predicate')}, ?)"
    return {"messages": exchange(question, text_of(row, "object"))}


def map_text(row: dict) -> dict:
    """Plain text, all of it to be learned."""
    return {"text": text_of(row, "text")}
