"""What a conversation says and its text does not: nothing may get lost in silence."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from webui.chat.answers import Answer
from webui.chat.spoken import THOUGHT
from webui.chat.template import Message, Tools

Lost = Literal["answer", "thought", "call", "question", "system", "result", "tools"]
SAID: dict[str, Lost] = {"user": "question", "system": "system", "tool": "result"}


def lost(
    messages: Sequence[Message],
    tools: Tools,
    found: Sequence[Answer],
    *,
    thoughts: bool,
) -> Iterator[Lost]:
    """What of a conversation stands neither in what is read nor in what is learned."""
    for answer in found:
        yield from lost_in_answer(messages[answer.turn], answer.learned, thoughts)
    if not found:
        return
    read = found[-1].text
    for message in messages[: found[-1].turn]:
        if not holds(read, message.get("content")):
            yield SAID.get(message["role"], "answer")
    if any(name_of(tool) not in read for tool in tools or ()):
        yield "tools"


def lost_in_answer(message: Message, learned: str, thoughts: bool) -> Iterator[Lost]:
    """What an answer says that is not learned."""
    if not holds(learned, message.get("content")):
        yield "answer"
    if thoughts and not holds(learned, message.get(THOUGHT)):
        yield "thought"
    for call in message.get("tool_calls") or ():
        function = call["function"]
        given = (function["name"], *leaves(function["arguments"]))
        if not all(is_written(learned, value) for value in given):
            yield "call"


def holds(text: str, said: object) -> bool:
    """Whether a text holds what is said, but for the blanks around it."""
    return str(said or "").strip() in text


def leaves(value: Any) -> Iterator[Any]:
    """The names and single values inside a call's arguments."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def is_written(text: str, value: Any) -> bool:
    """Whether a value stands in a text, in one of the ways to write it."""
    if isinstance(value, str) and value.strip() in text:
        return True
    ways = [json.dumps(value), json.dumps(value, ensure_ascii=False), str(value)]
    return any(way.removeprefix('"').removesuffix('"') in text for way in ways)


def name_of(tool: dict[str, Any]) -> str:
    """The name of a tool."""
    return str(tool.get("function", tool).get("name"))
