"""Rows one after another: each mapped, or rejected where it stands."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from webui.errors import PlannerError
from webui.models.pretrained import recipe_chat
from webui.recipe import Recipe
from webui.recipe.sections import Data, Split
from webui.rows.each import (
    Kept,
    Rejected,
    place_of_row,
    read_rows,
    rendered_row,
    source_records,
    with_place,
)

GOOD = {"instruction": "Say hi.", "output": "hi"}


def written(path: Path, *rows: Any) -> str:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return str(path)


def reading(*files: str, split: Split | None = None, **data: Any) -> Recipe:
    return Recipe(data=Data(train_files=files, **data), split=split or Split())


def test_rows_of_all_files_in_order(tmp_path: Path) -> None:
    first = written(tmp_path / "a.jsonl", GOOD, {"instruction": "x"}, [1])
    second = written(tmp_path / "b.jsonl", GOOD | {"output": "ho"})
    rows = list(read_rows(reading(first, second)))
    assert [type(row) for row in rows] == [Kept, Rejected, Rejected, Kept]
    assert [place_of_row(row.record).en for row in rows] == [
        *("a.jsonl, line 1", "a.jsonl, line 2", "a.jsonl, line 3", "b.jsonl, line 1")
    ]
    assert isinstance(rows[0], Kept) and isinstance(rows[3], Kept)
    assert rows[0].row == GOOD
    assert rows[0].mapped["messages"][-1] == {"role": "assistant", "content": "hi"}
    assert rows[0].sequences == ()  # no chat, so nothing is rendered
    assert rows[3].mapped["messages"][-1]["content"] == "ho"


def test_a_rejected_row_is_a_sentence_in_both_languages(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", {"instruction": "x"}, [1])
    lacks, no_object = read_rows(reading(file))
    assert isinstance(lacks, Rejected) and isinstance(no_object, Rejected)
    assert with_place(lacks).en == "a.jsonl, line 1: lacks output."
    assert with_place(lacks).zh == "a.jsonl 第 1 行\uff1a缺少 output。"
    assert with_place(no_object).en == "a.jsonl, line 2: is not an object."


def test_settings_reach_the_rows(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", {"q": {"text": "Hi?"}, "a": "Yes."})
    recipe = reading(
        file,
        format="question_answer",
        columns={"question": "q.text", "answer": "a"},
        instruction="Answer:",
        system_prompt="Be kind.",
    )
    (row,) = read_rows(recipe)
    assert isinstance(row, Kept)
    assert [message["content"] for message in row.mapped["messages"]] == [
        *("Be kind.", "Answer:\n\nHi?", "Yes.")
    ]


def test_a_label_without_a_name_is_rejected(tmp_path: Path) -> None:
    file = written(tmp_path / "a.jsonl", {"text": "x", "label": 2})
    recipe = reading(file, format="classification", label_names=("no", "yes"))
    (row,) = read_rows(recipe)
    assert isinstance(row, Rejected)
    assert row.reason.en == "the label 2 has no name"


def test_held_out_rows_come_from_files_of_their_own(tmp_path: Path) -> None:
    train = written(tmp_path / "a.jsonl", GOOD)
    held = written(tmp_path / "b.jsonl", GOOD, GOOD)
    recipe = reading(train, split=Split(by="file", files=(held,)))
    assert len(list(read_rows(recipe, "heldout"))) == 2
    assert list(read_rows(reading(train), "heldout")) == []


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    train = written(tmp_path / "a.jsonl", GOOD)
    gone = str(tmp_path / "gone.jsonl")
    for recipe, part, words in (
        (Recipe(), "train", "Choose a training file first."),
        (reading(train, split=Split(by="file")), "heldout", "Choose a held-out file"),
        (reading(gone), "train", "There is no file"),
        (reading(train, gone), "train", "There is no file"),
    ):
        with pytest.raises(PlannerError, match=words):
            list(source_records(recipe, part))  # type: ignore[arg-type]


@pytest.mark.train
def test_a_chat_makes_sequences_of_what_is_kept(
    starter_recipe: Callable[..., Recipe],
) -> None:
    talk = [
        {"role": "user", "content": "one?"},
        {"role": "assistant", "content": "first"},
        {"role": "user", "content": "two?"},
        {"role": "assistant", "content": "second"},
    ]
    tool = {"type": "function", "function": {"name": "sky"}}
    rows = [{"messages": talk}, {"messages": talk[:1]}, {"messages": talk}]
    rows[2]["tools"] = [tool]
    recipe = starter_recipe(rows, format="messages")
    chat = recipe_chat(recipe)
    unread = list(read_rows(recipe))
    read = list(read_rows(recipe, chat=chat))
    assert [type(row) for row in read] == [Kept, Rejected, Kept]
    whole, _, losing = read
    assert isinstance(whole, Kept) and isinstance(losing, Kept)
    (part,) = whole.sequences
    assert [part.text[begin:end].strip() for begin, end in part.learned] == [
        *("first<|im_end|>", "second<|im_end|>")
    ]
    assert part.turns == (1, 3) and whole.lost == frozenset()
    assert losing.lost == {"tools"}  # which the starter's own template leaves out
    # It is the same row, rendered or not yet.
    assert replace(whole, sequences=()) == unread[0]
    assert [rendered_row(row, chat) for row in unread] == read
