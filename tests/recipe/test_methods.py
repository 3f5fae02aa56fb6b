"""The declared methods: complete, in both languages, with formula and source."""

import re
from typing import Any, get_args

import pytest

from webui.recipe import Recipe
from webui.recipe.methods import (
    METHODS,
    VARIANTS,
    Method,
    MethodName,
    VariantName,
    active_variants,
    explained,
)
from webui.recipe.paths import FIELDS
from webui.recipe.sections import Adapter, Model
from webui.text import Text

EVERY = {**METHODS, **VARIANTS}
every_method = pytest.mark.parametrize("method", EVERY.values(), ids=EVERY)

# What turns each variant on, and nothing else.
TURNS_ON: dict[str, dict[str, Any]] = {
    "rslora": {"use_rslora": True},
    "dora": {"use_dora": True},
    "lora_plus": {"lora_plus_ratio": 16.0},
    "pissa": {"start": "pissa"},
    "loftq": {"start": "loftq"},
    "olora": {"start": "olora"},
    "eva": {"start": "eva"},
}


def is_bilingual(text: Text) -> bool:
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
    return (
        bool(text.en)
        and not any("\u4e00" <= c <= "\u9fff" for c in text.en)
        and chinese
    )


def test_every_choice_of_the_recipe_is_a_method() -> None:
    assert FIELDS["adapter.method"].choices == get_args(MethodName) == tuple(METHODS)
    assert get_args(VariantName) == tuple(VARIANTS)
    assert all(name == method.name for name, method in EVERY.items())
    assert not METHODS.keys() & VARIANTS.keys()


@every_method
def test_everything_is_told_in_both_languages(method: Method) -> None:
    assert is_bilingual(method.sentence)
    assert is_bilingual(method.when)
    assert method.title.en and method.title.zh


@every_method
def test_chinese_texts_use_full_width_punctuation(method: Method) -> None:
    for text in (method.title.zh, method.sentence.zh, method.when.zh):
        assert not set(",;()!?") & set(text)
    assert method.sentence.zh.endswith("。") and method.when.zh.endswith("。")


@every_method
def test_a_sentence_is_one_sentence(method: Method) -> None:
    assert re.search(r"\.\s+[A-Z]", method.sentence.en) is None
    assert method.sentence.en.endswith(".")
    assert method.sentence.zh.count("。") == 1


@every_method
def test_the_source_is_a_paper(method: Method) -> None:
    assert method.source.authors and method.source.title
    assert re.fullmatch(r"\d{4}\.\d{5}", method.source.number)


def test_a_paper_has_its_year_and_its_page() -> None:
    source = METHODS["lora"].source
    assert source.year == 2021 and source.url == "https://arxiv.org/abs/2106.09685"


@every_method
def test_the_formula_is_one_line(method: Method) -> None:
    assert method.formula.strip() == method.formula != ""
    assert method.formula.isprintable()


def test_no_source_or_formula_is_a_copy_of_another() -> None:
    numbers = [method.source.number for method in EVERY.values()]
    assert len({*numbers}) == len(numbers)
    for of in ("formula", "title", "sentence"):
        values = [getattr(method, of) for method in EVERY.values()]
        assert len(set(values)) == len(values), of


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_is_explained_when_it_is_on(name: str) -> None:
    if name == "qlora":
        recipe = Recipe(model=Model(precision="4bit"))
    else:
        recipe = Recipe(adapter=Adapter(**TURNS_ON[name]))
    assert explained(recipe) == (METHODS["lora"], VARIANTS[name])


@pytest.mark.parametrize("name", get_args(MethodName))
def test_every_method_is_explained_and_lora_s_variants_only_with_lora(
    name: MethodName,
) -> None:
    recipe = Recipe(adapter=Adapter(method=name, use_dora=True, start="pissa"))
    assert explained(recipe)[0] is METHODS[name]
    assert active_variants(recipe) == (("dora", "pissa") if name == "lora" else ())
