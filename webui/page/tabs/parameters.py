"""Tab Parameters: which weights learn, how many, and whether that fits."""

from functools import partial
from typing import Any

import gradio as gr

from webui.page import variants
from webui.page.cell import beside_code, cell, output_of, run_up_to
from webui.page.frame import Page
from webui.page.language import MORE, RUN
from webui.page.method_card import explained_html
from webui.page.tabs import (
    parameter_beside,
    parameter_counts,
    parameter_memory,
    parameter_structure,
)
from webui.page.view import View
from webui.recipe.combinations.continued import FREE

PARENT = "adapter.from_run"
# Field by field as they matter; what the method does not have is hidden.
ROWS = (
    "adapter.rank adapter.alpha",
    "adapter.initial_rank adapter.block_size adapter.last_layers",
    "adapter.virtual_tokens adapter.encoder adapter.prompt_start",
    "adapter.prefix_projection adapter.encoder_hidden_size",
    "adapter.prompt_text",
    "adapter.targets",
    "adapter.target_modules",
    "adapter.target_regex",
)
RARE_ROWS = (
    "adapter.dropout adapter.start",
    "adapter.use_rslora adapter.use_dora",
    "adapter.lora_plus_ratio adapter.layers adapter.experts",
    "adapter.modules_to_save adapter.serve_with",
)


def build(page: Page) -> None:
    """The adapter cell with its counts, the memory it takes, and the model's tree."""
    with cell(page, "adapter", RUN, "run-adapter", partial(run_up_to, page, "adapter")):
        with beside_code(page, "adapter"):
            form(page)
        parameter_counts.build(page)
        card = parameter_memory.card_list(page)
        parameter_beside.build(page, card)
        parameter_memory.build(page, card)
        parameter_structure.build(page)
        output_of(page, "adapter")


def form(page: Page) -> None:
    """The method and its settings; the rare ones folded."""
    page.field(PARENT, lambda view: {"visible": bool(parent_of(view))})
    page.field("adapter.method", partial(method_field, page))
    variants.build(page)
    page.html(
        lambda page, view: explained_html(page, view.recipe),
        elem_id="method-explained",
    )
    page.place(*ROWS, changes=shape_kept)
    with gr.Accordion(page.say(MORE), open=False):
        page.place(*RARE_ROWS, changes=shape_kept)


def shape_kept(path: str) -> Any:
    """What fixes a field of the adapter's shape, where one is trained on."""
    return None if path in FREE else unless_parent


def method_field(page: Page, view: View) -> dict[str, Any]:
    """The methods by every name that they are known by, fixed as the rest."""
    return {**unless_parent(view), "choices": variants.choices(page)}


def parent_of(view: View) -> str:
    """The run that the recipe trains on from; empty for the base."""
    return view.recipe.adapter.from_run


def unless_parent(view: View) -> dict[str, Any]:
    """An adapter that is trained on keeps its shape: its fields are fixed."""
    return {"interactive": not parent_of(view)}
