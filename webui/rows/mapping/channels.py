"""Answers in the channels of gpt-oss: a thought, calls of tools, what is said."""

import re
from typing import Any

from webui.rows.mapping.thoughts import joined
from webui.rows.mapping.tool_calls import read_call

ENDS = r"<\|(?:end|return|call)\|>"
PART = re.compile(
    r"\s*(?:<\|start\|>assistant)?(?P<before>[^<]*)<\|channel\|>(?P<channel>\w+)"
    r"(?P<after>[^<]*)(?:<\|constrain\|>[^<]*)?<\|message\|>"
    rf"(?P<said>.*?)(?:{ENDS}|(?=<\|start\|>)|\s*\Z)",
    re.DOTALL,
)
CALLED = re.compile(r"to=(?:functions\.)?([^\s<]+)")


def has_channels(text: str) -> bool:
    """Whether a text begins with a channel."""
    start = r"\s*(?:<\|start\|>assistant[^<]*)?<\|channel\|>"
    return re.match(start, text) is not None


def read_channels(text: str, place: str) -> dict[str, Any]:
    """The message that an answer's channels hold together."""
    thoughts, said, calls, at = [], [], [], 0
    while at < len(text.rstrip()):
        part = PART.match(text, at)
        if part is None or part.end() == at:
            raise ValueError(f"{place} has channels that do not fit together")
        at = part.end()
        called = CALLED.search(part["before"] + part["after"])
        if called:
            call = {"name": called[1], "arguments": part["said"]}
            calls.append(read_call(call, place))
        elif part["channel"] == "analysis":
            thoughts.append(part["said"].strip())
        else:
            said.append(part["said"].strip())
    message: dict[str, Any] = {"role": "assistant", "content": "\n\n".join(said)}
    if thought := joined(thoughts):
        message["reasoning_content"] = thought
    return {**message, "tool_calls": calls} if calls else message
