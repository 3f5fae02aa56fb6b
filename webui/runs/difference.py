"""In which fields two recipes differ."""

from dataclasses import dataclass
from typing import Any

from webui.recipe import Recipe
from webui.recipe.field import DeclaredField
from webui.recipe.paths import FIELDS, applies, value_at
from webui.text import Text

NAME = Text("Name", "名称")


@dataclass(frozen=True)
class Difference:
    """One field that two recipes set differently; None where it has no effect."""

    path: str
    title: Text
    left: Any
    right: Any


def difference(left: Recipe, right: Recipe) -> list[Difference]:
    """The fields that differ, in the order in which they are declared.

    A field that has no effect in either recipe is left out: it changes nothing. So is
    one that has an effect in one of them only and stands at its default there.
    """
    found = []
    if left.name != right.name:
        found.append(Difference("name", NAME, left.name, right.name))
    for path, declared in FIELDS.items():
        pair = effective(left, declared), effective(right, declared)
        if pair[0] != pair[1] and {*map(repr, pair)} != {
            "None",
            repr(declared.default),
        }:
            found.append(Difference(path, declared.declaration.title, *pair))
    return found


def effective(recipe: Recipe, declared: DeclaredField) -> Any:
    """A field's value in a recipe; None when another field switches it off."""
    return value_at(recipe, declared.path) if applies(declared, recipe) else None


def yaml_value(value: Any) -> str:
    """A value as a recipe writes it, on one line."""
    match value:
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case tuple() | list():
            return ", ".join(map(yaml_value, value))
    return str(value) or '""'


def value_text(value: Any, path: str = "") -> Text:
    """A value as a person reads it; one of the choices of the field at a path by its
    title."""
    titles = (FIELDS[path].declaration.choice_titles or {}) if path else {}
    match value:
        case str() if value in titles:
            return titles[value]
        case None:
            return Text("–", "–")
        case bool():
            return Text("yes", "是") if value else Text("no", "否")
        case "" | tuple() | dict() if not value:
            return Text("(empty)", "（空）")
        case tuple():
            listed = [str(each) for each in value]
            return Text(", ".join(listed), "、".join(listed))
        case dict():
            lines = [f"{key}: {each}" for key, each in value.items()]
            return Text("; ".join(lines), "；".join(lines))
        case float():
            return Text(f"{value:g}", f"{value:g}")
    return Text(str(value), str(value))
