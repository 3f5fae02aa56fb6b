"""The columns of a format: for each of its parts, a list of the data's own columns."""

import html
from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components import Component

from webui.page.bind import Binding
from webui.page.language import Language
from webui.page.view import View
from webui.recipe import Recipe
from webui.recipe.formats import FORMATS, Role
from webui.recipe.paths import FIELDS
from webui.rows.mapping.mappers import must_be_named
from webui.text import Text

SLOTS = max(len(format.roles) for format in FORMATS.values())
BY_PARTS = {tuple(role.name for role in f.roles): f.name for f in FORMATS.values()}
PART = Text("column of: {}", "对应的列：{}")
OPTIONAL = Text(" (if any)", "（可选）")


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
                    visible=False,
                    allow_custom_value=True,
                    interactive=True,
                    min_width=160,
                    elem_id=f"column-{slot}",
                ),
            ]

    def changes(view: View) -> list[dict[str, Any]]:
        changes = column_changes(view.recipe, view.columns, view.is_readable, language)
        return with_missing(changes, view, language)

    declared = FIELDS["data.columns"]
    return Binding(declared, tuple(components), read_columns, write_columns, changes)


def read_columns(values: Sequence[Any]) -> dict[str, str]:
    """The mapping that pairs of a role and a column hold.

    A column of the role's own name says nothing, but for the roles that count only
    where they are named.
    """
    pairs = [(r, c) for r, c in zip(values[::2], values[1::2], strict=True) if r]
    format = BY_PARTS.get(tuple(role for role, _ in pairs), "")
    return {
        role: column
        for role, column in pairs
        if column and (column != role or must_be_named(format, role))
    }


def write_columns(recipe: Recipe) -> list[Any]:
    """The recipe's mapping as the values of the pairs."""
    flat: list[Any] = []
    for role in FORMATS[recipe.data.format].roles:
        own = "" if role.optional else role.name
        flat += [role.name, recipe.data.columns.get(role.name, own)]
    return flat + [""] * (2 * SLOTS - len(flat))


def column_changes(
    recipe: Recipe, columns: Sequence[str], readable: bool, language: Language
) -> list[dict[str, Any]]:
    """Which lists are shown, what they are called, and what they offer."""
    used = {role.name: used_column(recipe, role, columns) for role in roles_of(recipe)}
    left = set(columns) - set(used.values())
    hidden: list[dict[str, Any]] = [{"visible": "hidden"}, {"visible": False}]
    # One column under the very name that the format has leaves nothing to choose.
    only = len(columns) == 1 and used == {columns[0]: columns[0]}
    changes: list[dict[str, Any]] = []
    for role in roles_of(recipe):
        column = used[role.name]
        label = getattr(PART, language).format(getattr(role.title, language))
        label += getattr(OPTIONAL, language) if role.optional else ""
        useful = readable and not only and bool(column or left or not role.optional)
        shown = {"visible": useful, "label": label, "choices": [*columns]}
        if role.name not in recipe.data.columns and columns:
            shown["value"] = column
        changes += [{"visible": "hidden"}, shown]
    return changes + hidden * (SLOTS - len(changes) // 2)


def with_missing(
    changes: list[dict[str, Any]], view: View, language: Language
) -> list[dict[str, Any]]:
    """The same, and at each list whether the rows have the column that it names."""
    for slot, role in enumerate(roles_of(view.recipe)):
        missing = view.missing_columns.get(f"data.columns.{role.name}")
        told = html.escape(getattr(missing, language), quote=False) if missing else ""
        changes[2 * slot + 1]["info"] = f"✗ {told}" if told else None
        changes[2 * slot + 1]["visible"] |= bool(told)
    return changes


def roles_of(recipe: Recipe) -> tuple[Role, ...]:
    """The parts of a row of the recipe's format."""
    return FORMATS[recipe.data.format].roles


def used_column(recipe: Recipe, role: Role, columns: Sequence[str]) -> str:
    """The column that a part is read from: a named one, else that of its own name."""
    if role.name in recipe.data.columns:
        return recipe.data.columns[role.name]
    unasked = not must_be_named(recipe.data.format, role.name)
    return role.name if role.name in columns and unasked else ""
