"""Mappers of formats whose rows are conversations, or judge the ends of some."""

import re

from webui.planner.mapping.transcripts import split_transcript
from webui.planner.mapping.turns import read_turn, tools_of
from webui.planner.mapping.values import (
    list_of,
    optional_list,
    optional_text,
    parsed,
    text_of,
    with_system,
)


def map_messages(row: dict) -> dict:
    """A list of messages, in any of the common shapes, maybe with tools."""
    messages = conversation(list_of(row, "messages"))
    mapped = {"messages": with_system(messages, optional_text(row, "system"))}
    tools = tools_of(row)
    return {**mapped, "tools": tools} if tools else mapped


def map_transcript(row: dict) -> dict:
    """A whole conversation in one text, with markers like Human: and Assistant:."""
    turns = split_transcript(text_of(row, "text"))
    if not turns:
        raise ValueError("text holds no turns marked like Human: and Assistant:")
    system = optional_text(row, "system").removeprefix("SYSTEM: ")
    return {"messages": with_system(conversation(turns), system)}


def map_prompt_completion(row: dict) -> dict:
    """A prompt and its completion, each a text or a list of messages."""
    messages = dialogue(row, "prompt", "completion")
    return {"messages": with_system(messages, optional_text(row, "system"))}


def map_preference(row: dict) -> dict:
    """A prompt and two answers: the chosen one is learned, the rejected one is not.

    Without a prompt each answer is a whole conversation, as messages or in one text.
    """
    chosen = judged(row, "chosen")
    judged(row, "rejected")  # not learned from, but a row without it is damaged
    return {"messages": with_system(chosen, optional_text(row, "system"))}


def judged(row: dict, answer: str) -> list[dict]:
    """The conversation that ends with the chosen or with the rejected answer."""
    if row.get("prompt") is None and isinstance(row.get(answer), str):
        turns = split_transcript(text_of(row, answer))
        if turns:
            return conversation(turns)
    return dialogue(row, "prompt", answer)


def map_preferred(row: dict) -> dict:
    """A prompt and the preferred one of several responses, as text or by its number.

    Numbers count from 0.
    """
    given = optional_list(row, "responses")
    responses = [text_of({"responses": one}, "responses") for one in given]
    answer = text_of(row, "preferred_response")
    named = answer.strip().isdecimal() and answer not in responses
    if isinstance(row["preferred_response"], int) or (responses and named):
        if not (named and int(answer) < len(responses)):
            raise ValueError("preferred_response is not the number of a response")
        answer = responses[int(answer)]
    return {"messages": dialogue({**row, "answer": answer}, "prompt", "answer")}


def map_rating(row: dict) -> dict:
    """A prompt and a completion that was rated good; a bad one is not imitated."""
    rating = text_of(row, "label").strip().lower()
    if rating in ("false", "0", "0.0", "-1", "bad", "no"):
        raise ValueError("is rated bad, so there is nothing to imitate")
    if rating not in ("true", "1", "1.0", "good", "yes"):
        raise ValueError("label is neither true nor false")
    return {"messages": dialogue(row, "prompt", "completion")}


def dialogue(row: dict, prompt: str, answer: str) -> list[dict]:
    """The conversation of a prompt and an answer, each a text or a list of messages.

    An answer that holds the whole conversation, from its question on, stands alone.
    """
    answered = messages_in(row, answer, "assistant")
    if any(message["role"] == "user" for message in answered):
        return conversation(answered)
    return conversation(messages_in(row, prompt, "user") + answered)


def messages_in(row: dict, name: str, role: str) -> list[dict]:
    """The messages in a column; a text is one message of the given role."""
    value = row.get(name)
    if isinstance(value, str) and re.match(
        r"\[\s*\{.*['\"](role|from)['\"]:", value, re.DOTALL
    ):
        value = parsed(value, name)  # a table holds messages as JSON text
    if isinstance(value, list) and any(isinstance(turn, dict) for turn in value):
        return [
            message for n, turn in enumerate(value) for message in read_turn(turn, n)
        ]
    text = text_of(row, name)
    turns = split_transcript(text) if role == "user" else []
    if turns and turns[-1] == {"role": "assistant", "content": ""}:
        return turns[:-1]  # a transcript that waits for the assistant
    return [{"role": role, "content": text}]


def conversation(turns: list) -> list[dict]:
    """The messages of all turns, up to the last answer: what follows is not learned."""
    messages = [
        message for n, turn in enumerate(turns) for message in read_turn(turn, n)
    ]
    answers = [
        n for n, message in enumerate(messages) if message["role"] == "assistant"
    ]
    if not answers:
        raise ValueError("holds no answer of the assistant")
    return messages[: answers[-1] + 1]
