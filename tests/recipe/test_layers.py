"""Layers as a user writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui.recipe.layers import last_layers, layer_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0", (0,)),
        ("3,1", (1, 3)),
        (" 0 - 3 , 28-29 ", (0, 1, 2, 3, 28, 29)),
        ("5-5", (5,)),
        ("1-3, 2-4, 3", (1, 2, 3, 4)),
        ("0-1\uff0c4\u30016", (0, 1, 4, 6)),
        ("0\u20132", (0, 1, 2)),
    ],
)
def test_ranges_and_single_layers(text: str, numbers: tuple[int, ...]) -> None:
    assert layer_numbers(text) == numbers
    assert last_layers(text) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        ("0-3,", ""),
        ("0-3, x", "x"),
        ("-1", "-1"),
        ("3-1", "3-1"),
        ("1 2", "1 2"),
        ("1-2-3", "1-2-3"),
        ("99999", "99999"),
        ("1.5", "1.5"),
        ("last 4", "last 4"),
        ("\u0661", "\u0661"),
    ],
)
def test_the_part_that_names_no_layer_is_quoted(text: str, part: str) -> None:
    with pytest.raises(ValueError) as caught:
        layer_numbers(text)
    assert str(caught.value) == part


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("last 4", 4),
        ("  Last  12 ", 12),
        ("last 0", None),
        ("last", None),
        ("last -1", None),
        ("last four", None),
        ("last 4, 1", None),
        ("the last 4", None),
        ("last 12345", None),
        ("4", None),
    ],
)
def test_last_layers(text: str, count: int | None) -> None:
    assert last_layers(text) == count


@given(st.sets(st.integers(0, 9999), min_size=1, max_size=20))
def test_numbers_that_are_written_down_are_read_again(numbers: set[int]) -> None:
    text = ", ".join(map(str, numbers))
    assert layer_numbers(text) == tuple(sorted(numbers))


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        numbers = layer_numbers(text)
    except ValueError:
        return
    assert numbers and all(0 <= number <= 9999 for number in numbers)
