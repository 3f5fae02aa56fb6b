"""What a source turns out to be, and which fields of the recipe say so."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.sections import Data
from webui.recipe.store import with_values
from webui.rows.detection.found import (
    MOST_COLUMNS,
    detected,
    found,
    offered,
    paths,
    to_be_said,
)


def over(path: Path, *rows: Any) -> Recipe:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return Recipe(data=Data(train_files=(str(path),)))


def test_a_file_its_columns_and_its_format(tmp_path: Path) -> None:
    row = {"question": "a", "answer": "b", "meta": {"lang": "en", "at": {"x": 1}}}
    recipe = over(tmp_path / "a.jsonl", row, [1], row | {"note": 1})
    seen = found(recipe)
    assert [file.line.en for file in seen.files] == ["JSONL, UTF-8"]
    assert seen.columns == (
        *("question", "answer", "meta", "meta.lang", "meta.at", "note"),
    )
    assert seen.detection and seen.detection.format == "question_answer"
    assert seen.problem is None
    fields = {"data.format": "question_answer", "data.columns": {}}
    assert detected(seen) == {**fields, "data.instruction": ""}


def test_detected_fields_make_a_recipe_that_reads_the_rows(tmp_path: Path) -> None:
    rows = [{"prompt": f"What is {n}?", "output": "x " * 40} for n in range(9)]
    recipe = over(tmp_path / "a.jsonl", *rows)
    fields = detected(found(recipe))
    assert fields["data.columns"]
    assert set(fields["data.columns"].values()) <= {"prompt", "output"}
    assert with_values(recipe, fields).data.format == fields["data.format"]


def test_the_format_set_so_far_does_not_matter(tmp_path: Path) -> None:
    recipe = over(tmp_path / "a.jsonl", {"text": "x", "label": "y"})
    other = with_values(recipe, {"data.format": "messages"})
    assert found(other).detection == found(recipe).detection


@pytest.mark.parametrize("role", ["system", "history"])
def test_earlier_turns_are_named_even_under_their_own_name(
    tmp_path: Path, role: str
) -> None:
    """The mapper of longer talks is taken where the columns name them."""
    more = {"system": "Be kind.", "history": [["a", "b"]]}
    row = {"instruction": "x", "input": "", "output": "y", role: more[role]}
    fields = detected(found(over(tmp_path / "a.jsonl", row)))
    assert fields["data.format"] == "alpaca"
    assert fields["data.columns"] == {role: role}


def test_chinese_rows_get_the_chinese_instruction(tmp_path: Path) -> None:
    rows = [
        {"text": f"这是第{n}条很好的评论", "label": "好坏"[n % 2]} for n in range(20)
    ]
    fields = detected(found(over(tmp_path / "a.jsonl", *rows)))
    assert fields["data.format"] == "classification"
    assert fields["data.instruction"]
    english = [{"text": f"This is no. {n}", "label": "ab"[n % 2]} for n in range(20)]
    assert (
        detected(found(over(tmp_path / "b.jsonl", *english)))["data.instruction"] == ""
    )


def test_where_nothing_fits_the_problem_is_told_with_the_columns(
    tmp_path: Path,
) -> None:
    seen = found(over(tmp_path / "a.jsonl", {"image": "a.png", "caption": "cat"}))
    assert seen.detection is None and detected(seen) == {}
    assert seen.problem and "vision model" in seen.problem.en
    assert seen.columns == ("image", "caption")


def test_a_file_without_usable_rows(tmp_path: Path) -> None:
    seen = found(over(tmp_path / "a.jsonl", [1], 2))
    assert seen.detection is None and seen.problem and seen.columns == ()


def test_sources_that_cannot_be_read(tmp_path: Path) -> None:
    gone = Recipe(data=Data(train_files=(str(tmp_path / "gone.csv"),)))
    for recipe in (Recipe(), gone):
        with pytest.raises(PlannerError):
            found(recipe)


def test_columns_stay_bounded(tmp_path: Path) -> None:
    wide = {f"c{n}": "x" for n in range(1000)}
    assert len(found(over(tmp_path / "a.jsonl", wide)).columns) == MOST_COLUMNS
    deep = paths({"a": {str(n): n for n in range(1000)}})
    assert deep[:3] == ["a", "a.0", "a.1"] and len(deep) == 21


def test_a_file_without_a_usable_row_says_where_and_why(tmp_path: Path) -> None:
    seen = found(over(tmp_path / "a.jsonl", [1], 2))
    assert seen.detection is None
    assert seen.problem
    assert seen.problem.en == "a.jsonl, line 1: is not an object."


def test_a_guess_is_offered_and_not_taken(tmp_path: Path) -> None:
    rows = [{"my note": f"Tea {n}", "x:y": f"It is good, {n}."} for n in range(9)]
    seen = found(over(tmp_path / "a.jsonl", *rows))
    assert detected(seen) == {} and seen.problem is None
    assert offered(seen)["data.format"] == "question_answer"
    said = to_be_said(seen)
    assert said and "猜测" in said.zh
    options = "--format question_answer --set 'data.columns={question: my note, "
    assert options + 'answer: "x:y"}\'' in said.en
    columns = said.en.split("data.columns=")[1].split("'")[0]
    assert yaml.safe_load(columns) == {"question": "my note", "answer": "x:y"}


def test_what_is_sure_needs_no_word(tmp_path: Path) -> None:
    seen = found(over(tmp_path / "a.jsonl", {"question": "a b", "answer": "c d"}))
    assert to_be_said(seen) is None and detected(seen) == offered(seen) != {}


def test_a_thought_is_named_even_under_its_own_name(tmp_path: Path) -> None:
    row = {"question": "a b", "reasoning": "so it is", "answer": "c d"}
    fields = detected(found(over(tmp_path / "a.jsonl", row)))
    assert fields["data.columns"] == {"reasoning": "reasoning"}
