"""The fields of a recipe by their paths, such as adapter.rank."""

from collections.abc import Mapping
from typing import Any

from webui.recipe.field import Declaration, DeclaredField, declared_fields
from webui.recipe.sections import Recipe
from webui.text import Text

# What can have one value only asks nothing: it is no field yet.
FIELDS: dict[str, DeclaredField] = {
    field.path: field for field in declared_fields(Recipe) if len(field.choices) != 1
}

# The one that stands in no section.
NAME = "name"
NAME_FIELD = DeclaredField(
    NAME,
    Recipe.model_fields[NAME],
    Declaration(
        Text("Name of the recipe", "配方名称"),
        Text(
            "Runs and downloads are called so.",
            "运行文件夹和下载的文件都用此名称。",
        ),
        in_code=False,
    ),
)


def declared_at(path: str) -> DeclaredField:
    """The declaration of a field, be it in a section or the name."""
    return NAME_FIELD if path == NAME else FIELDS[path]


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
    value: Any = recipe
    for part in path.split("."):
        value = getattr(value, part)
    return value
