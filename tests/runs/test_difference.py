"""Two recipes side by side: only what differs, and only what has an effect."""

from typing import Any

import pytest

from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.runs.difference import difference, value_text


def paths(left: dict[str, Any], right: dict[str, Any]) -> list[str]:
    return [found.path for found in difference(check(left), check(right))]


def test_a_recipe_does_not_differ_from_itself() -> None:
    assert difference(Recipe(), Recipe()) == []


def test_what_differs_stands_in_the_order_of_the_fields() -> None:
    left = {"name": "a", "training": {"seed": 1}, "adapter": {"rank": 8}}
    right = {"name": "b", "training": {"seed": 2}, "adapter": {"rank": 4}}
    assert paths(left, right) == ["name", "adapter.rank", "training.seed"]
    (rank,) = difference(
        check({"adapter": {"rank": 8}}), check({"adapter": {"rank": 4}})
    )
    assert (rank.left, rank.right) == (8, 4)
    assert rank.title.en == "Rank" and rank.title.zh != rank.title.en


def test_a_field_without_effect_is_left_out() -> None:
    by_epochs = {"training": {"duration": "epochs", "steps": 5}}
    assert paths(by_epochs, {"training": {"duration": "epochs", "steps": 9}}) == []
    # LoRA's other fields have no effect in (IA)³, and stand at their defaults.
    assert paths({"adapter": {"rank": 4}}, {"adapter": {"method": "ia3"}}) == [
        "adapter.method",
        "adapter.rank",
    ]


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        (True, "yes", "是"),
        (1e-4, "0.0001", "0.0001"),
        (("a", "b"), "a, b", "a、b"),
        ("", "(empty)", "（空）"),
        ((), "(empty)", "（空）"),
        ({}, "(empty)", "（空）"),
        ({"adapter.rank": [2, 3]}, "adapter.rank: [2, 3]", "adapter.rank: [2, 3]"),
        (None, "–", "–"),
        (0, "0", "0"),
    ],
)
def test_a_value_is_written_for_a_person(
    value: Any, english: str, chinese: str
) -> None:
    assert value_text(value) == (english, chinese)
