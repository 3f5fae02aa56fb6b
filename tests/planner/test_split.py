"""Held-out rows: as many as asked, evenly, in whole groups, and the same each time."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui.planner.split import (
    hold_out,
    hold_out_by_column,
    hold_out_evenly,
    hold_out_groups,
)


def rows(values: list) -> list[dict]:
    return [{"row": {"kind": value, "n": n}} for n, value in enumerate(values)]


def numbers(part: list[dict]) -> set[int]:
    return {row["row"]["n"] for row in part}


SPLITS = {
    "drawn": lambda given, count: hold_out(given, count, seed=1),
    "evenly": lambda given, count: hold_out_evenly(given, count, "kind", seed=1),
    "groups": lambda given, count: hold_out_groups(given, count, "kind", seed=1),
}


@pytest.mark.parametrize("split", SPLITS)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=60), st.integers(1, 30))
def test_every_row_is_on_one_side_and_a_seed_gives_the_same(
    split: str, values: list[int], count: int
) -> None:
    given_rows = rows(values)
    held_out, others = SPLITS[split](given_rows, min(count, len(values)))
    assert numbers(held_out) | numbers(others) == set(range(len(values)))
    assert len(held_out) + len(others) == len(values)
    assert SPLITS[split](given_rows, min(count, len(values))) == (held_out, others)
    assert given_rows == rows(values)  # the list itself is left as it was


@pytest.mark.parametrize("split", ["drawn", "evenly"])
@given(st.lists(st.integers(0, 4), min_size=2, max_size=60), st.integers(1, 30))
def test_as_many_as_asked_are_held_out(split: str, values: list, count: int) -> None:
    count = min(count, len(values))
    assert len(SPLITS[split](rows(values), count)[0]) == count


def test_another_seed_draws_others() -> None:
    values = rows([0] * 100)
    assert hold_out(values, 10, seed=1) != hold_out(values, 10, seed=2)


def test_each_value_keeps_its_share() -> None:
    values = ["a"] * 80 + ["b"] * 15 + ["c"] * 5
    held_out, _ = hold_out_evenly(rows(values), 20, "kind", seed=3)
    counts = Counter(row["row"]["kind"] for row in held_out)
    assert counts == {"a": 16, "b": 3, "c": 1}
    # Mixed, so that the first of them are no single value.
    assert len({row["row"]["kind"] for row in held_out[:10]}) > 1


@given(st.lists(st.integers(0, 9), min_size=2, max_size=80), st.integers(1, 40))
def test_a_group_is_never_parted(values: list[int], count: int) -> None:
    held_out, others = hold_out_groups(rows(values), count, "kind", seed=5)
    kinds = [{row["row"]["kind"] for row in part} for part in (held_out, others)]
    assert not kinds[0] & kinds[1]


def test_groups_come_near_to_the_count() -> None:
    held_out, _ = hold_out_groups(rows([n % 50 for n in range(500)]), 60, "kind", 1)
    assert len(held_out) == 60


def test_a_column_tells_which_rows_are_held_out() -> None:
    values = ["train", "test", "train", None, "test"]
    held_out, others = hold_out_by_column(rows(values), "kind", "test")
    assert (numbers(held_out), numbers(others)) == ({1, 4}, {0, 2, 3})
    assert hold_out_by_column(rows(values), "nowhere", "test")[0] == []
