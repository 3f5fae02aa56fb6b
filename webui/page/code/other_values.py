"""What each field of the form could hold instead: to see what it decides."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from webui.page.bind import AXES, element_id
from webui.page.draft import EMPTIES
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.field import DeclaredField
from webui.recipe.formats import FORMATS
from webui.recipe.paths import FIELDS, applies, value_at, with_value
from webui.recipe.problems import RecipeError
from webui.recipe.sweeps import SWEEPABLE
from webui.text import Text

# Values that are tried of one field, where it has so many.
MOST = 5
# Texts that mean something only in one field.
WORDS: dict[str, tuple[Any, ...]] = {
    "adapter.layers": ("0", "last 2"),
    "adapter.target_regex": (r".*_proj", r".*\.self_attn\..*_proj"),
    "data.custom_template": ("{{ messages }}", "{{ messages[0] }}"),
    "data.hub_dataset": ("owner/name", "owner/other"),
    "model.name": ("owner/name", "owner/other", "starter"),
    "model.revision": ("main", "other"),
    "watch.report_to": (("tensorboard",), ("trackio",)),
    "training.warmup_steps": (0.2, 10.0),
    "adapter.lora_plus_ratio": (16.0, 8.0),
}


@dataclass(frozen=True, eq=False)
class Control:
    """A field as the form shows it, in one component or in several.

    Attributes:
        path: the field's path in the recipe.
        ids: the ids of its components in the page; the first is led to.
        title: what the user reads above it.
        values: what the field could hold instead, the plainest first.
    """

    path: str
    ids: tuple[str, ...]
    title: Text
    values: tuple[Any, ...]


def controls(recipe: Recipe) -> list[Control]:
    """Every field that has a say in a recipe, as the form shows it."""
    found: list[Control] = []
    for path, declared in FIELDS.items():
        if path == "data.columns":
            found += controls_of_columns(recipe)
        elif path == "sweep.space":
            found += controls_of_space(recipe)
        elif applies(declared, recipe):
            values = tuple(other_values(declared, value_at(recipe, path)))
            title = declared.declaration.title
            found.append(Control(path, (element_id(path),), title, values))
    return found


def other_values(declared: DeclaredField, value: Any) -> Iterator[Any]:
    """Values of a field's type that are not the one it has."""
    given: tuple[Any, ...]
    if declared.path in WORDS:
        given = (*WORDS[declared.path], declared.default)
    elif declared.choices:
        given = declared.choices[: MOST + 1]
    elif declared.type is bool:
        given = (not value,)
    elif declared.type is int:
        given = (value + 1, value - 1, declared.default, 0)
    elif declared.type is float:
        given = (*larger(declared, value), declared.default, 0.0)
    elif declared.type is tuple:
        given = ((*value, "other"), (), ("other",))
    else:
        given = (f"{value}…", "…", declared.default, "")
    yield from (other for other in dict.fromkeys(given) if other != value)


def larger(declared: DeclaredField, value: float) -> tuple[float, ...]:
    """A larger number, and one that is as good where that is too large."""
    shares = (declared.bound("le", "lt") or 2) <= 1
    return (value * 1.5, value / 2) if value else (0.01 if shares else 5.0,)


def controls_of_columns(recipe: Recipe) -> Iterator[Control]:
    """A list for each part of a row."""
    declared, columns = FIELDS["data.columns"], recipe.data.columns
    for slot, role in enumerate(FORMATS[recipe.data.format].roles):
        own = declared.declaration.title
        title = Text(f"{own.en}: {role.title.en}", f"{own.zh}：{role.title.zh}")
        left = {name: column for name, column in columns.items() if name != role.name}
        others = [{**left, role.name: name} for name in ("other_column", "another")]
        values = [each for each in (*others, left) if each != columns]
        yield Control(declared.path, (f"column-{slot}",), title, tuple(values))


def controls_of_space(recipe: Recipe) -> Iterator[Control]:
    """A name and its values for each axis of a sweep."""
    declared, space = FIELDS["sweep.space"], list(recipe.sweep.space.items())
    for axis in range(AXES):
        own = declared.declaration.title
        title = Text(f"{own.en}, {axis + 1}", f"{own.zh} {axis + 1}")
        ids = f"sweep-values-{axis}", f"sweep-name-{axis}"
        values = tuple(other_spaces(space, axis))
        yield Control(declared.path, ids, title, values)


def other_spaces(space: list[tuple[str, list]], axis: int) -> Iterator[dict]:
    """The same space with other values on one axis, another name, or without it."""
    others = [name for name in SWEEPABLE if name not in dict(space)]
    free = [(name, other_axis(name)) for name in others[:2]]
    if axis >= len(space):
        if axis == len(space):
            yield dict([*space, free[0]])
        return
    name, values = space[axis]
    before, after = space[:axis], space[axis + 1 :]
    yield dict([*before, (name, [*values, *other_axis(name)][-1:]), *after])
    yield dict([*before, (name, values[:1]), *after])
    yield dict([*before, free[1], *after])
    yield dict([*before, *after])


def other_axis(name: str) -> list[Any]:
    """Two values of a field that can be swept."""
    declared = SWEEPABLE[name]
    return [declared.default, next(other_values(declared, declared.default))]


def accepted(recipe: Recipe, control: Control) -> list[Recipe]:
    """The recipe with each other value of a field that it accepts.

    Where one is refused beside the other settings, those are emptied that a change of
    this field on the page empties. Where all are, those that are right by themselves
    still tell which lines the field decides.
    """
    held = recipe.model_dump()
    tried = [with_value(held, control.path, value) for value in control.values]
    found = [made_by(check, values) or emptied(control, values) for values in tried]
    found = found if any(found) else [made_by(Recipe.model_validate, v) for v in tried]
    return [made for made in found if made]


def emptied(control: Control, values: dict[str, Any]) -> Recipe | None:
    """The recipe of these values without what this field empties."""
    empty = EMPTIES.get(control.path, {})
    for path, value in empty.items():
        values = with_value(values, path, value)
    return made_by(check, values) if empty else None


def made_by(make: Callable[[Any], Recipe], values: dict[str, Any]) -> Recipe | None:
    """What is made of these values, or None where they are refused."""
    try:
        return make(values)
    except (RecipeError, ValueError):
        return None
