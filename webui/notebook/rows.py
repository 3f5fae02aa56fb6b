"""Read rows, and map each to a conversation: one small function for each format.

The planner calls the mappers for the preview and the notebook carries their source,
so what was previewed is what is trained on. They use nothing but their arguments.
"""

import csv
import json
from collections.abc import Callable


def read_rows(path: str) -> list[dict]:
    """Rows of a JSON, JSONL or CSV file; every value stays as it is written there."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        if path.lower().endswith(".csv"):
            csv.field_size_limit(2**31 - 1)
            return list(csv.DictReader(file))
        text = file.read()
    if text.lstrip().startswith("["):
        rows: list[dict] = json.loads(text)
        return rows
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def map_alpaca(row: dict, system_prompt: str) -> list[dict]:
    """A conversation from an alpaca row: instruction, input (may be empty), output."""
    question = row["instruction"]
    if row.get("input"):
        question += "\n\n" + row["input"]
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return system + [
        {"role": "user", "content": question},
        {"role": "assistant", "content": row["output"]},
    ]


def map_prompt_completion(row: dict, system_prompt: str) -> list[dict]:
    """A conversation from a row with a prompt and a completion, both plain text."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    return system + [
        {"role": "user", "content": row["prompt"]},
        {"role": "assistant", "content": row["completion"]},
    ]


def map_messages(row: dict, system_prompt: str) -> list[dict]:
    """A conversation from a list of messages, each with a role and a content."""
    messages = [
        {"role": message["role"], "content": message["content"]}
        for message in row["messages"]
    ]
    if system_prompt and messages[0]["role"] != "system":
        messages.insert(0, {"role": "system", "content": system_prompt})
    return messages


MAPPERS: dict[str, Callable[[dict, str], list[dict]]] = {
    "alpaca": map_alpaca,
    "prompt_completion": map_prompt_completion,
    "messages": map_messages,
}

# The columns that a format needs, to tell the formats apart.
COLUMNS = {
    "alpaca": ("instruction", "output"),
    "prompt_completion": ("prompt", "completion"),
    "messages": ("messages",),
}
