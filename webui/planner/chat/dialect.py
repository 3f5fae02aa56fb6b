"""How a chat template wants to be spoken to, found by trying it.

Families differ in where they read a thought, in how they take a call of a tool, and in
what switches thinking off. Nothing here knows a family by its name: a template is given
small conversations, and what comes out tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from webui.planner.chat.template import Message, Options, Template

# Where templates read a thought. In the text itself it stands between these tags.
FIELDS = ("reasoning_content", "reasoning", "thinking")
INLINE, APART = "inline", "apart"
OPEN, CLOSE = "<think>\n", "\n</think>\n\n"
SWITCHES = ("enable_thinking", "thinking")

QUESTION, ANSWER, THOUGHT = "Qprobe", "Aprobe", "Tprobe"
NAME, KEY, VALUE = "probe_tool", "probe_key", "Vprobe"
TOOL = {
    "type": "function",
    "function": {
        "name": NAME,
        "description": "A probe.",
        "parameters": {"type": "object", "properties": {KEY: {"type": "string"}}},
    },
}


@dataclass(frozen=True)
class Dialect:
    """How a template takes what is said.

    Attributes:
        parts: it takes a content only as a list of parts.
        thought: the field of a message in which it reads a thought; INLINE in the text
            of the answer; APART if it opens a thought when it asks and writes none
            itself; empty if no thought can be learned with it.
        silent: its options when an answer without a thought is asked for.
        thinking: its options when one with a thought is asked for.
        empty: a message's content beside calls of tools where nothing is said.
        calls_as_text: it takes the arguments of a call as JSON text.
        ends: it writes something after an answer that can end it.
    """

    parts: bool = False
    thought: str = INLINE
    silent: Options = field(default_factory=dict)
    thinking: Options = field(default_factory=dict)
    empty: str | None = ""
    calls_as_text: bool = False
    ends: bool = True


def dialect_of(template: Template) -> Dialect:
    """Try a template, and see how it takes what is said."""
    parts = takes_only_parts(template)
    silent = silent_options(template, parts)
    thought, thinking = thought_field(template, parts, silent)
    empty, as_text = taken_calls(template, parts)
    ends = ends_answers(template, parts)
    return Dialect(parts, thought, silent, thinking, empty, as_text, ends)


def ends_answers(template: Template, parts: bool) -> bool:
    """Whether a template writes anything after an answer."""
    message = {"role": "assistant", "content": said(ANSWER, parts)}
    text = template.try_to_write([question(parts), message], None, {})
    return text is None or not text.rstrip().endswith(ANSWER)


def said(text: str, parts: bool) -> Any:
    """A text as a message's content."""
    return [{"type": "text", "text": text}] if parts else text


def question(parts: bool) -> Message:
    """A question to try a template with."""
    return {"role": "user", "content": said(QUESTION, parts)}


def takes_only_parts(template: Template) -> bool:
    """Whether a plain text gets lost or refused, and a list of parts does not."""

    def shown(parts: bool) -> bool:
        answer = {"role": "assistant", "content": said(ANSWER, parts)}
        text = template.try_to_write([question(parts), answer], None, {})
        return text is not None and QUESTION in text and ANSWER in text

    return not shown(False) and shown(True)


def written(
    template: Template, message: Message, parts: bool, options: Options, tools: Any
) -> str | None:
    """What a template writes of an answer after it has asked for it.

    None where it refuses, or asks in another way than it writes.
    """
    asked = template.try_to_write([question(parts)], tools, options, ask=True)
    whole = template.try_to_write([question(parts), message], tools, options)
    if asked is None or whole is None or not whole.startswith(asked):
        return None
    return whole[len(asked) :]


def silent_options(template: Template, parts: bool) -> Options:
    """The options with which a template writes least before an answer's text."""
    message = {"role": "assistant", "content": said(ANSWER, parts)}

    def before(options: Options) -> float:
        text = written(template, message, parts, options, None)
        return text.index(ANSWER) if text and ANSWER in text else float("inf")

    tried: list[Options] = [{}, *({switch: False} for switch in SWITCHES)]
    return min(tried, key=before)


def thought_field(
    template: Template, parts: bool, silent: Options
) -> tuple[str, Options]:
    """Where a template reads a thought, and the options with which it does."""
    tried: list[Options] = [{switch: True} for switch in silent] or [{}]
    tried += [{switch: True} for switch in SWITCHES]
    for options in tried:
        for name in (*FIELDS, INLINE):
            message = {"role": "assistant", "content": said(ANSWER, parts)}
            message |= thought_in(name, THOUGHT, ANSWER, parts)
            text = written(template, message, parts, options, None) or ""
            if THOUGHT in text and text.find(ANSWER) > text.find(THOUGHT):
                return name, options
    asked = template.try_to_write([question(parts)], None, {}, ask=True) or ""
    return (APART, {}) if asked.endswith(OPEN) else ("", silent)


def thought_in(name: str, thought: str, text: str, parts: bool) -> Message:
    """The part of a message that holds a thought, in a field or in its text."""
    if name == INLINE:
        return {"content": said(OPEN + thought + CLOSE + text, parts)}
    return {name: thought} if name in FIELDS else {}


def taken_calls(template: Template, parts: bool) -> tuple[str | None, bool]:
    """How a template takes a call of a tool: its empty content, its arguments."""
    for empty, as_text in ways_to_call():
        calls = {"content": empty, "tool_calls": [call(VALUE, as_text)]}
        turns = [question(parts), {"role": "assistant", **calls}]
        text = template.try_to_write(turns, [TOOL], {}) or ""
        written_after = text.rpartition(QUESTION)[2]
        if NAME in written_after and VALUE in written_after:
            if "None" not in written_after:
                return empty, as_text
    return "", False


def ways_to_call() -> Iterator[tuple[str | None, bool]]:
    """The usual way first."""
    for as_text in (False, True):
        for empty in ("", None):
            yield empty, as_text


def call(value: str, as_text: bool) -> dict[str, Any]:
    """A call of the probe's tool."""
    given = f'{{"{KEY}": "{value}"}}' if as_text else {KEY: value}
    return {"type": "function", "function": {"name": NAME, "arguments": given}}
