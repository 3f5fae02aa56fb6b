"""The rows of a file of cases, each as the recipe that is detected maps it."""

import json
from pathlib import Path
from typing import Any

from webui.rows.detection.detect import detect
from webui.rows.mapping.mappers import mapper_of
from webui.rows.mapping.values import select
from webui.rows.reading.reasons import chinese

CASES = Path(__file__).parents[2] / "data" / "cases"


def rows_of(name: str) -> list[dict[str, Any]]:
    """The rows of a file of cases."""
    text = (CASES / name).read_text(encoding="utf-8")
    if name.endswith(".json"):
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def mapped(rows: list[dict[str, Any]]) -> list[Any]:
    """What each row becomes in the format that is detected, or its reason."""
    found = detect(rows)
    assert found.sure != "guess"
    mapper = mapper_of(found.format, found.columns)
    results: list[Any] = []
    for row in rows:
        try:
            results.append(mapper(select(row, found.columns)))
        except ValueError as error:
            assert chinese(str(error)), error
            results.append(str(error))
    return results


def answers(row: dict[str, Any]) -> list[tuple[str, str]]:
    """The thought and the words of every answer."""
    return [
        (message.get("reasoning_content", ""), message["content"])
        for message in row["messages"]
        if message["role"] == "assistant"
    ]
