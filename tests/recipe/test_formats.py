"""The declared formats: names, texts in both languages, roles and synonyms."""

from typing import get_args

import pytest

from webui.recipe.formats import FORMATS, FormatName
from webui.recipe.formats.format import Format
from webui.rows.mapping.mappers import MAPPERS
from webui.text import Text

every_format = pytest.mark.parametrize("format", FORMATS.values(), ids=FORMATS)
WITHOUT_INSTRUCTION = {"alpaca", "question_answer", "prompt_completion", "messages"} | {
    "transcript",
    "text",
    "preference",
    "preferred",
    "rating",
}


def is_bilingual(text: Text) -> bool:
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
    return bool(text.en) and text.en.isascii() and chinese


def test_formats_their_names_and_their_mappers_are_the_same() -> None:
    assert get_args(FormatName) == tuple(FORMATS)
    assert MAPPERS.keys() == FORMATS.keys()
    assert all(name == format.name for name, format in FORMATS.items())


@every_format
def test_everything_is_told_in_both_languages(format: Format) -> None:
    assert is_bilingual(format.title)
    assert is_bilingual(format.help)
    assert all(is_bilingual(role.title) for role in format.roles)
    assert format.instruction is None or is_bilingual(format.instruction)


@every_format
def test_chinese_texts_use_full_width_punctuation(format: Format) -> None:
    texts = [format.title.zh, format.help.zh]
    texts += [format.instruction.zh] if format.instruction else []
    for text in texts:
        assert not set(",;()!?") & set(text)


@every_format
def test_rows_without_a_question_of_their_own_get_an_instruction(
    format: Format,
) -> None:
    assert (format.instruction is None) == (format.name in WITHOUT_INSTRUCTION)


@every_format
def test_roles_and_synonyms_are_told_apart(format: Format) -> None:
    names = [role.name for role in format.roles]
    assert len(set(names)) == len(names)
    assert format.required
    for role in format.roles:
        synonyms = [*role.synonyms, role.name]
        assert len(set(synonyms)) == len(synonyms)
        assert all(name == name.lower().strip() for name in synonyms)
        assert role.kinds


@pytest.mark.parametrize("name", ["preference", "preferred"])
def test_preferences_say_plainly_what_is_not_used(name: str) -> None:
    assert "imitates the" in FORMATS[name].help.en
    assert "not used yet" in FORMATS[name].help.en
