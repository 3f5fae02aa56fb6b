"""The reader of training files: what it reads, and what it says about bad ones."""

import json
from pathlib import Path

import pytest

from webui.planner.errors import PlannerError
from webui.planner.rows import check_rows, read_rows

ALPACA = {"instruction": "Say hi.", "input": "", "output": "hi"}
SHIPPED = Path(__file__).parents[2] / "recipes" / "data"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def message(path: Path, format: str | None = None) -> str:
    """What reading, and checking if a format is given, says about a file."""
    with pytest.raises(PlannerError) as caught:
        rows = read_rows(path)
        assert format, f"{path.name} was read"
        check_rows(rows, format)
    english, chinese = caught.value.text
    assert chinese != english
    for text in (english, chinese):
        assert path.name in text
        assert "\n" not in text
    assert english.endswith(".") and chinese.endswith("。")
    return english


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '[{"prompt": "é", "completion": "b"}]'),
        ("a.json", '{"prompt": "é", "completion": "b"}\n'),
        ("a.jsonl", '\ufeff\n{"prompt": "é", "completion": "b"}\n\n'),
        ("a.JSONL", '{"prompt": "é", "completion": "b"}'),
        ("a.csv", "\ufeffprompt,completion\r\né,b\r\n\r\n"),
    ],
)
def test_reads_every_kind(tmp_path: Path, name: str, content: str) -> None:
    rows = read_rows(write(tmp_path, name, content))
    assert rows.rows == ({"prompt": "é", "completion": "b"},)
    assert rows.columns == ("prompt", "completion")
    assert (rows.format, rows.total) == ("prompt_completion", 1)
    check_rows(rows, "prompt_completion")


def test_csv_values_are_exactly_what_the_file_says(tmp_path: Path) -> None:
    long = "x" * 200_000
    path = write(tmp_path, "a.csv", f'instruction,output\n"a\nb",NA\n007,\n{long},1\n')
    rows = read_rows(path)
    assert [row["output"] for row in rows.rows] == ["NA", "", "1"]
    assert rows.rows[0]["instruction"] == "a\nb"
    assert rows.rows[1]["instruction"] == "007"
    assert rows.numbers == (2, 4, 5)
    check_rows(rows, "alpaca")


def test_formats_are_told_apart_by_their_columns(tmp_path: Path) -> None:
    chat = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    for row, format in [
        (ALPACA, "alpaca"),
        ({"prompt": "a", "completion": "b", "id": 3}, "prompt_completion"),
        ({"messages": chat}, "messages"),
        ({"question": "a", "answer": "b"}, None),
    ]:
        rows = read_rows(write(tmp_path, "a.jsonl", json.dumps(row)))
        assert rows.format == format
        if format:
            check_rows(rows, format)


def test_shipped_rows_pass() -> None:
    rows = read_rows(SHIPPED / "extract.train.jsonl")
    assert rows.format == "alpaca"
    assert rows.total == len(rows.rows) >= 400
    check_rows(rows, "alpaca")


def test_limit_and_total(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", (json.dumps(ALPACA) + "\n") * 5)
    assert [len(read_rows(path, limit=n).rows) for n in (1, 5, 9)] == [1, 5, 5]
    assert [read_rows(path, limit=n).total for n in (1, 5, 9)] == [None, 5, 5]


def test_preview_of_a_huge_file_reads_its_beginning_only(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", (json.dumps(ALPACA) + "\n") * 300)
    # Sparse: a terabyte that takes no room, and that nobody could read through.
    with path.open("r+b") as file:
        file.truncate(10**12)
    assert len(read_rows(path, limit=200).rows) == 200


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.txt", "x", "a.txt: is not a .json, .jsonl or .csv file."),
        ("a.jsonl", "", "a.jsonl: holds no rows."),
        ("a.csv", "", "a.csv: holds no rows."),
        ("a.csv", "prompt,completion\n", "a.csv: holds no rows."),
        ("a.json", " \n", "a.json: holds no rows."),
        ("a.json", "[]", "a.json: holds no rows."),
        ("a.json", '"x"', "a.json: is not an array of objects."),
        ("a.json", '[\n{"a": "b"},\n{"a": "c', "line 3: the JSON ends too early."),
        ("a.json", '[{"a": "b"},', "line 1: the JSON ends too early."),
        ("a.json", '[{"a": "b"} {}]', "line 1: is not JSON ("),
        ("a.json", '[{"a": "b"}, 3]', "a.json, row 2: 3 is not an object."),
        ("a.json", b'[\n"\xff"]', "line 2: is not UTF-8 text"),
        ("a.json", '\ufeff[{"a": "b"}]', "line 1: starts with a byte order mark"),
        ("a.json", "[" * 100_000, "line 1: is nested too deeply"),
        ("a.jsonl", '{"a": "b"}\n\n{"a": "c', "line 3: the JSON ends too early."),
        ("a.jsonl", '{"a": "b"}\n[1]\n', "line 2: [1] is not an object"),
        ("a.jsonl", b'{"a": "b"}\n{"a": "\xe9"}\n', "line 2: is not UTF-8 text"),
        ("a.jsonl", '{"a": "b"}\n{a: 1}\n', "line 2: is not JSON ("),
        ("a.csv", b"a,b\n1,2\n\xe9,3\n", "line 3: is not UTF-8 text"),
        ("a.csv", "a,b\n1,2\n1,2,3\n", "line 3: has 3 values for 2 columns."),
        ("a.csv", 'a,b\n"1\n1",2\n1\n', "line 4: has 1 values for 2 columns."),
        ("a.csv", "a,a\n1,2\n", "line 1: a column has no name or the name of"),
        ("a.csv", 'a,b\n1,2\n1,"2', "line 3: is not CSV ("),
    ],
)
def test_unreadable_files(
    tmp_path: Path, name: str, content: str | bytes, told: str
) -> None:
    assert told in message(write(tmp_path, name, content))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert message(tmp_path / "a.csv") == f"There is no file {tmp_path / 'a.csv'}."
    (tmp_path / "b.json").mkdir()
    assert message(tmp_path / "b.json").startswith("b.json: cannot be read (")


@pytest.mark.parametrize(
    ("row", "format", "told"),
    [
        ({"instruction": "a"}, "alpaca", "lacks output, which the format alpaca needs"),
        ({}, "alpaca", "lacks instruction, output"),
        (ALPACA | {"output": 3}, "alpaca", "output is 3, not text."),
        (ALPACA | {"output": None}, "alpaca", "output is null, not text."),
        (ALPACA | {"input": ["x"]}, "alpaca", 'input is ["x"], not text.'),
        (ALPACA | {"output": "\ud800"}, "alpaca", 'output is "\\ud800", not text.'),
        (ALPACA, "prompt_completion", "it has instruction, input, output."),
        ({"messages": "hi"}, "messages", 'messages is "hi", not a list'),
        ({"messages": []}, "messages", "messages is [], not a list"),
        ({"messages": ["hi"]}, "messages", "message 1 is not an object with role"),
        ({"messages": [{"role": "user"}]}, "messages", "message 1 is not an object"),
        (
            {"messages": [{"role": "user", "content": "a"}]},
            "messages",
            "the last message is not the assistant's",
        ),
        (
            {"messages": [{"role": "gpt", "content": "a"}]},
            "messages",
            'message 1 has the role "gpt"; known are system, user, assistant.',
        ),
        (
            {"messages": [{"role": "assistant", "content": None}]},
            "messages",
            "messages[0].content is null, not text.",
        ),
    ],
)
def test_rows_that_do_not_fit(
    tmp_path: Path, row: dict, format: str, told: str
) -> None:
    good = {
        "alpaca": ALPACA,
        "prompt_completion": {"prompt": "a", "completion": "b"},
        "messages": {"messages": [{"role": "assistant", "content": "a"}]},
    }[format]
    lines = f"{json.dumps(good)}\n\n{json.dumps(row)}\n"
    found = message(write(tmp_path, "a.jsonl", lines), format)
    assert "a.jsonl, line 3: " in found and told in found
    found = message(write(tmp_path, "a.json", json.dumps([good, row])), format)
    assert "a.json, row 2: " in found and told in found


def test_empty_input_may_be_null_or_missing(tmp_path: Path) -> None:
    rows = [ALPACA | {"input": None}, {"instruction": "a", "output": "b"}]
    check_rows(read_rows(write(tmp_path, "a.json", json.dumps(rows))), "alpaca")
