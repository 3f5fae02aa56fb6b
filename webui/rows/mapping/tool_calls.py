"""Calls of tools, and the tools that may be called."""

import json
from typing import Any

from webui.rows.mapping.values import (
    is_left_out,
    name_kind,
    optional_list,
    parsed,
    refuse_halves,
)

ARGUMENTS = ("arguments", "parameters", "args", "input")


def read_calls(calls: object, place: str) -> list[dict[str, Any]]:
    """The calls of a message: a list of them or one, also as JSON text."""
    if isinstance(calls, str):
        calls = parsed(calls, place)
    calls = [calls] if isinstance(calls, dict) else calls
    if is_left_out(calls):
        return []
    if not isinstance(calls, list):
        raise ValueError(f"{place} holds tool calls that are no list")
    refuse_halves(json.dumps(calls, ensure_ascii=False, default=str), place)
    return [read_call(call, place) for call in calls if not is_filler(call)]


def is_filler(value: object) -> bool:
    """Whether an object has only nulls: so tables with nested columns say nothing."""
    if isinstance(value, dict):
        return all(is_filler(inner) for inner in value.values()) and bool(value)
    return value is None


def read_call(call: object, place: str) -> dict[str, Any]:
    """A call as chat templates read it: its arguments are an object, not JSON text."""
    if isinstance(call, str):
        call = parsed(call, place)
    if not isinstance(call, dict):
        raise ValueError(f"{place} holds a tool call that is no object")
    function = call if is_left_out(call.get("function")) else call["function"]
    if isinstance(function, str) and "name" not in call:
        function = parsed(function, place)
    if isinstance(function, str):
        function = call
    if not isinstance(function, dict):
        raise ValueError(f"{place} holds a tool call that is no object")
    name = function.get("name")
    if not (name and isinstance(name, str)):
        raise ValueError(f"{place} holds a tool call without a name")
    named = {"name": name, "arguments": arguments_of(function, place)}
    identity = call.get("id") or call.get("call_id")
    return {
        **({"id": identity} if identity else {}),
        "type": "function",
        "function": named,
    }


def arguments_of(function: dict[str, Any], place: str) -> dict[str, Any]:
    """The arguments of a call, as an object; JSON text is read, quoted or not."""
    given = (function[key] for key in ARGUMENTS if function.get(key) is not None)
    arguments: object = next(given, {})
    for _ in range(2):
        if isinstance(arguments, str) and arguments.strip().startswith('"'):
            arguments = unquoted(arguments)
        if isinstance(arguments, str):
            empty = arguments.strip() in ("", "null")
            arguments = {} if empty else parsed(arguments, place)
    if arguments == []:
        arguments = {}
    if not isinstance(arguments, dict):
        kind = name_kind(arguments)
        raise ValueError(f"{place} calls a tool with arguments that are {kind}")
    return arguments


def unquoted(text: str) -> object:
    """The text inside quotation marks that JSON has put around it; else the text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def tools_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The tools that a conversation may call, each inside its "function"."""
    tools = [read_tool(tool) for tool in optional_list(row, "tools")]
    refuse_halves(json.dumps(tools, ensure_ascii=False, default=str), "tools")
    return tools


def read_tool(tool: object) -> dict[str, Any]:
    """A tool inside its "function", without the nulls with which tables fill gaps."""
    if isinstance(tool, str):
        tool = parsed(tool, "tools")
    if not isinstance(tool, dict):
        raise ValueError("tools holds a value that is no object")
    wrapped = tool if "function" in tool else {"type": "function", "function": tool}
    filled: dict[str, Any] = without_nulls(wrapped)
    return filled


def without_nulls(value: Any) -> Any:
    """A schema without entries that are null, but for the values that it names."""
    if isinstance(value, dict):
        return {
            key: without_nulls(inner)
            for key, inner in value.items()
            if inner is not None or key in ("default", "const")
        }
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def without_fillers(
    messages: list[dict[str, Any]], tools: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The messages without arguments that are null and that the tool does not take.

    A table with nested columns gives the arguments of all tools to every call.
    """
    takes = {tool["function"].get("name"): known_arguments(tool) for tool in tools}
    for message in messages:
        for call in message.get("tool_calls", ()):
            function = call["function"]
            known = takes.get(function["name"])
            if known is not None:
                function["arguments"] = {
                    key: value
                    for key, value in function["arguments"].items()
                    if value is not None or key in known
                }
    return messages


def known_arguments(tool: dict[str, Any]) -> frozenset[str] | None:
    """The names of the arguments that a tool declares; None where it declares none."""
    parameters = tool["function"].get("parameters")
    properties = parameters.get("properties") if isinstance(parameters, dict) else None
    return frozenset(properties) if isinstance(properties, dict) else None
