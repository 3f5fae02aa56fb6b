"""One turn of a conversation, in any of the shapes that data sets use."""

import json

from webui.planner.mapping.values import (
    exchange,
    kind_of,
    optional_list,
    optional_text,
    parsed,
    refuse_halves,
    text_of,
    with_system,
)


def read_turn(turn: object, number: int) -> list[dict]:
    """The messages of one turn, which stands at a number from 0 in its conversation.

    It is {"role", "content"}, {"from", "value"}, a text (the user begins, and the two
    take turns), or an object with a question and its answer.
    """
    place = f"message {number + 1}"
    if isinstance(turn, str):
        role = "assistant" if number % 2 else "user"
        return [{"role": role, "content": text_of({place: turn}, place)}]
    if not isinstance(turn, dict):
        raise ValueError(f"{place} is {kind_of(turn)}, not an object")
    sides = [
        ("human", "assistant"),
        ("user", "assistant"),
        ("input", "output"),
        ("question", "answer"),
    ]
    for question, answer in sides:
        if question in turn and answer in turn:
            asked = exchange(text_of(turn, question), text_of(turn, answer))
            return with_system(asked, optional_text(turn, "system"))
    return read_message(turn, place)


def read_message(turn: dict, place: str) -> list[dict]:
    """A message with its role and content in the usual words; an empty system
    prompt is none. Only a message that calls a tool needs no content."""
    role = role_of(turn, place)
    content = content_of(turn, place)
    message = {"role": role, "content": content}
    for key in ("name", "tool_call_id"):
        if turn.get(key):
            message[key] = text_of(turn, key)
    if role == "assistant" and turn.get("weight") == 0:
        message["weight"] = 0  # an answer that is read and not learned
    if calls := tool_calls_of(turn, content, place):
        called = turn.get("tool_calls") or turn.get("function_call")
        return [
            {**message, "content": content if called else None, "tool_calls": calls}
        ]
    if role == "system" and content in (None, ""):
        return []
    if content is None:
        raise ValueError(f"{place} lacks content")
    return [{**message, "content": text_of({place: content}, place)}]


def role_of(turn: dict, place: str) -> str:
    """Who speaks: user, assistant, system or tool."""
    given = turn.get("role") or turn.get("from")
    names = {
        "user": ("user", "human", "prompter"),
        "assistant": ("assistant", "gpt", "bot", "model", "chatgpt", "bing", "bard")
        + ("function_call",),
        "system": ("system", "developer"),
        "tool": ("tool", "observation", "function", "function_response"),
    }
    if given is None:
        raise ValueError(f"{place} lacks a role")
    for role, others in names.items():
        if str(given).strip().lower() in others:
            return role
    raise ValueError(f"{place} has an unknown role")


def content_of(turn: dict, place: str) -> object:
    """What is said; the parts of a text are joined, other parts are refused."""
    content = turn.get("content", turn.get("value", turn.get("text")))
    if not isinstance(content, list):
        return content
    texts = []
    for part in content:
        part = {"type": "text", "text": part} if isinstance(part, str) else part
        if not isinstance(part, dict) or part.get("type") != "text":
            raise ValueError(f"{place} holds an image or another part that is not text")
        texts.append(text_of(part, "text"))
    return "".join(texts)


def tool_calls_of(turn: dict, content: object, place: str) -> list[dict]:
    """The calls of tools that a message makes; ShareGPT has them as its content."""
    calls = turn.get("tool_calls") or turn.get("function_call")
    said = content is not None
    if said and (turn.get("role") or turn.get("from")) == "function_call":
        calls = parsed(text_of({place: content}, place), place)
    calls = [calls] if isinstance(calls, dict) else calls
    if not calls:
        return []
    if not isinstance(calls, list):
        raise ValueError(f"{place} holds tool calls that are no list")
    refuse_halves(json.dumps(calls, ensure_ascii=False, default=str), place)
    return [read_tool_call(call, place) for call in calls]


def read_tool_call(call: object, place: str) -> dict:
    """A call as chat templates read it: its arguments are an object, not JSON text."""
    function = call.get("function", call) if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict):
        raise ValueError(f"{place} holds a tool call that is no object")
    if not function.get("name"):
        raise ValueError(f"{place} holds a tool call without a name")
    arguments = function.get("arguments") or {}
    if isinstance(arguments, str):
        arguments = parsed(arguments, place)
    named = {"name": function["name"], "arguments": arguments}
    identity = {"id": call["id"]} if call.get("id") else {}
    return {**identity, "type": "function", "function": named}


def tools_of(row: dict) -> list[dict]:
    """The tools that a conversation may call, each inside its "function"."""
    tools = optional_list(row, "tools")
    if not all(isinstance(tool, dict) for tool in tools):
        raise ValueError("tools holds a value that is no object")
    refuse_halves(json.dumps(tools, ensure_ascii=False, default=str), "tools")
    return [
        tool if "function" in tool else {"type": "function", "function": tool}
        for tool in tools
    ]
