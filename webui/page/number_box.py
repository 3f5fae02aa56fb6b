"""A box for a number that keeps what is typed into it.

The browser's own boxes for numbers, and Gradio's, round, clamp or drop what they do not
take, so that the user cannot be told what is wrong with it.
"""

from typing import Any

import gradio as gr

from webui.recipe.field import DeclaredField
from webui.recipe.numbers import read_number

PLAIN = gr.InputHTMLAttributes(
    autocomplete="off", autocorrect="off", autocapitalize="off", spellcheck=False
)


def number_box(declared: DeclaredField, **options: Any) -> gr.Textbox:
    """A box for the number that a field holds; ``numbers.js`` gives it its keys."""
    kinds = ["number-box", "whole" if declared.type is int else "real"]
    if declared.declaration.step:
        low, high = declared.bound("ge"), declared.bound("le")
        kinds.append(f"slides-{low:g}-{high:g}")
    return gr.Textbox(
        max_lines=1,
        elem_classes=kinds,
        html_attributes=PLAIN,
        **options,
    )


def typed_number(declared: DeclaredField, typed: Any) -> int | float | str:
    """What a box holds: a number, or what was typed where it is none."""
    return read_number(str(typed or ""), whole=declared.type is int)
