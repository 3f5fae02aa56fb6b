"""The fields of a recipe by their paths, such as adapter.rank."""

from collections.abc import Mapping
from typing import Any

from webui.recipe.field import DeclaredField, declared_fields
from webui.recipe.sections import Recipe

# What can have one value only asks nothing: it is no field yet.
FIELDS: dict[str, DeclaredField] = {
    field.path: field for field in declared_fields(Recipe) if len(field.choices) != 1
}


def applies(declared: DeclaredField, recipe: Recipe) -> bool:
    """Whether a field has any effect, given what the others are set to."""
    conditions = declared.declaration.shown_when or {}
    return all(
        value_at(recipe, path) in (value if isinstance(value, tuple) else (value,))
        for path, value in conditions.items()
    )


def with_value(values: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of nested values with one of them replaced."""
    section, _, name = path.rpartition(".")
    if not section:
        return {**values, name: value}
    inner = values.get(section)
    return {
        **values,
        section: {**(inner if isinstance(inner, dict) else {}), name: value},
    }


def default_of(path: str) -> Any:
    """What a field is in a recipe that does not name it."""
    return value_at(Recipe(), path)


def value_at(recipe: Recipe, path: str) -> Any:
    """The value of one field of a recipe."""
    section, _, name = path.partition(".")
    return getattr(getattr(recipe, section), name)
