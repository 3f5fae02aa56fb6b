"""The columns of a format: for each of its parts, a list of the data's own columns."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from webui.page.bind import Binding
from webui.page.language import Language
from webui.recipe import Recipe
from webui.recipe.checks import FIELDS
from webui.recipe.field import Text
from webui.recipe.formats import FORMATS

SLOTS = max(len(format.roles) for format in FORMATS.values())
OPTIONAL = Text(" (if any)", "(可选)")


def bind_columns(language: Language) -> Binding:
    """A list for each part of a row; a hidden box beside it says which part it is.

    So what a form sends is told apart even if the format changes meanwhile.
    """
    components: list[Component] = []
    with gr.Row():
        for slot in range(SLOTS):
            components += [
                gr.Textbox(visible="hidden", elem_id=f"role-{slot}"),
                gr.Dropdown(
                    choices=[],
                    allow_custom_value=True,
                    interactive=True,
                    min_width=160,
                    elem_id=f"column-{slot}",
                ),
            ]

    def changes(recipe: Recipe, columns: Sequence[str]) -> list[dict[str, Any]]:
        return column_changes(recipe, columns, language)

    declared = FIELDS["data.columns"]
    return Binding(declared, tuple(components), read_columns, write_columns, changes)


def read_columns(values: Sequence[Any]) -> dict[str, str]:
    """The mapping that pairs of a role and a column hold; equal names say nothing."""
    pairs = zip(values[::2], values[1::2], strict=True)
    return {
        role: column
        for role, column in pairs
        if role and column not in (role, "", None)
    }


def write_columns(recipe: Recipe) -> list[Any]:
    """The recipe's mapping as the values of the pairs."""
    flat: list[Any] = []
    for role in FORMATS[recipe.data.format].roles:
        own = "" if role.optional else role.name
        flat += [role.name, recipe.data.columns.get(role.name, own)]
    return flat + [""] * (2 * SLOTS - len(flat))


def column_changes(
    recipe: Recipe, columns: Sequence[str], language: Language
) -> list[dict[str, Any]]:
    """Which lists are shown, what they are called, and what they offer."""
    changes: list[dict[str, Any]] = []
    for role in FORMATS[recipe.data.format].roles:
        label = getattr(role.title, language)
        label += getattr(OPTIONAL, language) if role.optional else ""
        shown = {"visible": True, "label": label, "choices": [*columns]}
        if role.name in columns and role.name not in recipe.data.columns:
            shown["value"] = role.name  # a column of the same name is used
        changes += [{"visible": "hidden"}, shown]
    hidden: list[dict[str, Any]] = [{"visible": "hidden"}, {"visible": False}]
    return changes + hidden * (SLOTS - len(changes) // 2)
