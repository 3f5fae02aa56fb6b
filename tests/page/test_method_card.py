"""The folded explanation of a method: both languages, escaped, one link out."""

import re
from dataclasses import dataclass, replace

import pytest

from webui.page.frame import Page
from webui.page.language import Language
from webui.page.method_card import explained_html, method_card
from webui.recipe import Recipe
from webui.recipe.methods import METHODS, VARIANTS
from webui.recipe.sections import Adapter
from webui.text import Text


@dataclass
class Reader(Page):
    """A page as far as its language; nothing is built."""

    def __init__(self, language: Language) -> None:
        self.language = language


@pytest.mark.parametrize(
    ("language", "question"), [("en", "What is LoRA?"), ("zh", "什么是 LoRA")]
)
def test_it_is_told_in_the_page_s_language(language: Language, question: str) -> None:
    shown = explained_html(Reader(language), Recipe())
    assert question in shown
    lora = METHODS["lora"]
    mine, other = (0, 1) if language == "en" else (1, 0)
    assert lora.sentence[mine] in shown and lora.when[mine] in shown
    assert lora.sentence[other] not in shown
    assert f"<code>{lora.formula}</code>" in shown


def test_every_variant_that_is_on_has_a_card_of_its_own() -> None:
    recipe = Recipe(adapter=Adapter(use_dora=True, start="pissa"))
    shown = explained_html(Reader("en"), recipe)
    assert shown.count("<details") == shown.count("</details>") == 3
    assert (
        VARIANTS["dora"].source.url in shown and VARIANTS["pissa"].source.url in shown
    )


def test_the_only_thing_outside_is_a_link_that_opens_apart() -> None:
    shown = explained_html(Reader("en"), Recipe())
    assert re.findall(r"(?:src|href)=\"([^\"]*)\"", shown) == [
        METHODS["lora"].source.url
    ]
    assert 'target="_blank" rel="noopener noreferrer"' in shown
    assert "<img" not in shown and "<script" not in shown


def test_what_is_told_is_escaped() -> None:
    sly = Text("<b>a & b</b>", "<b>甲 & 乙</b>")
    method = replace(METHODS["lora"], title=sly, sentence=sly, formula="a < b")
    for language in ("en", "zh"):
        shown = method_card(Reader(language), method)
        assert "<b>" not in shown and "&lt;b&gt;" in shown
        assert "<code>a &lt; b</code>" in shown
