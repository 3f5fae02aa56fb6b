"""Small conversations to try a chat template with, and what it makes of them."""

from typing import Any

from webui.chat.template import Message, Options, Template, Tools

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


def said(text: str, parts: bool) -> Any:
    """A text as a message's content."""
    return [{"type": "text", "text": text}] if parts else text


def probe_question(parts: bool) -> Message:
    """A question to try a template with."""
    return {"role": "user", "content": said(QUESTION, parts)}


def plain_answer(parts: bool) -> Message:
    """An answer without a thought."""
    return {"role": "assistant", "content": said(ANSWER, parts)}


def call(value: Any, as_text: bool = False) -> dict[str, Any]:
    """A call of the probe's tool."""
    given = f'{{"{KEY}": "{value}"}}' if as_text else {KEY: value}
    function = {"name": NAME, "arguments": given}
    return {"id": "callprobe", "type": "function", "function": function}


def asking_of(template: Template, parts: bool, options: Options) -> str | None:
    """How a template asks for the answer to a question; None where it refuses."""
    return template.try_to_write([probe_question(parts)], None, options, ask=True)


def written_answer(
    template: Template,
    message: Message,
    parts: bool,
    options: Options,
    tools: Tools = None,
) -> str | None:
    """What a template writes of an answer after it has asked for it.

    None where it refuses, or asks in another way than it writes.
    """
    before = template.try_to_write([probe_question(parts)], tools, options, ask=True)
    whole = template.try_to_write([probe_question(parts), message], tools, options)
    if before is None or whole is None or not whole.startswith(before):
        return None
    return whole[len(before) :]
