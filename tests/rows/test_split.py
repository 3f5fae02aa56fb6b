"""Held-out rows: as many as asked, evenly, in whole groups, and the same each time."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.sections import Evaluation, Split, Training
from webui.rows.split import (
    hold_out,
    hold_out_as_before,
    hold_out_by_column,
    hold_out_evenly,
    hold_out_groups,
    parted_rows,
    watched_part,
)


def rows(values: list) -> list[dict]:
    return [{"row": {"kind": value, "n": n}} for n, value in enumerate(values)]


def numbers(part: list[dict]) -> set[int]:
    return {row["row"]["n"] for row in part}


SPLITS = {
    "drawn": lambda given, count: hold_out(given, count, seed=1),
    "as before": lambda given, count: hold_out_as_before(given, count, seed=1),
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


@pytest.mark.parametrize("split", ["drawn", "as before", "evenly"])
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


def order(part: list[dict]) -> list[int]:
    """The numbers of the rows, in their order."""
    return [row["row"]["n"] for row in part]


@pytest.mark.parametrize("seed", [0, 1, 42, 3407, 2**32 - 1])
@pytest.mark.parametrize(
    ("total", "count"), [(2, 1), (7, 3), (50, 49), (300, 30), (1001, 1)]
)
def test_rows_are_drawn_as_datasets_draws_them(
    total: int, count: int, seed: int
) -> None:
    """So that a cell which loads a plain source holds out the very same rows."""
    from datasets import Dataset

    given_rows = rows([0] * total)
    data = Dataset.from_list([row["row"] for row in given_rows])
    drawn = data.train_test_split(test_size=count, seed=seed)
    held_out, others = hold_out(given_rows, count, seed)
    assert order(held_out) == drawn["test"]["n"]
    assert order(others) == drawn["train"]["n"]


def test_rows_of_older_runs_are_drawn_as_they_were() -> None:
    held_out, others = hold_out_as_before(rows([0] * 12), 4, seed=3407)
    assert order(held_out) == HELD_BEFORE
    assert order(others) == OTHERS_BEFORE


# Written down before rows were kept in runs.
HELD_BEFORE = [10, 1, 11, 8]
OTHERS_BEFORE = [4, 9, 7, 3, 5, 2, 6, 0]


def split_by(**chosen: object) -> Recipe:
    return Recipe(split=Split(**chosen), training=Training(seed=5))


def test_a_recipe_s_split_decides_how_rows_are_parted() -> None:
    values = rows(["train", "test", "x", "test"] * 10)

    def parted(as_before: bool = False, **chosen: object) -> tuple[list, list]:
        recipe = split_by(**chosen)
        held, others = parted_rows(recipe, values, as_before=as_before)
        return order(held), order(others)

    def drawn(found: tuple[list, list]) -> tuple[list, list]:
        return order(found[0]), order(found[1])

    assert parted(by="count", count=7) == drawn(hold_out(values, 7, 5))
    assert parted(fraction=0.1) == drawn(hold_out(values, 4, 5))
    assert parted(fraction=0.001) == drawn(hold_out(values, 1, 5))
    assert parted(by="count", count=99)[1] == []  # all that there are
    before = parted(as_before=True, by="count", count=7)
    assert (
        before == drawn(hold_out_as_before(values, 7, 5)) != parted(by="count", count=7)
    )
    evenly = {"by": "count", "count": 8, "stratify_by": "kind"}
    assert parted(**evenly) == drawn(hold_out_evenly(values, 8, "kind", 5))
    grouped = {"fraction": 0.4, "group_by": "kind"}
    assert parted(**grouped) == drawn(hold_out_groups(values, 16, "kind", 5))
    # What never was drawn is as it was.
    for chosen in (evenly, grouped, {"by": "column", "column": "kind"}):
        assert parted(**chosen) == parted(as_before=True, **chosen)
    assert parted(by="column", column="kind")[0] == order(values[1::2])
    assert parted(by="file") == ([], order(values))


WATCHING: dict[str, dict] = {
    "drawn": {},
    "evenly": {"stratify_by": "kind"},
    "groups": {"group_by": "kind"},
    "by a column": {"by": "column", "column": "kind", "group_by": "kind"},
}


@pytest.mark.parametrize("how", WATCHING)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=40), st.integers(0, 20))
def test_something_is_watched_and_no_less_is_learned(
    how: str, values: list[int], asked: int
) -> None:
    recipe = Recipe(
        split=Split(**WATCHING[how]), evaluation=Evaluation(every="steps", rows=asked)
    )
    try:
        watched, others = watched_part(recipe, rows(values))
    except PlannerError as error:
        one_group = how == "groups" and len(set(values)) == 1
        assert one_group or max(asked, 1) > len(values) // 2
        assert error.path in ("evaluation.rows", "evaluation.every")
        return
    assert 0 < len(watched) <= len(others)
    assert numbers(watched) | numbers(others) == set(range(len(values)))
    assert not numbers(watched) & numbers(others)
    if how == "groups":
        kinds = [{row["row"]["kind"] for row in part} for part in (watched, others)]
        assert not kinds[0] & kinds[1]
