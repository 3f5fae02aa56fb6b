"""Where a JSON file holds its rows, whoever wrote it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from webui.rows.reading.json_rows import left_out_of, read_json_file, read_jsonl
from webui.rows.reading.paragraphs import read_text
from webui.rows.reading.sources import records
from webui.rows.refused import BREAKS

ROWS = [{"instruction": f"Q{n}?", "output": f"A{n}"} for n in range(3)]
ONE = ROWS[:1]
BY_NUMBER = {str(n): row for n, row in enumerate(ROWS)}
CELLS = {
    name: {str(n): row[name] for n, row in enumerate(ROWS)}
    for name in ("instruction", "output")
}
LISTS = {name: [row[name] for row in ROWS] for name in ("instruction", "output")}
MATRIX = [list(row.values()) for row in ROWS]
SERVED = [{"row_idx": n, "row": row} for n, row in enumerate(ROWS)]


def read(text: str, reader: Any = read_json_file) -> list:
    """Rows, and of errors their reasons."""
    found = reader(io.BytesIO(text.encode()))
    return [row if isinstance(row, dict) else row.args[0] for _, row in found]


@pytest.mark.parametrize(
    "value",
    [
        ROWS,
        BY_NUMBER,
        CELLS,
        LISTS,
        {"columns": list(LISTS), "index": [0, 1, 2], "data": MATRIX},
        {"schema": {"fields": [{"name": "output"}]}, "data": ROWS},
        [list(LISTS), *MATRIX],
        {"id1": ROWS[0], "id2": ROWS[1], "id3": ROWS[2]},
        {"authors": [{"name": "A"}, {"name": "B"}], "data": ROWS},
        {"features": [{"name": "output"}], "rows": SERVED},
        SERVED,
        {"train": ROWS, "test": ONE},
        {"test": ONE, "train": LISTS},
        {"data": {"train": ROWS, "validation": ONE}},
        {"examples": [], "data": ROWS},
    ],
)
@pytest.mark.parametrize("indent", [None, 1])
def test_rows_in_every_shape(value: Any, indent: int | None) -> None:
    assert read(json.dumps(value, indent=indent)) == ROWS


@pytest.mark.parametrize(
    "row",
    [
        {"tools": [{"name": "x"}], "messages": [{"role": "user", "content": "x"}]},
        {"question": "q", "answer": "a", "sources": [{"url": "x"}]},
        {"meta": {"a": 1}, "more": {"b": 2}},
    ],
)
def test_one_row_with_objects_of_its_own(row: dict) -> None:
    assert read(json.dumps(row)) == [row]


def test_lists_without_names() -> None:
    values = [["What is red?", "a colour"], ["What is two?", "a number"]]
    assert read(json.dumps(values))[0] == {
        "column_1": "What is red?",
        "column_2": "a colour",
    }


def test_no_split_is_trained_on_in_silence() -> None:
    text = json.dumps({"train": ROWS, "test": ONE, "dev": ONE})
    assert left_out_of(io.BytesIO(text.encode())) == ("test", "dev")
    with pytest.raises(ValueError, match="its splits: test, validation"):
        read(json.dumps({"test": ROWS, "validation": ROWS}))
    with pytest.raises(ValueError, match="several arrays that may be the rows: a, b"):
        read(json.dumps({"a": ROWS, "b": ROWS}))


def test_a_shortened_row_is_left_out() -> None:
    cut = {"row_idx": 3, "row": ROWS[0], "truncated_cells": ["output"]}
    assert read(json.dumps({"features": [], "rows": [*SERVED, cut]})) == [
        *ROWS,
        "was shortened by the hub's server, in output",
    ]


@pytest.mark.parametrize("reader", [read_jsonl, read_text])
@pytest.mark.parametrize(
    "text",
    [
        "\n".join(map(json.dumps, ROWS)),
        ",\n".join(map(json.dumps, ROWS)) + ",\n",
        "".join(map(json.dumps, ROWS)),
        "\n".join(json.dumps(row, indent=2) for row in ROWS),
        json.dumps(ROWS),
        "\ufeff" + json.dumps(ROWS, indent=2),
    ],
)
def test_json_by_other_names(text: str, reader: Any) -> None:
    assert read(text, reader) == ROWS


def test_a_text_with_braces_is_text() -> None:
    assert read('{"a": 1} is JSON.\n\nMore.', read_text)[0] == {
        "text": '{"a": 1} is JSON.'
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "{'a': 'b'}\n{\"a\": 1}",
            ["has single quotes, where JSON has double ones", 1],
        ),
        ('{"a": 1, // x\n"b": 2}', ["holds a comment, which JSON has none of"]),
        (
            '{\n"a": 1,\n"b"\n}\n{\n"a": 3\n}',
            ["is not JSON (Expecting ':' delimiter)", 3],
        ),
        ('{"a": [\n{"a": 1}\n{"a": 2}\n', ["the JSON ends too early", 1, 2]),
        ('{"a": "x\ny"}\n{"a": 2}', ["is not JSON (Invalid control character)", 2]),
    ],
)
def test_a_broken_object_does_not_end_the_reading(text: str, found: list) -> None:
    rows = [row if isinstance(row, str) else row["a"] for row in read(text, read_jsonl)]
    assert rows == found


def test_what_breaks_after_the_rows_is_told() -> None:
    text = json.dumps({"authors": [{"name": "A"}], "data": ROWS})
    assert read(text[:-20]) == [
        *ROWS[:2],
        "the JSON ends too early; the rows before it are kept",
    ]
    text = json.dumps({"data": ROWS})[:-1] + ', "x": oops}'
    assert read(text)[3:] == ["is not JSON (Expecting value); the rest is left out"]
    text = json.dumps({"id1": ROWS[0], "id2": ROWS[1], "id3": ROWS[2]})
    assert read(text[:-20])[:2] == ROWS[:2]


ROW = '{"question": "q", "answer": "a"}'


@pytest.mark.parametrize("between", ["\n", ",", "\n\n ", ",\n"])
def test_arrays_one_after_another_are_all_read(tmp_path: Path, between: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(f"[{ROW}, {ROW}]{between}[{ROW}, {ROW}, {ROW}]")
    assert [record.reason for record in records(file)] == [None] * 5


@pytest.mark.parametrize("extra", ["and more", '{"more": 1}', "]"])
def test_what_stands_behind_an_array_is_told(tmp_path: Path, extra: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(f"[{ROW}, {ROW}]\n{extra}")
    *good, last = records(file)
    assert len(good) == 2 and last.reason is not None and last.number == 2
    assert last.reason.en.endswith(BREAKS)
