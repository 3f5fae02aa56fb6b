"""Mappers of formats whose rows are conversations."""

import re
from typing import Any

from webui.rows.mapping.answers import answer_of
from webui.rows.mapping.flags import refuse_flags_beside
from webui.rows.mapping.thoughts import joined, opened_by, split_thought
from webui.rows.mapping.tool_calls import tools_of, without_fillers
from webui.rows.mapping.transcripts import split_transcript
from webui.rows.mapping.turns import ROLES, SAID, read_turn, speaker_of
from webui.rows.mapping.values import (
    list_of,
    optional_text,
    parsed,
    text_of,
    with_system,
)

LONE = ({"role", "content"}, {"from", "value"})  # of a message that stands alone
# A list that begins with a message by a speaker.
BEGUN = re.compile(r"\[\s*\{\s*['\"](?:role|from)['\"]\s*:\s*['\"](\w+)['\"]")
IN_JSON = re.compile(r"(\[\s*)?\{.*['\"](role|from)['\"]\s*:", re.DOTALL)


def map_messages(row: dict[str, Any]) -> dict[str, Any]:
    """A list of messages, in any of the common shapes, maybe with tools."""
    turns = list_of(row, "messages")
    refuse_flags_beside(row, len(turns))
    tools = tools_of(row)
    messages = without_fillers(conversation(turns), tools)
    mapped = {"messages": with_system(messages, optional_text(row, "system"))}
    return {**mapped, "tools": tools} if tools else mapped


def map_transcript(row: dict[str, Any]) -> dict[str, Any]:
    """A whole conversation in one text, with markers like Human: and Assistant:."""
    turns = split_transcript(text_of(row, "text"))
    if not turns:
        raise ValueError("text holds no turns marked like Human: and Assistant:")
    system = optional_text(row, "system").removeprefix("SYSTEM: ")
    return {"messages": with_system(conversation(turns), system)}


def map_prompt_completion(row: dict[str, Any]) -> dict[str, Any]:
    """A prompt and its completion, each a text or a list of messages."""
    messages = dialogue(row, "prompt", "completion")
    return {"messages": with_system(messages, optional_text(row, "system"))}


def dialogue(
    row: dict[str, Any], prompt: str, answer: str, *, learned: bool = True
) -> list[dict[str, Any]]:
    """The conversation of a prompt and an answer, each a text or a list of messages.

    An answer that holds the whole conversation, from its question on, stands alone.
    Answers before the last question are read and not learned.
    """
    if isinstance(row.get(prompt), str) and isinstance(row.get(answer), str):
        if found := opened_by(row[prompt], row[answer]):
            row = {**row, prompt: found[0], answer: found[1]}
    answered = messages_in(row, answer, "assistant")
    if any(message["role"] == "user" for message in answered):
        return completed(settled(answered, learned=learned))
    asked = messages_in(row, prompt, "user")
    return completed(settled(asked + answered, learned=learned))


def completed(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, of which only what follows the last question is learned."""
    asked = [n for n, message in enumerate(messages) if message["role"] == "user"]
    last = asked[-1] if asked else -1
    return [
        {**message, "weight": 0}
        if n < last and message["role"] == "assistant"
        else message
        for n, message in enumerate(messages)
    ]


def messages_in(row: dict[str, Any], name: str, role: str) -> list[dict[str, Any]]:
    """The messages in a column; a text is one message of the given role."""
    value = row.get(name)
    if isinstance(value, str) and (turns := turns_in(value, name)):
        value = turns
    if isinstance(value, dict) and (value.get("role") or value.get("from")):
        value = [value]
    if isinstance(value, list) and any(isinstance(turn, dict) for turn in value):
        return messages_of(value)
    text = text_of(row, name)
    if role == "assistant":
        return [answer_of(text, name)]
    turns = split_transcript(text)
    if turns and turns[-1] == {"role": "assistant", "content": ""}:
        return messages_of(turns[:-1])  # a transcript that waits for the assistant
    return [{"role": role, "content": text}]


def turns_in(text: str, name: str = "") -> list[Any] | None:
    """The messages that a table holds as JSON text; None for any other text, such as an
    answer that is JSON itself and happens to have a "role" or a "from".

    One message among others is enough: its reader tells what is odd about the others.
    Raises ValueError for messages that are broken off.
    """
    if not IN_JSON.match(text.lstrip()):
        return None
    try:
        values: Any = parsed(text, name)
    except ValueError:
        begun = BEGUN.match(text.lstrip())
        if begun and begun[1].lower() in ROLES:
            raise
        return None
    if isinstance(values, dict):
        values = [values] if values.keys() in LONE else []
    good = isinstance(values, list) and any(map(is_message, values))
    return values if good else None


def is_message(value: Any) -> bool:
    """Whether a value speaks in a role that is known, and says something."""
    return (
        isinstance(value, dict)
        and speaker_of(value) in ROLES
        and any(key in value for key in (*SAID, "tool_calls", "function_call"))
    )


def conversation(turns: list[Any]) -> list[dict[str, Any]]:
    """The messages of all turns, up to the last answer: what follows is not learned."""
    return settled(messages_of(turns))


def messages_of(turns: list[Any]) -> list[dict[str, Any]]:
    """The messages of all turns, one after another."""
    return [message for n, turn in enumerate(turns) for message in read_turn(turn, n)]


def settled(
    messages: list[dict[str, Any]], *, learned: bool = True
) -> list[dict[str, Any]]:
    """Messages up to the last answer, each thought in the answer that it belongs to.

    At least one of the answers must be learned, unless none is meant to be.
    """
    messages = opened_by_prompts(with_thoughts(messages))
    answers = [n for n, one in enumerate(messages) if one["role"] == "assistant"]
    if not answers:
        raise ValueError("holds no answer of the assistant")
    if learned and all("weight" in messages[n] for n in answers):
        raise ValueError("marks every answer as not learned")
    return messages[: answers[-1] + 1]


def with_thoughts(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, with thoughts that are turns of their own put into the answers."""
    settled: list[dict[str, Any]] = []
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "thought":
            waiting.append(message["content"])
            continue
        if waiting and message["role"] != "assistant":
            raise ValueError("holds a thought without an answer")
        if thought := joined([*waiting, message.get("reasoning_content", "")]):
            message = {**message, "reasoning_content": thought}
        waiting = []
        settled.append(message)
    if waiting:
        raise ValueError("holds a thought without an answer")
    return settled


def opened_by_prompts(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages, with questions that end with <think> without it."""
    for n, (asked, answer) in enumerate(zip(messages, messages[1:], strict=False)):
        if asked["role"] != "user" or answer["role"] != "assistant":
            continue
        thought = answer.get("reasoning_content", "")
        closed = f"{thought}</think>{answer['content']}" if thought else ""
        if found := opened_by(asked["content"], closed or answer["content"]):
            messages[n] = {**asked, "content": found[0]}
            if not thought:
                thought, said = split_thought(found[1], f"message {n + 2}")
                answer = {**answer, "content": said, "reasoning_content": thought}
                messages[n + 1] = answer
    return messages
