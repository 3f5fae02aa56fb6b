"""The presets as the page tells them: each change in words, in both languages."""

from dataclasses import dataclass

import pytest

from webui.page.frame import Page
from webui.page.language import Language
from webui.page.presets import changes_in_words
from webui.recipe import Recipe
from webui.recipe.paths import FIELDS
from webui.recipe.presets import PRESETS, Change, changes
from webui.runs.difference import value_text


@dataclass
class Reader(Page):
    """A page as far as its language; nothing is built."""

    def __init__(self, language: Language) -> None:
        self.language = language


def test_a_change_is_told_by_the_field_s_title() -> None:
    changed = changes("careful", Recipe(), 640)
    english, chinese = (
        changes_in_words(changed, language) for language in ("en", "zh")
    )
    assert "Learning rate 0.0002 → 0.0001, " in english and english.endswith(".")
    assert "End with the best no → yes" in english
    assert "学习率 0.0002 → 0.0001" in chinese and chinese.endswith("。")
    assert "以最佳结果结束 否 → 是" in chinese
    assert "linear, down to zero → cosine, down to zero" in english


@pytest.mark.parametrize("name", PRESETS)
def test_every_changed_field_has_words(name: str) -> None:
    for rows in (None, 10, 640):
        for path, old, new in changes(name, Recipe(), rows):
            assert path in FIELDS
            assert value_text(old, path) != value_text(new, path)


def test_no_change_is_said_too() -> None:
    assert changes_in_words([], "en") == "changes nothing: it is so already."


def test_lists_and_texts_are_shown_as_they_are() -> None:
    changed = [Change("watch.prompts", (), ("<b>",))]
    assert changes_in_words(changed, "en").endswith("(empty) → <b>.")
