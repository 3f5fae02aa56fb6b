"""How a chat template takes the calls of tools, found by trying it."""

import json
from itertools import product
from typing import Any, Literal

from webui.chat.probes import NAME, QUESTION, TOOL, VALUE, call, probe_question
from webui.chat.template import Template

# What a template writes for a null: JSON's word, also where it is a value in Python's
# own syntax; JSON's word if it is handed as text; or None among JSON, which is wrong.
Null = Literal["null", "as text", "None"]
NO_NULL = (
    "the chat template refuses calls of tools (it writes None where they hold null)"
)


def taken_calls(template: Template, parts: bool) -> tuple[str | None, bool]:
    """How a template takes a call of a tool: its empty content, its arguments."""
    ways: product[tuple[bool, str | None]] = product((False, True), ("", None))
    for as_text, empty in ways:  # the usual way first
        text = with_call(template, parts, call(VALUE, as_text), empty)
        if NAME in text and VALUE in text and "None" not in text:
            return empty, as_text
    return "", False


def with_call(
    template: Template, parts: bool, made: dict[str, Any], empty: str | None = ""
) -> str:
    """What a template writes of a call; empty where it refuses."""
    message = {"role": "assistant", "content": empty, "tool_calls": [made]}
    text = template.try_to_write([probe_question(parts), message], [TOOL], {}) or ""
    return text.rpartition(QUESTION)[2]


def null_in_calls(template: Template, parts: bool) -> Null:
    """What a template makes of a null among the arguments of a call."""
    text = with_call(template, parts, call(None))
    if "None" not in text:
        return "null"
    if text.replace("None", "null") == with_call(template, parts, call("null")):
        return "as text"
    # Where a truth is written True as well, the call is Python, and None is right.
    return "null" if "True" in with_call(template, parts, call(True)) else "None"


def spoken_arguments(given: Any, as_text: bool, null: Null) -> Any:
    """The arguments of a call as the template takes them.

    Raises:
        ValueError: if it cannot write a null among them.
    """
    if as_text and not isinstance(given, str):
        return json.dumps(given, ensure_ascii=False)
    if null == "None" and holds_null(given):
        raise ValueError(NO_NULL)
    if null == "as text" and isinstance(given, dict):
        return {key: "null" if v is None else v for key, v in given.items()}
    return given


def holds_null(value: Any) -> bool:
    """Whether a null stands anywhere in a value."""
    if isinstance(value, dict):
        return any(map(holds_null, value.values()))
    if isinstance(value, list):
        return any(map(holds_null, value))
    return value is None
