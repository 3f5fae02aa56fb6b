"""Columns that a recipe names: which are not there, and which another format keeps."""

import json
from pathlib import Path

import pytest

from webui.preflight.ready import data_problems
from webui.recipe import Recipe
from webui.recipe.store import with_values
from webui.rows.detection.found import found
from webui.rows.detection.kept import kept_columns
from webui.rows.named_columns import missing_columns


def recipe_of(tmp_path: Path, rows: list[dict], **values: object) -> Recipe:
    """A recipe of these rows, with the values of some fields."""
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    named = {path.replace("__", "."): value for path, value in values.items()}
    return with_values(Recipe(), {"data.train_files": [str(file)], **named})


ROWS = [{"query": f"why {i}?", "reply": "so", "meta": {"who": "a"}} for i in range(5)]


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ({"question": "query", "answer": "reply"}, []),
        ({"question": "query", "answer": "You answer in JSON."}, ["answer"]),
        ({"question": "meta.who", "answer": "meta.when"}, ["answer"]),
        (
            {"question": "query.text", "answer": "reply", "system": "x"},
            ["question", "system"],
        ),
        ({"question": "late", "answer": "reply"}, []),
    ],
)
def test_columns_that_no_row_has_are_told(
    tmp_path: Path, columns: dict[str, str], missing: list[str]
) -> None:
    rows = [*ROWS * 100, {"late": None}]  # beyond what a format is told by
    recipe = recipe_of(
        tmp_path, rows, data__format="question_answer", data__columns=columns
    )
    told = dict(missing_columns(recipe))
    assert [*told] == [f"data.columns.{role}" for role in missing]
    for text in told.values():
        assert "they have query, reply, meta, meta.who" in text.en
        assert "现有的列：query、reply" in text.zh


def test_a_start_is_refused_at_the_mapping(tmp_path: Path, tunebook_home: Path) -> None:
    columns = {"question": "query", "answer": "reply", "system": "You answer in JSON."}
    recipe = recipe_of(
        tmp_path, ROWS, data__format="question_answer", data__columns=columns
    )
    (problem,) = data_problems(recipe)
    assert (
        problem.path == "data.columns" and "“You answer in JSON.”" in problem.message.en
    )


def test_columns_of_a_split_are_told_too(tmp_path: Path) -> None:
    by = {"split__by": "column", "split__column": "part"}
    assert [*dict(missing_columns(recipe_of(tmp_path, ROWS, **by)))] == ["split.column"]
    both = {"split__stratify_by": "query"}
    assert missing_columns(recipe_of(tmp_path, ROWS, **both)) == ()
    other = {"split__group_by": "author"}
    assert [*dict(missing_columns(recipe_of(tmp_path, ROWS, **other)))] == [
        "split.group_by"
    ]


def kept(tmp_path: Path, rows: list[dict], before: str, columns: dict, to: str) -> dict:
    """The mapping that another format gets."""
    recipe = recipe_of(tmp_path, rows, data__format=before, data__columns=columns)
    seen = found(recipe)
    return kept_columns(recipe, to, seen.fitting[to], seen.columns)


def test_another_format_keeps_and_finds_its_columns(tmp_path: Path) -> None:
    mapping = {"question": "query", "answer": "reply"}
    to = "prompt_completion"
    assert kept(tmp_path, ROWS, "question_answer", mapping, to) == {
        "prompt": "query",
        "completion": "reply",
    }
    # Names that tell nothing: what was learned before is learned now, in its order.
    odd = [{"a": "x", "b": "y"}] * 3
    mapping = {"question": "a", "answer": "b"}
    assert kept(tmp_path, odd, "question_answer", mapping, to) == {
        "prompt": "a",
        "completion": "b",
    }
    # A part of the same name keeps what was chosen by hand for it.
    swapped = [{"question": "x", "answer": "y", "sentence": "z", "note": "n"}] * 3
    mapping = {"answer": "note"}
    assert kept(tmp_path, swapped, "question_answer", mapping, "reading") == mapping
    # A column that is not there is not carried on.
    mapping = {"question": "gone", "answer": "b"}
    assert "gone" not in kept(tmp_path, odd, "question_answer", mapping, to).values()


def test_a_column_of_its_own_name_needs_no_mapping(tmp_path: Path) -> None:
    rows = [{"prompt": "a", "completion": "b"}] * 3
    assert kept(tmp_path, rows, "alpaca", {}, "prompt_completion") == {}
