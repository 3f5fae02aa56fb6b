"""The one split: what is trained on, what is watched meanwhile, what is held out."""

import json
from pathlib import Path
from typing import Any

import pytest

from webui.errors import PlannerError
from webui.notebook.cells import RUN, SWEEP
from webui.notebook.render import render_cells
from webui.notebook.rows import Rows, expected
from webui.recipe import Recipe
from webui.recipe.store import loads, with_values
from webui.recipe.watched import watched_rows
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import place_rows

pytestmark = pytest.mark.usefixtures("starter_home")

ROWS = [
    {"question": f"q{n}", "answer": f"a{n}", "author": f"w{n % 9}"} for n in range(54)
]
TALKS = [
    {
        "messages": [
            {"role": "user", "content": f"q{n}"},
            {"role": "assistant", "content": f"a{n}"},
            {"role": "user", "content": f"and q{n}?"},
            {"role": "assistant", "content": f"also a{n}"},
        ]
    }
    for n in range(20)
]
EVALUATED = {"evaluation.every": "steps"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "faq.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


def recipe_of(file: Path, more: dict[str, Any]) -> Recipe:
    values = {"data.train_files": [str(file)], "data.format": "question_answer"}
    return with_values(Recipe(), values | more)


def run_cell(recipe: Recipe, rows: Rows, folder: Path, monkeypatch: Any) -> dict:
    """What the data cell leaves, run where a run would run it."""
    folder.mkdir()
    place_rows(rows, folder)
    monkeypatch.chdir(folder)
    [cell] = render_cells(recipe, ("data",), rows=rows)
    names: dict[str, Any] = {}
    exec(compile(cell.code, "data", "exec"), names)
    return names


def asked(data: Any) -> list[str]:
    return [row["prompt"][-1]["content"] for row in data]


WAYS: dict[str, dict[str, Any]] = {
    "drawn": {},
    "counted": {"split.by": "count", "split.count": 20},
    "so many": {"evaluation.rows": 24},
    "evenly": {"split.stratify_by": "author"},
    "groups": {"split.group_by": "author", "split.fraction": 0.2},
    "by a column": {
        "split.by": "column",
        "split.column": "author",
        "split.value": "w3",
    },
}


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("evaluated", [True, False])
def test_the_cell_has_the_parts_that_were_planned(
    file: Path, tmp_path: Path, monkeypatch: Any, how: str, evaluated: bool
) -> None:
    recipe = recipe_of(file, WAYS[how] | EVALUATED if evaluated else WAYS[how])
    rows = prepare(recipe)
    names = run_cell(recipe, rows, tmp_path / "run", monkeypatch)
    parts = [names["train_data"], names.get("eval_data", []), names["heldout_data"]]
    assert [len(part) for part in parts] == [rows.train, rows.watched, rows.heldout]
    questions = [question for part in parts for question in asked(part)]
    assert sorted(questions) == sorted(row["question"] for row in ROWS)
    left = len(ROWS) - rows.heldout
    if how != "groups":
        assert rows.watched == watched_rows(recipe, left)
    assert bool(rows.watched) == evaluated and (rows.watched or 0) < rows.train
    if how == "groups":  # no author stands on two sides
        authors = [{int(q[1:]) % 9 for q in asked(part)} for part in parts]
        assert sum(map(len, authors)) == 9


def test_few_rows_are_not_eaten(file: Path) -> None:
    rows = prepare(recipe_of(file, EVALUATED))
    assert (rows.train, rows.watched, rows.heldout) == (45, 4, 5)
    for name in ("train", "sweep"):
        recipe = recipe_of(file, {"sweep.space": {"adapter.rank": [4, 8]}} | EVALUATED)
        cells = render_cells(recipe, RUN.cells + SWEEP.cells, rows=prepare(recipe))
        [cell] = (cell for cell in cells if cell.name == name)
        assert "test_size" not in cell.code and "eval_dataset=eval_data" in cell.code


def test_a_sweep_has_the_rows_of_its_training(file: Path) -> None:
    swept = recipe_of(file, {"sweep.space": {"adapter.rank": [4, 8]}})
    judged = with_values(swept, EVALUATED)
    found = [prepare(recipe) for recipe in (swept, judged)]
    assert [rows.watched for rows in found] == [4, 4] and found[0].key == found[1].key
    codes = [
        [
            render_cells(recipe, names, rows=rows)[2].code
            for names in (RUN.cells, SWEEP.cells)
        ]
        for recipe, rows in zip((swept, judged), found, strict=True)
    ]
    assert len({code for both in codes for code in both}) == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (25, "evaluation.rows to 24 at most"),
        (40, "Of the 49 training rows 40 would only be watched"),
        (5000, "0 for as many as fit"),
    ],
)
def test_more_watched_than_learned_is_refused(
    file: Path, rows: int, message: str
) -> None:
    with pytest.raises(PlannerError, match=message) as caught:
        prepare(recipe_of(file, EVALUATED | {"evaluation.rows": rows}))
    assert caught.value.path == "evaluation.rows"
    assert prepare(recipe_of(file, {"evaluation.rows": rows})).watched == 0


def test_one_row_cannot_be_watched_as_well(tmp_path: Path) -> None:
    file = tmp_path / "two.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS[:2])))
    assert prepare(recipe_of(file, {})).train == 1
    with pytest.raises(PlannerError, match="Only one row is left"):
        prepare(recipe_of(file, EVALUATED))
    file.write_text("\n".join(map(json.dumps, ROWS[:3])))
    rows = prepare(recipe_of(file, EVALUATED))
    assert (rows.train, rows.watched, rows.heldout) == (1, 1, 1)


def test_a_conversation_is_not_cut_in_two(tmp_path: Path) -> None:
    """Its answers are rows of their own where the template rewrites earlier turns."""
    file = tmp_path / "talks.jsonl"
    file.write_text("\n".join(map(json.dumps, TALKS)))
    more = {"data.format": "messages", "data.packing": True}
    rows = prepare(recipe_of(file, more | EVALUATED))
    text = {name: Path(rows.files[name]).read_text() for name in rows.files}
    for n in range(20):
        homes = [name for name in text if f"q{n}?" in text[name]]
        assert len(homes) == 1, (n, homes)
        assert f"also a{n}" in text[homes[0]]


def test_before_any_row_is_read_the_cell_parts_them_itself(file: Path) -> None:
    recipe = recipe_of(file, EVALUATED)
    [cell] = render_cells(recipe, ("data",), rows=expected(recipe))
    assert "max(1, min(100, len(train_data) // 10))" in cell.code
    assert "eval_data" not in render_cells(Recipe(), ("data",))[0].code


def test_an_older_recipe_with_a_number_still_opens() -> None:
    old = loads("evaluation: {every: steps, rows: 40}")
    assert watched_rows(old, 600) == 40
    assert watched_rows(loads("evaluation: {every: steps}"), 600) == 60
