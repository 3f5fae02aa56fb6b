"""Mappers of judged answers: the good one is learned, a bad one is kept beside it."""

import re
from collections.abc import Sequence
from typing import Any

from webui.rows.mapping.conversations import (
    conversation,
    dialogue,
    messages_in,
    settled,
)
from webui.rows.mapping.flags import RATINGS
from webui.rows.mapping.tool_calls import tools_of
from webui.rows.mapping.transcripts import split_transcript
from webui.rows.mapping.values import (
    as_text,
    is_left_out,
    optional_list,
    optional_text,
    text_of,
    with_system,
)

PAIR = ("first_response", "second_response")
SIDE = re.compile(
    r"(?:(?:model|response|output|answer|assistant|conversation|completion|option|"
    r"summary)[_\s-]?)?\W*([ab]|\d|first|second|left|right)\W*",
    re.IGNORECASE,
)
LETTERS = {"a": 0, "first": 0, "left": 0, "b": 1, "second": 1, "right": 1}
TIES = ("tie", "both", "neither", "equal", "same", "draw", "none", "tie (bothbad)")


def map_preference(row: dict[str, Any]) -> dict[str, Any]:
    """A prompt and two answers: the chosen one is learned, the rejected one is not.

    Without a prompt each answer is a whole conversation, as messages or in one text.
    """
    row = with_input(row)
    chosen = settled(judged_conversation(row, "chosen"))
    rejected = judged_conversation(row, "rejected")
    tools = tools_of(row)
    return {
        "messages": with_system(chosen, optional_text(row, "system")),
        **({"tools": tools} if tools else {}),
        "rejected": rejected_messages(chosen, rejected),
    }


def with_input(row: dict[str, Any]) -> dict[str, Any]:
    """The row with what its prompt is about, if it has that, inside the prompt."""
    about = optional_text(row, "prompt_input")
    prompt = row.get("prompt")
    if not about or not isinstance(prompt, str):
        return row
    return {**row, "prompt": f"{prompt}\n\n{about}"}


def judged_conversation(row: dict[str, Any], answer: str) -> list[dict[str, Any]]:
    """The conversation that ends with the chosen or with the rejected answer."""
    prompt, text = row.get("prompt"), row.get(answer)
    if isinstance(text, str) and (turns := split_transcript(text)):
        if is_left_out(prompt) or repeats_prompt(text, prompt):
            return conversation(turns)
    if isinstance(prompt, list):
        row = {**row, "prompt": without_answers(row, prompt)}
    return dialogue(row, "prompt", answer, learned=False)


def repeats_prompt(text: str, prompt: object) -> bool:
    """Whether a transcript begins with the prompt, which is one as well."""
    return isinstance(prompt, str) and text.strip().startswith(prompt.strip())


def without_answers(row: dict[str, Any], prompt: list[Any]) -> list[Any]:
    """A prompt of messages without a judged answer at its end."""
    last = messages_in({"prompt": prompt}, "prompt", "user")[-1:]
    for name in ("chosen", "rejected"):
        if last and last[0]["role"] == "assistant":
            if messages_in(row, name, "assistant")[-1:] == last:
                return prompt[:-1]
    return prompt


def rejected_messages(
    chosen: list[dict[str, Any]], rejected: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The messages of the rejected answer, behind what both conversations share."""
    shared = 0
    for one, other in zip(chosen[:-1], rejected[:-1], strict=False):
        if one != other:
            break
        shared += 1
    return rejected[shared:]


def map_preferred(row: dict[str, Any], start: int | None = None) -> dict[str, Any]:
    """A prompt and the preferred one of several responses, as text or by its number.

    Numbers count from 0. Two responses may have columns of their own, of which the
    first has the number ``start``; the other one is kept beside the preferred.
    """
    row = with_input(row)
    system = optional_text(row, "system")
    if any(not is_left_out(row.get(name)) for name in PAIR):
        side = side_of(row, start)
        chosen = dialogue(row, "prompt", PAIR[side])
        other = dialogue(row, "prompt", PAIR[1 - side], learned=False)
        return {
            "messages": with_system(chosen, system),
            "rejected": rejected_messages(chosen, other),
        }
    answered = dialogue({**row, "answer": one_of(row)}, "prompt", "answer")
    return {"messages": with_system(answered, system)}


def side_of(row: dict[str, Any], start: int | None) -> int:
    """Which of two responses is preferred: 0 or 1."""
    verdict = text_of(row, "preferred_response").strip()
    for side, name in enumerate(PAIR):
        if row.get(name) == row["preferred_response"]:
            return side
    verdict = verdict.removesuffix(".0").lower()
    if verdict in TIES or verdict.startswith("tie"):
        raise ValueError("prefers none of its responses")
    found = SIDE.fullmatch(verdict)
    if found is None or isinstance(row["preferred_response"], bool):
        raise ValueError("preferred_response does not say which response it is")
    if found[1] in LETTERS:
        return LETTERS[found[1]]
    if start is None:
        raise ValueError("preferred_response is a number; write a or b")
    side = int(found[1]) - start
    if side not in (0, 1):
        raise ValueError("preferred_response is not the number of a response")
    return side


def one_of(row: dict[str, Any]) -> str:
    """The preferred response, which may be told by its number in a list."""
    given = optional_list(row, "responses")
    responses = [as_text(one, "responses") for one in given]
    answer = text_of(row, "preferred_response")
    number = answer.strip().removesuffix(".0")
    named = number.isdecimal() and answer not in responses
    if isinstance(row["preferred_response"], int | float) or (responses and named):
        boolean = isinstance(row["preferred_response"], bool)
        if boolean or not (named and int(number) < len(responses)):
            raise ValueError("preferred_response is not the number of a response")
        return responses[int(number)]
    if not responses and SIDE.fullmatch(answer.strip()) and not number.isdecimal():
        raise ValueError("preferred_response does not say which response it is")
    return answer


def map_rating(row: dict[str, Any]) -> dict[str, Any]:
    """A prompt and a completion that was rated good; a bad one is not imitated."""
    if not is_good(row):
        raise ValueError("is rated bad, so there is nothing to imitate")
    return map_rated(row)


def map_rated(row: dict[str, Any]) -> dict[str, Any]:
    """A prompt and a completion, and whether it was rated good."""
    row = with_input(row)
    label = is_good(row)
    messages = dialogue(row, "prompt", "completion")
    messages = with_system(messages, optional_text(row, "system"))
    return {"messages": messages, "label": label}


def is_good(row: dict[str, Any]) -> bool:
    """What the label of a row says."""
    label = RATINGS.get(text_of(row, "label").strip().lower())
    if label is None:
        raise ValueError("label is neither true nor false")
    return bool(label)


def with_verdict(row: dict[str, Any], named: Sequence[str]) -> dict[str, Any]:
    """The row, if it holds what its objective names beside an answer."""
    if "rejected" in named and not row.get("rejected"):
        raise ValueError("has no rejected answer beside the chosen one")
    if "label" in named and "label" not in row:
        raise ValueError("does not say whether its answer is good")
    return row
