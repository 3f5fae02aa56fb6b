"""Rows that can be used are kept with what they came from; others are told."""

import pytest

from webui.notebook.carried.usable import usable


def double(row: dict) -> dict:
    if row["n"] < 0:
        raise ValueError("is negative")
    return {"text": str(row["n"] * 2)}


def test_bad_rows_are_left_out_and_told(capsys: pytest.CaptureFixture) -> None:
    records = [
        ("a, line 1", {"n": 1}),
        ("a, line 2", ValueError("is no row", "raw")),
        ("a, line 3", {"n": -1}),
        ("a, line 4", {"n": 2}),
    ]
    assert usable(records, double) == [
        {"row": {"n": 1}, "text": "2"},
        {"row": {"n": 2}, "text": "4"},
    ]
    assert capsys.readouterr().out == (
        "2 rows, 2 left out\na, line 2: is no row\na, line 3: is negative\n"
    )


def test_only_the_first_reasons_are_printed(capsys: pytest.CaptureFixture) -> None:
    usable([(f"line {n}", ValueError("no")) for n in range(1000)], double)
    assert len(capsys.readouterr().out.splitlines()) == 11


def test_what_is_no_fault_of_a_row_is_raised() -> None:
    with pytest.raises(KeyError):
        usable([("line 1", {})], double)
