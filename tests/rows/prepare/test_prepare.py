"""All rows of a recipe, read and checked once, and written for its data cell."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from webui.errors import PlannerError
from webui.notebook import rows as notebook_rows
from webui.notebook.render import render_cells
from webui.notebook.rows import Rows, expected
from webui.recipe import Recipe
from webui.recipe.store import with_values
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import (
    known_preparation,
    place_rows,
    rows_folder,
    rows_key,
)

pytestmark = pytest.mark.usefixtures("starter_home")


def write(path: Path, rows: list[Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def faq(count: int, first: int = 0) -> list[dict[str, str]]:
    return [
        {"question": f"q{n}", "answer": f"a{n}"} for n in range(first, first + count)
    ]


def recipe_of(*files: Path, **more: Any) -> Recipe:
    values = {
        "data.train_files": [str(file) for file in files],
        "data.format": "question_answer",
        "split.by": "count",
        "split.count": 2,
    }
    return with_values(Recipe(), values | more)


def lines(rows: Rows, name: str) -> list[dict[str, Any]]:
    text = Path(rows.files[name]).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_plain_source_is_copied_and_nothing_else_is(tmp_path: Path) -> None:
    file = write(tmp_path / "faq.jsonl", faq(10))
    rows = prepare(recipe_of(file))
    assert (rows.plain, rows.form, rows.train, rows.heldout) == (
        True,
        "completion",
        8,
        2,
    )
    assert rows.files == {"faq.jsonl": str(file)}
    run = tmp_path / "run"
    run.mkdir()
    place_rows(rows, run)
    assert [path.name for path in (run / "rows").iterdir()] == ["faq.jsonl"]
    assert (run / "rows/faq.jsonl").read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    ("spoil", "values"),
    [
        ([{"question": "q"}], {}),  # a row that is left out
        ([{"question": "q", "answer": 7}], {}),  # a value that becomes a text
        (
            [{"question": "q", "answer": "a", "more": {"x": 1}}],
            {"split.stratify_by": "more"},
        ),
        ([], {"data.columns": {"question": "answer", "answer": "question"}}),
    ],
)
def test_what_needs_repair_is_written(
    tmp_path: Path, spoil: list[Any], values: dict[str, Any]
) -> None:
    file = write(tmp_path / "faq.jsonl", [*faq(10), *spoil])
    rows = prepare(recipe_of(file, **values))
    assert not rows.plain
    assert set(rows.files) == {"train.jsonl", "heldout.jsonl", "left_out.jsonl"}
    assert len(lines(rows, "train.jsonl")) == rows.train
    assert len(lines(rows, "heldout.jsonl")) == rows.heldout == 2
    [cell] = render_cells(recipe_of(file, **values), ("data",), rows=rows)
    assert '"rows/train.jsonl"' in cell.code and str(tmp_path) not in cell.code


@pytest.mark.parametrize("name", ["a[1].jsonl", "a*.jsonl", "a?.jsonl", "{a,b}.jsonl"])
def test_a_name_that_load_dataset_takes_for_a_pattern(
    tmp_path: Path, name: str
) -> None:
    write(tmp_path / "ab.jsonl", faq(10, first=90))
    write(tmp_path / "a1.jsonl", faq(10, first=50))
    rows = prepare(recipe_of(write(tmp_path / name, faq(10))))
    source = rows.files.get(name) or rows.files["train.jsonl"]
    assert "q90" not in Path(source).read_text() and rows.train == 8


def test_two_files_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    one = write(tmp_path / "one/faq.jsonl", faq(5))
    two = write(tmp_path / "two/faq.jsonl", faq(5, first=5))
    rows = prepare(recipe_of(one, two))
    assert not rows.plain and (rows.train, rows.heldout) == (8, 2)


def test_the_same_rows_are_prepared_once_and_changed_ones_again(tmp_path: Path) -> None:
    file = write(tmp_path / "faq.jsonl", faq(10))
    first = prepare(recipe_of(file))
    assert (
        known_preparation(rows_key(recipe_of(file)))
        == first
        == prepare(recipe_of(file))
    )
    assert len(list(rows_folder().iterdir())) == 1
    time.sleep(0.01)
    write(file, faq(12))
    assert known_preparation(rows_key(recipe_of(file))) is None
    again = prepare(recipe_of(file))
    assert again.train == 10 and again.key != first.key


def test_a_preparation_that_lost_a_file_is_made_again(tmp_path: Path) -> None:
    file = write(tmp_path / "faq.jsonl", [*faq(10), {"question": "q"}])
    rows = prepare(recipe_of(file))
    os.unlink(rows.files["train.jsonl"])
    assert known_preparation(rows.key) is None
    assert Path(prepare(recipe_of(file)).files["train.jsonl"]).is_file()


def test_no_half_made_preparation_stays(tmp_path: Path) -> None:
    file = write(tmp_path / "faq.jsonl", [{"question": "q"}])
    with pytest.raises(PlannerError, match="None of the rows can be used"):
        prepare(recipe_of(file))
    assert list(rows_folder().iterdir()) == []


def test_what_is_left_out_is_kept_with_its_place_and_reason(tmp_path: Path) -> None:
    file = write(tmp_path / "faq.jsonl", [*faq(4), {"question": "q"}, "no"])
    rows = prepare(recipe_of(file))
    [lacks, none] = lines(rows, "left_out.jsonl")
    assert rows.left_out == 2 and (lacks["line"], none["line"]) == (5, 6)
    assert lacks["reason"] == "lacks answer" and lacks["row"] == {"question": "q"}
    assert none["raw"].strip() == "no" and none["reason_zh"]


@pytest.mark.parametrize("name", ["a.json", "a.csv"])
def test_a_file_that_breaks_off_stops_a_training(tmp_path: Path, name: str) -> None:
    texts = {
        "a.json": json.dumps(faq(6))[:-20],
        "a.csv": "question,answer\n" + "q,a\n" * 6 + '"q,a\n',
    }
    (tmp_path / name).write_text(texts[name])
    rows = prepare(recipe_of(tmp_path / name))
    [(english, chinese)] = rows.stops
    assert english.startswith(name) and chinese.startswith(name)


def test_a_loss_in_any_row_is_told_with_its_count_and_place(tmp_path: Path) -> None:
    call = {"type": "function", "function": {"name": "f", "arguments": {"x": 1}}}
    talk = [{"role": "user", "content": "q"}]
    good = {"messages": [*talk, {"role": "assistant", "content": "a"}]}
    bad = {
        "messages": [*talk, {"role": "assistant", "content": "", "tool_calls": [call]}]
    }
    file = write(tmp_path / "talks.jsonl", [good] * 300 + [bad] * 2)
    rows = prepare(recipe_of(file, **{"data.format": "messages"}))
    [(english, _)] = rows.stops
    assert "a call of a tool in 2 of 302 rows" in english
    assert "first: talks.jsonl, line 301, talks.jsonl, line 302" in english


def test_several_answers_of_a_conversation_take_one_sequence(tmp_path: Path) -> None:
    talk = [
        *({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}),
        *({"role": "user", "content": "c"}, {"role": "assistant", "content": "d"}),
    ]
    file = write(tmp_path / "talks.jsonl", [{"messages": talk}] * 6)
    messages = {"data.format": "messages", "data.template": "chatml"}
    rows = prepare(recipe_of(file, **messages))
    assert (rows.form, rows.plain, rows.train) == ("messages", True, 4)
    # The starter's own template does not mark its answers.
    rows = prepare(recipe_of(file, **(messages | {"data.template": "model"})))
    assert (rows.form, rows.train) == ("tokens", 4) and "does not mark" in rows.reason
    [first, *_] = lines(rows, "train.jsonl")
    learned = [first["text"][begin:end] for begin, end in first["learned"]]
    assert learned == ["b<|im_end|>\n", "d<|im_end|>\n"]
    [asked, _] = lines(rows, "heldout.jsonl")
    assert [m["content"] for m in asked["prompt"]] == ["a", "b", "c"]
    assert asked["completion"] == [talk[-1]]


def test_very_many_rows_are_made_tokens_in_the_cell(
    tmp_path: Path,
) -> None:
    count = notebook_rows.MANY + 5
    file = write(tmp_path / "faq.jsonl", faq(count))
    rows = prepare(recipe_of(file))
    assert (rows.form, rows.plain, rows.train) == ("tokens", False, count - 2)
    [cell] = render_cells(recipe_of(file), ("data",), rows=rows)
    assert f"# TRL could not make these tokens: {rows.reason}." in cell.code


def test_thoughts_are_learned_or_left_out_and_never_in_between(tmp_path: Path) -> None:
    row = {"question": "6*7?", "why": "six sevens", "answer": "42"}
    file = write(tmp_path / "faq.jsonl", [row] * 6)
    columns = {"data.columns": {"reasoning": "why"}}
    rows = prepare(recipe_of(file, **columns))
    assert rows.thought_end == "</think>"
    [first, *_] = lines(rows, "train.jsonl")
    told = json.dumps(first["completion"])
    assert "six sevens" in told
    rows = prepare(recipe_of(file, **columns, **{"data.thoughts": "leave_out"}))
    assert rows.thought_end == "" and rows.train == 4
    source = next(iter(rows.files.values()))
    assert "six sevens" not in Path(source).read_text()


def test_rows_are_drawn_as_before_for_runs_of_before(tmp_path: Path) -> None:
    import random

    file = write(tmp_path / "faq.jsonl", faq(20))
    rows = prepare(recipe_of(file), as_before=True)
    numbers = list(range(20))
    random.Random(recipe_of(file).training.seed).shuffle(numbers)
    asked = [row["prompt"][0]["content"] for row in lines(rows, "heldout.jsonl")]
    assert asked == [f"q{n}" for n in numbers[:2]]
    assert rows.key != prepare(recipe_of(file)).key


def test_a_full_disk_is_one_sentence(starter_home: Path, tmp_path: Path) -> None:
    cache = starter_home / "cache"
    cache.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(cache)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    try:
        long = [{"question": "q" * 900, "answer": "a" * 900}] * 200
        file = write(tmp_path / "faq.jsonl", long)
        with pytest.raises(PlannerError, match="The disk is full"):
            prepare(recipe_of(file))
        assert list(rows_folder().iterdir()) == []
    finally:
        subprocess.run(["umount", str(cache)], check=True)


def test_what_is_expected_needs_no_file(tmp_path: Path) -> None:
    recipe = recipe_of(tmp_path / "nowhere.jsonl")
    rows = expected(recipe)
    assert rows.plain and rows.form == "completion"
    assert render_cells(recipe, ("data",), rows=rows)[0].code
    odd = recipe_of(tmp_path / "nowhere.xlsx")
    assert not expected(odd).plain


def test_rows_of_which_none_is_left_on_one_side_are_refused(tmp_path: Path) -> None:
    one = write(tmp_path / "one.jsonl", faq(1))
    with pytest.raises(PlannerError, match="Of the 1 usable rows 1 are to be held out"):
        prepare(recipe_of(one, **{"split.by": "fraction"}))
    bad = write(tmp_path / "bad.jsonl", [{"question": "q"}])
    by_file = {"split.by": "file", "split.files": [str(bad)]}
    with pytest.raises(PlannerError, match="None of the held-out rows can be used"):
        prepare(recipe_of(one, **by_file))
    by_column = {"split.by": "column", "split.column": "question"}
    with pytest.raises(PlannerError, match="No row has test in its column question"):
        prepare(recipe_of(one, **by_column))
