"""A conversation in the words that a chat template reads."""

import json
from collections.abc import Sequence

from webui.planner.chat.dialect import APART, Dialect, said, thought_in
from webui.planner.chat.template import Message

THOUGHT = "reasoning_content"  # where our own rows keep a thought


def spoken(
    messages: Sequence[Message], dialect: Dialect, *, thoughts: bool
) -> list[Message]:
    """Messages as the template takes them; without their thoughts, where not wanted.

    What says only how a turn is trained stays behind.
    """
    return [spoken_message(message, dialect, thoughts) for message in messages]


def spoken_message(message: Message, dialect: Dialect, thoughts: bool) -> Message:
    """One message as the template takes it."""
    kept = {k: v for k, v in message.items() if k not in (THOUGHT, "weight")}
    text = message.get("content") or ""
    kept["content"] = said(text, dialect.parts)
    if calls := message.get("tool_calls"):
        kept["tool_calls"] = [spoken_call(call, dialect) for call in calls]
        if not text and not dialect.parts:
            kept["content"] = dialect.empty
    thought = message.get(THOUGHT)
    if thoughts and thought and dialect.thought not in (APART, ""):
        kept |= thought_in(dialect.thought, thought, text, dialect.parts)
    return kept


def spoken_call(call: dict, dialect: Dialect) -> dict:
    """A call of a tool as the template takes it."""
    if not dialect.calls_as_text:
        return call
    function = call["function"]
    text = json.dumps(function["arguments"], ensure_ascii=False)
    return {**call, "function": {**function, "arguments": text}}
