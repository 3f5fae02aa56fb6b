"""One turn of a conversation, in any of the shapes that data sets use."""

import json
from typing import Any

from webui.rows.mapping.answers import answer_of
from webui.rows.mapping.flags import is_only_read
from webui.rows.mapping.thoughts import joined, thought_in, thought_text
from webui.rows.mapping.tool_calls import read_calls
from webui.rows.mapping.values import (
    as_text,
    is_left_out,
    meaning,
    name_kind,
    optional_text,
    parsed,
    text_of,
    with_system,
)

SIDES = (
    ("human", "assistant"),
    ("user", "assistant"),
    ("input", "output"),
    ("question", "answer"),
)
ROLES: dict[str, str] = meaning("roles")
SAID = ("content", "value", "text", "parts")
TEXTS = ("text", "input_text", "output_text")
THOUGHTS = ("thinking", "reasoning", "thought", "think", "reasoning_content")


def read_turn(turn: object, number: int) -> list[dict[str, Any]]:
    """The messages of one turn, which stands at a number from 0 in its conversation.

    It is {"role", "content"}, {"from", "value"}, a text (the user begins, and the two
    take turns), or an object with a question and its answer.
    """
    place = f"message {number + 1}"
    if isinstance(turn, str):
        text = as_text(turn, place)
        if number % 2:
            return [answer_of(text, place)]
        return [{"role": "user", "content": text}]
    if not isinstance(turn, dict):
        raise ValueError(f"{place} is {name_kind(turn)}, not an object")
    if sides := sides_of(turn):
        return both_sides(turn, *sides)
    return read_message(turn, place)


def sides_of(turn: dict[str, Any]) -> tuple[str, str] | None:
    """What the question and the answer of a turn with both are called in it."""
    if speaker_of(turn) is not None:
        return None
    return next((sides for sides in SIDES if turn.keys() >= {*sides}), None)


def both_sides(turn: dict[str, Any], question: str, answer: str) -> list[dict]:
    """The messages of a turn with a question and its answer."""
    asked = {"role": "user", "content": text_of(turn, question)}
    said = {
        **{key: value for key, value in turn.items() if key not in SAID},
        "role": "assistant",
        "content": text_of(turn, answer),
    }
    return with_system(
        [asked, *read_message(said, answer)], optional_text(turn, "system")
    )


def read_message(turn: dict[str, Any], place: str) -> list[dict[str, Any]]:
    """A message with its role and content in the usual words; an empty system
    prompt is none. Only a message that calls a tool needs no content."""
    role = role_of(turn, place)
    if role == "assistant":
        return [read_answer(turn, place)]
    if not is_left_out(turn.get("tool_calls") or turn.get("function_call")):
        if read_calls(turn.get("tool_calls") or turn.get("function_call"), place):
            raise ValueError(f"{place} calls a tool and is not the assistant's")
    content, thoughts = content_of(turn, place)
    if role == "thought":
        thoughts = [thought_text(content, place), *thoughts]
        return [{"role": role, "content": joined(thoughts)}]
    if role == "system" and is_left_out(content):
        return []
    message: dict[str, Any] = {"role": role, **name_in_turn(turn)}
    if role == "tool":
        return [{**message, "content": result_text(content, place)}]
    if content is None:
        raise ValueError(f"{place} lacks content")
    return [{**message, "content": as_text(content, place)}]


def name_in_turn(turn: dict[str, Any]) -> dict[str, str]:
    """The name of a speaker or tool, and the call that a result belongs to."""
    return {k: text_of(turn, k) for k in ("name", "tool_call_id") if turn.get(k)}


def read_answer(turn: dict[str, Any], place: str) -> dict[str, Any]:
    """An answer with its thought, its calls, and whether it is only read."""
    content, thoughts = content_of(turn, place)
    given = turn.get("tool_calls") or turn.get("function_call")
    if speaker_of(turn) == "function_call" and not given and content is not None:
        given, content = parsed(as_text(content, place), place), None
    calls = read_calls(given, place)
    if turn.get("channel") == "analysis" and not calls:
        return {"role": "thought", "content": thought_text(content, place)}
    message: dict[str, Any] = {"role": "assistant", "content": ""}
    if not (calls and is_left_out(content)):
        if content is None:
            raise ValueError(f"{place} lacks content")
        text = as_text(content, place)
        message = answer_of(text, place, may_be_empty=bool(calls))
        if message["role"] == "thought":
            return message
    said = message.pop("reasoning_content", "")
    if thought := joined([thought_in(turn, place), *thoughts, said]):
        message["reasoning_content"] = thought
    if calls:
        message["tool_calls"] = [*message.get("tool_calls", []), *calls]
    if is_only_read(turn, place):
        message["weight"] = 0
    return {**message, **name_in_turn(turn)}


def speaker_of(turn: dict[str, Any]) -> str | None:
    """Who speaks, in the data's own word."""
    given = turn.get("role") or turn.get("from")
    return None if given is None else str(given).strip().lower()


def role_of(turn: dict[str, Any], place: str) -> str:
    """Who speaks: user, assistant, system or tool, or a thought."""
    given = speaker_of(turn)
    if given is None:
        raise ValueError(f"{place} lacks a role")
    if given not in ROLES:
        raise ValueError(f"{place} has an unknown role")
    return ROLES[given]


def content_of(turn: dict[str, Any], place: str) -> tuple[object, list[str]]:
    """What is said, and the thoughts among its parts; the texts of parts are joined."""
    filled = (turn[key] for key in SAID if turn.get(key) is not None)
    content: object = next(filled, None)
    if not isinstance(content, list) or role_of(turn, place) in ("tool", "thought"):
        return content, []
    texts, thoughts = [], []
    for part in content:
        part = {"type": "text", "text": part} if isinstance(part, str) else part
        kind = part.get("type") or "text" if isinstance(part, dict) else None
        if kind in THOUGHTS or (kind in TEXTS and part.get("thought") is True):
            thoughts.append(thought_text(part, place))
        elif kind in TEXTS and "text" in part:
            texts.append(text_of(part, "text"))
        else:
            raise ValueError(f"{place} holds an image or another part that is not text")
    return ("".join(texts) if texts or not thoughts else None), thoughts


def result_text(content: object, place: str) -> str:
    """What a tool returned, as text: objects as JSON; it may return nothing."""
    if is_left_out(content):
        return ""
    if isinstance(content, list) and all(is_text_part(part) for part in content):
        content = "".join(p if isinstance(p, str) else p["text"] for p in content)
    if isinstance(content, dict | list):
        content = json.dumps(content, ensure_ascii=False, default=str)
    return as_text(content, place) if str(content).strip() else ""


def is_text_part(part: object) -> bool:
    """Whether a part of a content is text."""
    if isinstance(part, dict):
        return part.get("type") in TEXTS and isinstance(part.get("text"), str)
    return isinstance(part, str)
