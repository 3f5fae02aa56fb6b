"""The variants of LoRA as buttons below the method: each sets its field, or back."""

from functools import partial
from typing import Any

import gradio as gr

from webui.page.bind import titled_choices
from webui.page.frame import Page
from webui.page.view import View
from webui.recipe import Recipe
from webui.recipe.methods import VARIANTS, VariantName, active_variants
from webui.recipe.paths import FIELDS
from webui.text import Text

# Whoever looks for one of these in the list of methods finds it there by its name.
LORA = Text(
    "LoRA (QLoRA, DoRA, rsLoRA, PiSSA …: below)",
    "LoRA（QLoRA、DoRA、rsLoRA、PiSSA 等见下方）",
)
AS = Text(
    "Variants of LoRA; a press sets their fields:",
    "LoRA 的变体（点击即设置相应字段）：",
)
# The field of each variant, first, and what it cannot do without.
SETS: dict[VariantName, dict[str, Any]] = {
    "qlora": {"model.precision": "4bit"},
    "dora": {"adapter.use_dora": True},
    "rslora": {"adapter.use_rslora": True},
    "lora_plus": {"adapter.lora_plus_ratio": 16.0},
    "pissa": {"adapter.start": "pissa"},
    "olora": {"adapter.start": "olora"},
    "eva": {"adapter.start": "eva"},
    "loftq": {"adapter.start": "loftq", "model.precision": "4bit"},
}


def build(page: Page) -> None:
    """A button for each variant, pressed while it is in use; there for LoRA alone."""
    page.html(
        lambda page, view: page.say(AS) if is_lora(view) else "", elem_id="variants-are"
    )
    with gr.Row(elem_id="variants"):
        for name in SETS:
            title = VARIANTS[name].title
            button = page.button(
                Text(title.en, title.en),
                f"variant-{name}",
                partial(turn, page, name),
                form=False,
            )
            page.watch(button, partial(looks, page, name))


def is_lora(view: View) -> bool:
    """Whether the method has these variants, and may be changed."""
    adapter = view.recipe.adapter
    return adapter.method == "lora" and not adapter.from_run


def looks(page: Page, name: VariantName, view: View) -> Any:
    """A button as it stands: marked while its variant is in use."""
    on, title = name in active_variants(view.recipe), VARIANTS[name].title.en
    return gr.update(visible=is_lora(view), value=f"✓ {title}" if on else title)


def turn(page: Page, name: VariantName) -> None:
    """Use a variant, or use it no more."""
    page.studio.draft.commit_all(turned(page.studio.draft.recipe, name))


def turned(recipe: Recipe, name: VariantName) -> dict[str, Any]:
    """What the fields are to hold after a press on a variant."""
    path = next(iter(SETS[name]))
    on = name in active_variants(recipe)
    return {path: FIELDS[path].default} if on else SETS[name]


def choices(page: Page) -> list[tuple[str, str]]:
    """The methods, with LoRA's variants by their names."""
    listed = titled_choices(FIELDS["adapter.method"], page.language)
    return [
        (page.say(LORA) if name == "lora" else title, name) for title, name in listed
    ]
