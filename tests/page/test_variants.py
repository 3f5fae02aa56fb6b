"""LoRA's variants are found by their names, and each is one field of the recipe."""

import gradio as gr
import pytest

from webui.kernel.kernel import this_kernel
from webui.page.draft import Draft
from webui.page.frame import Page
from webui.page.studio import Studio
from webui.page.variants import SETS, choices, is_lora, looks, turn
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.methods import METHODS, VARIANTS, active_variants
from webui.recipe.paths import FIELDS
from webui.recipe.store import with_values

pytestmark = pytest.mark.usefixtures("tunebook_home")


def page_of(recipe: Recipe, language: str = "en") -> Page:
    """A page without parts."""
    with gr.Blocks():
        studio = Studio(this_kernel(), Draft(recipe))
        return Page(studio, language, gr.State(None), gr.Textbox())  # type: ignore[arg-type]


def test_every_variant_has_a_button() -> None:
    assert {*SETS} == {*VARIANTS}
    for fields in SETS.values():
        assert all(FIELDS[path].default != value for path, value in fields.items())


@pytest.mark.parametrize("name", SETS)
def test_a_press_uses_a_variant_and_the_next_takes_it_back(name: str) -> None:
    page = page_of(Recipe())
    turn(page, name)  # type: ignore[arg-type]
    assert name in active_variants(page.studio.draft.recipe)
    assert looks(page, name, page.view())["value"].startswith("✓")  # type: ignore[arg-type]
    turn(page, name)  # type: ignore[arg-type]
    assert name not in active_variants(page.studio.draft.recipe)
    left = with_values(page.studio.draft.recipe, {"model.precision": "16bit"})
    assert left == Recipe()


def test_they_are_lora_s_alone() -> None:
    for values, there in (({}, True), ({"adapter": {"method": "ia3"}}, False)):
        page = page_of(check(values))
        assert is_lora(page.view()) is there
        assert looks(page, "qlora", page.view())["visible"] is there


@pytest.mark.parametrize("language", ["en", "zh"])
def test_whoever_types_a_name_into_the_list_finds_it(language: str) -> None:
    listed = choices(page_of(Recipe(), language))
    assert [name for _, name in listed] == [*METHODS]
    for word in ("QLoRA", "DoRA", "rsLoRA", "PiSSA"):
        assert [name for title, name in listed if word in title] == ["lora"]
    full = "Full fine-tuning" if language == "en" else "全参数微调"
    assert [name for title, name in listed if full in title] == ["full"]
