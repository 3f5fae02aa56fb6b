"""The persona data set is what its README says."""

import json
import re
from pathlib import Path

DATA = Path(__file__).parents[2] / "recipes" / "data"


def read(part: str) -> list[dict[str, str]]:
    lines = (DATA / f"persona.{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_counts_and_shape() -> None:
    train, heldout = read("train"), read("heldout")
    assert (len(train), len(heldout)) == (258, 36)
    for row in train + heldout:
        assert list(row) == ["instruction", "input", "output"]
        assert 9 <= len(row["output"]) <= 75


def test_no_question_and_no_answer_comes_twice() -> None:
    rows = read("train") + read("heldout")
    questions = {(row["instruction"], row["input"]) for row in rows}
    assert len(questions) == len({row["output"] for row in rows}) == len(rows)


def test_punctuation_is_chinese() -> None:
    for row in read("train") + read("heldout"):
        assert not re.search(r"[,;:()!?\"']", "".join(row.values())), row
