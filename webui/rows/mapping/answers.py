"""The answer of the assistant: what it says, and the thought before it."""

from typing import Any

from webui.rows.mapping.channels import has_channels, read_channels
from webui.rows.mapping.thoughts import (
    joined,
    opened_by,
    split_thought,
    thought_text,
)
from webui.rows.mapping.values import text_of


def answer_of(text: str, place: str, *, may_be_empty: bool = False) -> dict[str, Any]:
    """The message of an answer, with the thought at its start apart from it."""
    if has_channels(text):
        message = read_channels(text, place)
        if is_only_thought(message):
            return {"role": "thought", "content": message["reasoning_content"]}
    else:
        thought, said = split_thought(text, place)
        message = {"role": "assistant", "content": said}
        if thought:
            message["reasoning_content"] = thought
    if not message["content"].strip():
        if not (may_be_empty or message.get("tool_calls")):
            raise ValueError(f"{place} is a thought without an answer")
        message["content"] = ""
    return message


def is_only_thought(message: dict[str, Any]) -> bool:
    """Whether channels hold a thought whose answer comes in the next message."""
    said = message["content"].strip() or "tool_calls" in message
    return not said and "reasoning_content" in message


def asked_and_answered(
    question: str, row: dict[str, Any], name: str
) -> list[dict[str, Any]]:
    """A question of the user, and the answer in a column of a row."""
    answer = text_of(row, name)
    question, answer = opened_by(question, answer) or (question, answer)
    return [{"role": "user", "content": question}, answer_of(answer, name)]


def with_thought(mapped: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """A mapped row with the thought in a column of its own before its last answer."""
    thought = thought_text(row.get("reasoning"), "reasoning")
    if not thought or "messages" not in mapped:
        return mapped
    *earlier, answer = mapped["messages"]
    both = joined([thought, answer.get("reasoning_content", "")])
    answer = {**answer, "reasoning_content": both}
    return {**mapped, "messages": [*earlier, answer]}
