"""Every field is declared whole: two languages, a valid default, known conditions."""

import re

import pytest

from webui.recipe import Recipe
from webui.recipe.field import DeclaredField, declared_fields
from webui.recipe.paths import FIELDS, applies, value_at
from webui.text import Text

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Names that Chinese readers know by the English word.
SAME_IN_CHINESE = ("Alpha", "Dropout")

every_field = pytest.mark.parametrize("declared", FIELDS.values(), ids=FIELDS)


def is_bilingual(text: Text) -> bool:
    """Whether the English is English and the Chinese Chinese."""
    return (
        bool(text.en.strip())
        and not CHINESE.search(text.en)
        and (bool(CHINESE.search(text.zh)) or text.zh == text.en)
    )


@every_field
def test_title_and_help_are_there_in_both_languages(declared: DeclaredField) -> None:
    title, help_text = declared.declaration.title, declared.declaration.help
    assert is_bilingual(title), title
    assert title.en != title.zh or title.en in SAME_IN_CHINESE
    assert is_bilingual(help_text) and help_text.en != help_text.zh
    assert help_text.en.endswith(".") and help_text.zh.endswith("。")


@every_field
def test_a_help_is_short_and_the_rest_stands_behind_a_click(
    declared: DeclaredField,
) -> None:
    help_text, more = declared.declaration.help, declared.declaration.more
    assert len(help_text.en) <= 80 and len(help_text.zh) <= 50
    if more is not None:
        assert is_bilingual(more) and more.en != more.zh
        assert more.en[-1] == "." and more.zh[-1] == "。"
        # A star would end the fold: see webui/page/bind.py.
        assert "*" not in "".join((*help_text, *more))


@every_field
def test_each_choice_has_a_title(declared: DeclaredField) -> None:
    titles = declared.declaration.choice_titles or {}
    assert tuple(titles) == declared.choices
    assert all(t.zh and t.en and not CHINESE.search(t.en) for t in titles.values())


@every_field
def test_conditions_name_other_fields_and_values_they_can_have(
    declared: DeclaredField,
) -> None:
    for path, value in (declared.declaration.shown_when or {}).items():
        assert path in FIELDS and path != declared.path
        for wanted in value if isinstance(value, tuple) else (value,):
            assert isinstance(wanted, FIELDS[path].type)
            assert not FIELDS[path].choices or wanted in FIELDS[path].choices


@every_field
def test_the_default_is_in_the_bounds_and_of_the_very_type(
    declared: DeclaredField,
) -> None:
    value = value_at(Recipe(), declared.path)
    assert type(value) is declared.type
    low, high = declared.bound("ge", "gt"), declared.bound("le", "lt")
    if declared.type in (int, float):
        assert low is not None and low <= value
        assert high is None or value <= high


def test_numbers_are_bounded_from_above_too() -> None:
    """A number without an end would let one keystroke ask for all of the memory."""
    numbers = [f for f in FIELDS.values() if f.type in (int, float)]
    assert [f.path for f in numbers if f.bound("le", "lt") is None] == []


def test_a_condition_decides_whether_a_field_applies() -> None:
    epochs, steps = FIELDS["training.epochs"], FIELDS["training.steps"]
    assert applies(epochs, Recipe()) and not applies(steps, Recipe())


def test_sections_are_all_declared() -> None:
    """Every attribute of every section is a declared field, and the other way."""
    recipe = Recipe().model_dump()
    paths = {
        f"{section}.{name}"
        for section, fields in recipe.items()
        if isinstance(fields, dict)
        for name in fields
    }
    assert paths == {declared.path for declared in declared_fields(Recipe)}
