"""An objective names the columns of its rows, and gets them in TRL's own words."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from webui.notebook.render import render_cells
from webui.notebook.rows import TRAIN
from webui.recipe import Recipe
from webui.recipe.objectives import OBJECTIVES
from webui.recipe.store import with_values
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import place_rows

pytestmark = pytest.mark.usefixtures("starter_home")

PAIRS = [
    {"prompt": f"q{n}", "chosen": f"good {n}", "rejected": f"bad {n}"} for n in range(9)
]
RATED = [
    {"prompt": f"q{n}", "completion": f"a{n}", "label": bool(n % 2)} for n in range(9)
]


@pytest.fixture
def named(monkeypatch: Any) -> Any:
    """Have the usual objective name these columns."""

    def name(*columns: str) -> None:
        monkeypatch.setitem(
            OBJECTIVES, "sft", replace(OBJECTIVES["sft"], columns=columns)
        )

    return name


def recipe_of(folder: Path, format: str, rows: list[dict[str, Any]]) -> Recipe:
    file = folder / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    return with_values(
        Recipe(), {"data.train_files": [str(file)], "data.format": format}
    )


def written(files: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(files[TRAIN]).read_text().splitlines()]


def text(message: list[dict[str, str]]) -> str:
    return message[-1]["content"]


def test_pairs_have_a_prompt_and_two_answers(
    tmp_path: Path, named: Any, monkeypatch: Any
) -> None:
    named("prompt", "chosen", "rejected")
    recipe = recipe_of(tmp_path, "preference", PAIRS)
    found = prepare(recipe)
    rows = written(found.files)
    assert found.form == "columns" and not found.plain and len(rows) == found.train
    for row in rows:
        number = text(row["prompt"]).removeprefix("q")
        assert [row[name][0]["role"] for name in ("chosen", "rejected")] == (
            ["assistant"] * 2
        )
        assert text(row["chosen"]) == f"good {number}"
        assert text(row["rejected"]) == f"bad {number}"
    place_rows(found, tmp_path)
    monkeypatch.chdir(tmp_path)
    [cell] = render_cells(recipe, ("data",), rows=found)
    names: dict[str, Any] = {}
    exec(compile(cell.code, "data", "exec"), names)
    assert list(names["train_data"]) == rows
    assert {"prompt", "completion"} <= {*names["heldout_data"].column_names}


def test_a_row_without_what_is_named_is_left_out_with_its_reason(
    tmp_path: Path, named: Any
) -> None:
    alone = {"prompt": "q", "preferred_response": "only one"}
    pair = {"prompt": "q", "first_response": "a", "second_response": "b"}
    both = [{**pair, "preferred_response": "a"} for _ in range(5)]
    recipe = recipe_of(tmp_path, "preferred", [*both, alone])
    assert prepare(recipe).left_out == 0
    named("prompt", "chosen", "rejected")
    found = prepare(recipe)
    assert found.left_out == 1
    told = Path(found.files["left_out.jsonl"]).read_text()
    assert "has no rejected answer beside the chosen one" in told


def test_bad_answers_are_rows_where_the_label_is_named(
    tmp_path: Path, named: Any
) -> None:
    recipe = recipe_of(tmp_path, "rating", RATED)
    imitated = prepare(recipe)
    assert imitated.left_out == 5
    named("prompt", "completion", "label")
    found = prepare(recipe)
    rows = written(found.files)
    assert found.left_out == 0 and {row["label"] for row in rows} == {True, False}
    for row in rows:
        assert row["label"] == bool(int(text(row["completion"])[1:]) % 2)
