"""Rows of .json files with their lines, also of broken ones."""

import io
import json
from typing import Any

import pytest

from webui.rows.reading.json_rows import read_json_file
from webui.rows.reading.json_values import is_deep


def read(reader: Any, text: str) -> list:
    """What a reader yields; errors as their reasons, one that it raises at 0."""
    found = []
    try:
        for number, row in reader(io.BytesIO(text.encode())):
            bad = isinstance(row, ValueError)
            found.append((number, row.args[0] if bad else row))
    except ValueError as error:
        found.append((0, error.args[0]))
    return found


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('[\n{"a": 1},\n\n{"a":\n2}, {"a": 3}]', [(2, 1), (4, 2), (5, 3)]),
        ('{"version": {"x": [1]}, "data":\n[{"a": 1},\n{"a": 2}]}', [(2, 1), (3, 2)]),
        ('{"a": 1}\n{"a": 2}\n', [(1, 1), (2, 2)]),
        ('{\n"a": 1\n}\n{\n"a": 2\n}', [(1, 1), (4, 2)]),
        ('{"a": 1}{"a": 2}', [(1, 1), (2, 2)]),
        ('\n{"a": [1, 2], "b": [3, 4]}', [(1, 1), (2, 2)]),
        ('[{"a": 1},]', [(1, 1)]),
        ("[]", []),
        (" \n", []),
    ],
)
def test_json_of_every_shape(text: str, rows: list) -> None:
    found = read(read_json_file, text)
    assert [(number, row["a"]) for number, row in found] == rows


@pytest.mark.parametrize(
    "row",
    [
        {"messages": [{"role": "user", "content": "a"}]},
        {"conversations": [{"from": "human", "value": "a"}], "id": 1},
        {"chosen": [{"role": "user"}], "rejected": [{"role": "user"}]},
        {"a": ["x"], "b": "y"},
        {"a": ["x"], "b": []},
    ],
)
def test_one_object_may_be_one_row(row: dict) -> None:
    assert read(read_json_file, json.dumps(row)) == [(1, row)]
    assert read(read_json_file, json.dumps(row) * 2) == [(1, row), (2, row)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[{"a": 1},\n 3, {"a": 1}]', [1, (2, "is not an object"), 2]),
        ('[{"a": 1},\n{"b": 1, "b": 2}, {"a": 1}]', [1, (2, "has the key 'b' twice")]),
        ('{"a": 1}\n{"a":\n{"a": 1}', [1, (2, "the JSON ends too early"), 3]),
        (
            '[{"a": 1} {"a": 2}]',
            [1, (2, "is not JSON (Expecting ',' delimiter); the rest is left out")],
        ),
        ("[" * 10**5, [(1, "is nested too deeply; the rest is left out")]),
        ('"x"', [(0, "begins with neither [ nor {")]),
    ],
)
def test_broken_json(text: str, told: list) -> None:
    errors = [item for item in told if isinstance(item, tuple)]
    found = read(read_json_file, text)
    assert [item for item in found if isinstance(item[1], str)] == errors
    kept = sum(isinstance(item, int) for item in told)
    assert sum(isinstance(row, dict) for _, row in found) >= kept


@pytest.mark.parametrize("before", ["[", '{"data": ['])
def test_json_cut_off_anywhere_keeps_the_rows_before(before: str) -> None:
    row = '{"a": [true, -1.5], "b": "\\u00e9\\n"}'
    text = f"{before}{row},\n{row}"
    for end in range(len(text) - len(row), len(text)):
        found = read(read_json_file, text[:end])
        assert found[0] == (1, json.loads(row))
        assert [reason for _, reason in found[1:]] == [
            "the JSON ends too early; the rows before it are kept"
        ]
    for end in range(len(before) + 1, len(before) + len(row)):
        (told,) = read(read_json_file, text[:end])
        assert told == (1, "the JSON ends too early")  # there is no row before it


def test_what_is_nested_without_end_is_deep() -> None:
    value: Any = 1
    for _ in range(150):
        value = [value]
    assert is_deep({"a": value})
    assert not is_deep({"a": [{"b": [1]}] * 200})
