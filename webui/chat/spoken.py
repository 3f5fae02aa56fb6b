"""A conversation in the words that a chat template reads."""

from collections.abc import Sequence

from webui.chat.calls import spoken_arguments
from webui.chat.dialect import Dialect
from webui.chat.probes import said
from webui.chat.template import Message
from webui.chat.thoughts import thought_in

THOUGHT = "reasoning_content"  # where our own rows keep a thought


def spoken(
    messages: Sequence[Message], dialect: Dialect, *, thoughts: bool
) -> list[Message]:
    """Messages as the template takes them; without their thoughts, where not wanted.

    What says only how a turn is trained stays behind.
    """
    return [spoken_message(message, dialect, thoughts) for message in messages]


def spoken_message(message: Message, dialect: Dialect, thoughts: bool) -> Message:
    """One message as the template takes it.

    A name without a value is left out: many templates only ask whether it is there.
    """
    kept = {
        name: value
        for name, value in message.items()
        if value is not None and name not in (THOUGHT, "weight", "tool_calls")
    }
    text = message.get("content") or ""
    kept["content"] = said(text, dialect.parts)
    calls = message.get("tool_calls")
    if calls:
        kept["tool_calls"] = [spoken_call(call, dialect) for call in calls]
        if not text and not dialect.parts:
            kept["content"] = dialect.empty
    thought = message.get(THOUGHT)
    if thoughts and thought:
        name = dialect.calling if calls else dialect.thought
        kept |= thought_in(name, thought, text, dialect.parts, dialect.tags)
    return kept


def spoken_call(call: dict, dialect: Dialect) -> dict:
    """A call of a tool as the template takes it."""
    function = call["function"]
    given = spoken_arguments(function["arguments"], dialect.calls_as_text, dialect.null)
    return {**call, "function": {**function, "arguments": given}}
