"""What can be trained for with a chat template, told in a few words."""

from dataclasses import dataclass
from typing import Any

from webui.chat.conversation import Chat, Rendered, chat_of, render
from webui.chat.spoken import THOUGHT
from webui.chat.template import Message, Options, Template
from webui.chat.thoughts import APART, AS_PART, INLINE

ASKS: Message = {"role": "user", "content": "When is high water?"}
TELLS: Message = {"role": "assistant", "content": "It is at noon."}
SYSTEM: Message = {"role": "system", "content": "You know every harbour."}
THINKS: Message = {**TELLS, THOUGHT: "The moon is new."}
TIDE = {"name": "tide_at", "description": "When the tide is high."}
TIDE_SHAPE = {"type": "object", "properties": {"harbour": {"type": "string"}}}
TOOLS = [{"type": "function", "function": {**TIDE, "parameters": TIDE_SHAPE}}]
CALL = {"name": "tide_at", "arguments": {"harbour": "Crail"}}
CALLS: Message = {
    "role": "assistant",
    "content": "",
    "tool_calls": [{"id": "call00001", "type": "function", "function": CALL}],
}
RESULT: Message = {
    "role": "tool",
    "name": "tide_at",
    "tool_call_id": "call00001",
    "content": "12:04",
}
PLACES = {INLINE: "in the text", AS_PART: "a part of the content", "": "left out"}


@dataclass(frozen=True)
class Portrait:
    """A template in words: how it takes several exchanges, a system text, thoughts and
    tools."""

    several: str
    system: str
    thoughts: str
    tools: str


def portrait(template: Template) -> Portrait:
    """Try a template with small conversations, and tell what came of them."""
    chat = chat_of(template)
    called = [ASKS, CALLS, RESULT, TELLS]
    return Portrait(
        told(chat, [ASKS, TELLS, ASKS, TELLS]),
        "yes" if (t := told(chat, [SYSTEM, ASKS, TELLS])) == "one sequence" else t,
        thoughts_of(chat),
        "yes" if (t := told(chat, called, TOOLS)) in SEQUENCES else t,
    )


SEQUENCES = ("one sequence", "a row for each answer")


def told(chat: Chat, messages: list[Message], tools: Any = None) -> str:
    """What becomes of a conversation, or why it is left out."""
    rendered = tried(chat, messages, tools)
    if isinstance(rendered, str):
        return f"refused: “{rendered}”"
    if rendered.lost:
        return "would be lost: " + ", ".join(sorted(rendered.lost))
    return SEQUENCES[len(rendered.sequences) > 1]


def tried(chat: Chat, messages: list[Message], tools: Any) -> Rendered | str:
    """A conversation's sequences; the template's own words where it refuses."""
    try:
        return render({"messages": messages, "tools": tools}, chat)
    except ValueError as error:
        return str(error).partition("(")[2].removesuffix(")")


def thoughts_of(chat: Chat) -> str:
    """Where thoughts are read, and what switches them on and off."""
    dialect = chat.dialect
    rendered = tried(chat, [ASKS, THINKS], None)
    if isinstance(rendered, str) or "thought" in rendered.lost:
        return PLACES[""]
    place = PLACES.get(dialect.thought, f"`{dialect.thought}`")
    if dialect.thought == APART:
        place = "after the tag that it opens"
    switch = [switched(dialect.thinking), switched(dialect.silent)]
    with_switch = " / ".join(name for name in switch if name)
    return f"{place}; {with_switch}" if with_switch else place


def switched(options: Options) -> str:
    """A template's options as one writes them."""
    return ", ".join(f"`{name}={value}`" for name, value in options.items())
