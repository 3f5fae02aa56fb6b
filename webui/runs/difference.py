"""In which fields two recipes differ."""

from dataclasses import dataclass
from typing import Any

from webui.notebook.cells import SHOWN
from webui.notebook.edits import Edit, Edits, hash_of, titles_of
from webui.recipe import Recipe
from webui.recipe.field import DeclaredField
from webui.recipe.paths import FIELDS, applies, value_at
from webui.text import Text, filled

NAME = Text("Name", "名称")
CODE = Text("Code of {}", "“{}”的代码")
# Before the beginning of a code's hash.
BY_HAND = "by hand: "


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


def code_difference(left: Edits, right: Edits) -> list[Difference]:
    """The cells whose code by hand is another in two runs."""
    names = [name for name in SHOWN if name in left or name in right]
    return [
        Difference(
            f"code.{name}",
            filled(CODE, titles_of([name])),
            *(code_value(edits.get(name)) for edits in (left, right)),
        )
        for name in names
        if code_value(left.get(name)) != code_value(right.get(name))
    ]


def code_value(edit: Edit | None) -> str:
    """A cell's code by hand as a value that can be compared; empty for the form's."""
    return f"{BY_HAND}{hash_of(edit.code)[:8]}" if edit else ""


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
    if path.startswith("code."):
        return code_text(str(value))
    titles = (FIELDS[path].declaration.choice_titles or {}) if path in FIELDS else {}
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


def code_text(value: str) -> Text:
    """Whose code a cell has, as a person reads it."""
    if not value:
        return Text("as the form has it", "表单的代码")
    mark = value.removeprefix(BY_HAND)
    return Text(f"edited by hand ({mark})", f"已手动修改（{mark}）")
