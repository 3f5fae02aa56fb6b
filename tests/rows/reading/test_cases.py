"""Files as people have them: each gives its own values, at their places."""

import math
from pathlib import Path

import pytest

from webui.rows.reading.description import describe_file
from webui.rows.reading.sources import records

CASES = Path(__file__).parents[2] / "data" / "cases"
PAIRS = [(f"Q{n}?", f"A{n}") for n in range(4)]


def read(name: str) -> tuple[list[str], list[tuple]]:
    """The places and the values of a case."""
    found = list(records(CASES / name))
    places = [f"{record.unit.en} {record.number}" for record in found]
    return places, [tuple((record.row or {}).values()) for record in found]


def lines(*numbers: int) -> list[str]:
    return [f"line {number}" for number in numbers]


def rows(count: int) -> list[str]:
    return [f"row {number}" for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("name", "places", "values"),
    [
        ("n05_bom_middle.csv", lines(2, 3), PAIRS[:2]),
        (
            "n05_utf16le_nobom_cjk.csv",
            lines(2, 3),
            [("你好", "世界"), ("再见", "世界")],
        ),
        (
            "21_latin1.csv",
            lines(2, 3),
            [("Was heißt Käse?", "cheese"), ("Was heißt Öl?", "oil")],
        ),
        (
            "n05_cp1252.csv",
            lines(2, 3, 4, 5, 6),
            [(f"What’s no. {n}?", f"I don’t know “{n}”.") for n in range(5)],
        ),
        ("n06_array_in_jsonl.jsonl", lines(2, 3, 4, 5), PAIRS),
        ("n06_pretty.jsonl", lines(1, 5, 9, 13), PAIRS),
        ("n06_trailing_commas.jsonl", lines(1, 2, 3, 4), PAIRS),
        (
            "n07_sep.csv",
            lines(3, 4, 5),
            [("Q0?", "A0"), ("Q1, or not?", "A1"), ("Q2?", "A2")],
        ),
        (
            "n07_no_header.csv",
            lines(1, 2, 3),
            [
                ("What is red?", "a colour"),
                ("What is two?", "a number"),
                ("What is an oak?", "a tree"),
            ],
        ),
        ("n07_space_quote.csv", lines(2, 3), [("Q0, or?", "A0, yes"), ("Q1?", "A1")]),
        ("n08_datasets_server.json", rows(4), PAIRS),
        ("n08_meta_first.json", rows(4), PAIRS),
        ("n08_pandas_default.json", rows(4), PAIRS),
        ("n08_splits.json", rows(4), PAIRS),
        ("n11_splits.zip", lines(1, 2, 3, 4), PAIRS),
    ],
)
def test_values_and_places(name: str, places: list, values: list) -> None:
    assert read(name) == (places, values)


def test_rows_of_one_line_are_told_by_their_numbers() -> None:
    places, values = read("n10_oneline.json")
    assert places == rows(9)
    assert values[3] == ("Q3?", "")


def test_mixed_types_stay_as_they_are() -> None:
    _, values = read("20_mixed_types.json")
    answers = [answer for _, answer in values]
    assert answers[:5] == [4, "4b", True, ["a", "b"], None]
    assert math.isnan(answers[5]) and answers[6] == math.inf


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("n05_cp1252.csv", "CSV, Windows-1252 (likely), delimiter ,"),
        ("n05_utf16le_nobom_cjk.csv", "CSV, UTF-16, delimiter ,"),
        ("n07_sep.csv", "CSV, UTF-8, delimiter ;"),
        ("n07_no_header.csv", "CSV, UTF-8, delimiter ,, no header"),
        ("n08_splits.json", "JSON, UTF-8; test is left out"),
        (
            "n11_splits.zip",
            "JSONL, UTF-8, 1 file in a ZIP; "
            "d/test.jsonl, d/validation.jsonl are left out",
        ),
    ],
)
def test_how_a_file_was_understood_is_told(name: str, line: str) -> None:
    assert describe_file(CASES / name).line.en == line
