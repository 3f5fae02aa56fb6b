"""The lists that say which column holds which part of a row."""

from typing import Any

import pytest

from webui.page.columns import (
    SLOTS,
    column_changes,
    is_of_another_format,
    read_columns,
    write_columns,
)
from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.recipe.store import with_values


def recipe_of(format: str, **columns: str) -> Recipe:
    """A recipe with a format and a mapping."""
    return with_values(Recipe(), {"data.format": format, "data.columns": columns})


def shown(recipe: Recipe, *columns: str, readable: bool = True) -> dict[str, Any]:
    """The values of the lists that are shown, by their part."""
    changes = column_changes(recipe, columns, readable, "en")
    values = write_columns(recipe)
    return {
        values[slot]: changes[slot + 1].get("value", values[slot + 1])
        for slot in range(0, 2 * SLOTS, 2)
        if changes[slot + 1]["visible"]
    }


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_written_is_read_again(format: str) -> None:
    parts = [role.name for role in FORMATS[format].roles]
    for mapping in ({}, {name: f"my {name}" for name in parts}):
        values = write_columns(recipe_of(format, **mapping))
        assert len(values) == 2 * SLOTS
        assert read_columns(values) == mapping


def test_a_system_prompt_counts_where_it_is_named() -> None:
    named = {"system": "system", "history": "history"}
    for format in ("alpaca", "question_answer"):
        assert read_columns(write_columns(recipe_of(format, **named))) == named
    # Of messages it is used by its name alone.
    assert read_columns(["messages", "messages", "system", "system"]) == {}


def test_a_cleared_list_says_nothing() -> None:
    values = ["prompt", None, "completion", "reply", "system", ""]
    assert read_columns(values) == {"completion": "reply"}


def test_each_part_shows_the_column_that_is_used() -> None:
    question = recipe_of("question_answer", question="query")
    assert shown(question, "query", "answer") == {
        "question": "query",
        "answer": "answer",
    }
    # A column is left, so that the optional parts may have it; none is used unasked.
    left = shown(question, "query", "answer", "system")
    assert left["system"] == left["history"] == ""


def test_a_part_without_a_column_is_empty() -> None:
    assert shown(recipe_of("prompt_completion"), "a", "b")["prompt"] == ""


def test_lists_with_nothing_to_choose_are_hidden() -> None:
    assert shown(recipe_of("text"), "text") == {}
    assert shown(recipe_of("text"), "text", "title") == {"text": "text"}
    assert shown(recipe_of("alpaca"), readable=False) == {}


def test_two_columns_of_the_right_names_may_still_be_swapped() -> None:
    swapped = {"source": "source", "target": "target"}
    assert shown(recipe_of("translation"), "source", "target") == swapped


def test_a_mapping_of_the_format_of_before_is_not_taken() -> None:
    """The lists may still show it when another tab, or this one, has changed it."""
    recipe = recipe_of("prompt_completion", prompt="query")
    assert is_of_another_format(recipe, {"question": "query"})
    assert not is_of_another_format(recipe, {"completion": "reply"})
    assert not is_of_another_format(recipe, {})
