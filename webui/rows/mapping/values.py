"""What the mappers of all formats share: columns, texts, and the first messages."""

import ast
import json
import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from webui.files import read_yaml

WORDS = read_yaml(Path(__file__).with_name("words.yaml"))


def meaning(table: str) -> dict[str, Any]:
    """What each word of a table of words.yaml means."""
    return {word: kind for kind, words in WORDS[table].items() for word in words}


def select(row: dict[str, Any], columns: dict[str, str]) -> dict[str, Any]:
    """The row with the values that a format needs, under the format's names for them.

    columns maps such a name to a column, or to a path into nested values:
    "answers.text.0" is the first of the texts in answers.
    """
    found = {name: value_at(row, path) for name, path in columns.items()}
    return {**row, **found}


def value_at(row: dict[str, Any], path: str) -> object:
    """What stands in a row at the end of a path; None where nothing does."""
    if path in row:
        return row[path]
    value: object = row
    for step in path.split("."):
        if isinstance(value, str):
            value = parsed(value, path)  # a table holds objects as JSON text
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def name_labels(row: dict[str, Any], role: str, names: Sequence[Any]) -> dict[str, Any]:
    """The row with words for its numbered labels: the first name for 0, and so on."""
    label = row.get(role)
    if isinstance(label, list):
        return {**row, role: [label_name(one, names) for one in label]}
    return {**row, role: label_name(label, names)} if role in row else row


def label_name(label: object, names: Sequence[Any]) -> object:
    """The word for a label that is a number, also one written as text."""
    number = label_number(label)
    if label in names or number is None:
        return label
    if not 0 <= number < len(names):
        raise ValueError(f"the label {number} has no name")
    return names[number]


def label_number(label: object) -> int | None:
    """The number that a label is, also one written as text; None for a word."""
    if isinstance(label, float) and label.is_integer():
        return int(label)  # tables with gaps have 1.0 for 1
    text = str(label).strip()
    return int(text) if text.removeprefix("-").isdecimal() else None


def text_of(row: dict[str, Any], name: str) -> str:
    """The text in a column."""
    return as_text(row.get(name), name)


def as_text(value: Any, name: str) -> str:
    """A value as text. A number counts as text, and so does a list of one text; true
    and false are written as in JSON. ``name`` is what a refusal calls it."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None or (isinstance(value, float) and value != value):
        raise ValueError(f"lacks {name}")  # NaN is how tables write "nothing"
    if value == []:
        raise ValueError(f"{name} is empty")
    if not isinstance(value, str | int | float | Decimal | date):
        raise ValueError(f"{name} is {name_kind(value)}, not text")
    if isinstance(value, float) and math.isinf(value):
        raise ValueError(f"{name} is an infinite number, not text")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not text.strip():
        raise ValueError(f"{name} is empty")
    refuse_halves(text, name)
    return text


def optional_text(row: dict[str, Any], name: str) -> str:
    """The text in a column that a row may leave out; then it is an empty text."""
    return "" if is_left_out(row.get(name)) else text_of(row, name)


def optional_list(row: dict[str, Any], name: str) -> list[Any]:
    """The list in a column that a row may leave out; then it is an empty list."""
    nothing = is_left_out(row.get(name)) or row[name] in ("[]", "null")
    return [] if nothing else list_of(row, name)


def is_left_out(value: object) -> bool:
    """Whether a value is one of the ways to say that there is none."""
    return value is None or value == [] or value != value or not str(value).strip()


def refuse_halves(text: str, name: str) -> None:
    """Refuse half of a surrogate pair, which no tokenizer takes.

    Bytes that are no text in a file's encoding have become such halves, too.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        if "\udc80" <= text[error.start] <= "\udcff":
            reason = f"{name} holds bytes that are no text; save the file as UTF-8"
            raise ValueError(reason) from None
        raise ValueError(f"{name} holds half a character (a lone surrogate)") from None


def list_of(row: dict[str, Any], name: str) -> list[Any]:
    """The list in a column; a table may hold it as JSON text."""
    value = row.get(name)
    if value is None or value == "" or value != value:
        raise ValueError(f"lacks {name}")
    value = parsed(value, name) if isinstance(value, str) else value
    if not isinstance(value, list):
        raise ValueError(f"{name} is {name_kind(value)}, not a list")
    if not value:
        raise ValueError(f"{name} is empty")
    return value


def parsed(text: str, name: str) -> object:
    """The value of a text that looks like a list or object; else the text.

    It is JSON, or what Python prints: so pandas writes lists into a table.
    """
    if text.strip()[:1] not in ("[", "{"):
        return text
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text.strip())
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            pass
    raise ValueError(f"{name} is not JSON")


def name_kind(value: object) -> str:
    """What a value is, in words."""
    words = {"list": "a list", "dict": "an object", "str": "text", "NoneType": "null"}
    kind = type(value).__name__
    return words.get(kind, f"of the type {kind}")


def two_turns(question: str, answer: str) -> list[dict[str, Any]]:
    """A question of the user and the answer of the assistant."""
    return [
        {"role": "user", "content": question},
        {"role": "assistant", "content": answer},
    ]


def with_system(messages: list[dict[str, Any]], system: str) -> list[dict[str, Any]]:
    """The messages with a system prompt first, unless they have their own."""
    if not system or any(message["role"] == "system" for message in messages):
        return messages
    return [{"role": "system", "content": system}, *messages]


def add_prompts(
    row: dict[str, Any], instruction: str, system_prompt: str
) -> dict[str, Any]:
    """The conversation with an instruction before its first question, and a system
    prompt first unless it has its own. A row of plain text stays as it is."""
    if "messages" not in row:
        return row
    messages = list(row["messages"])
    asked = [n for n, message in enumerate(messages) if message["role"] == "user"]
    if instruction and asked:
        question = messages[asked[0]]
        content = instruction + "\n\n" + question["content"]
        messages[asked[0]] = {**question, "content": content}
    return {**row, "messages": with_system(messages, system_prompt)}
