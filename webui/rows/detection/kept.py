"""Another format for the same rows: which columns it keeps, and which are obvious."""

from collections.abc import Mapping, Sequence

from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.rows.detection.columns import Column
from webui.rows.detection.fits import chosen_matches, learned_columns, named_columns
from webui.rows.mapping.mappers import must_be_named


def fitting(columns: Sequence[Column]) -> dict[str, dict[str, str]]:
    """For each format the columns that are named like its parts, be they all or not."""
    named = named_columns(columns)
    return {
        format.name: {
            role: match.column.path
            for role, match in chosen_matches(
                format, *learned_columns(format, columns, named)
            ).items()
        }
        for format in FORMATS.values()
    }


def kept_columns(
    recipe: Recipe, format: str, known: Mapping[str, str], there: Sequence[str]
) -> dict[str, str]:
    """The mapping for another format of the recipe's rows.

    A part of the same name keeps its column. Others take those that are named like
    them; what then is missing takes, in their order, those that were learned before.

    Args:
        recipe: as it is before, with its own format and mapping.
        format: the name of the other format.
        known: the columns that are named like the other format's parts.
        there: the columns of the source.
    """
    before = used(recipe, there)
    columns: dict[str, str] = {}
    for role in FORMATS[format].roles:
        column = before.get(role.name) or known.get(role.name)
        if column and column not in columns.values():
            columns[role.name] = column
    left = [
        before[role.name]
        for role in FORMATS[recipe.data.format].required
        if role.name in before and before[role.name] not in columns.values()
    ]
    missing = [r.name for r in FORMATS[format].required if r.name not in columns]
    columns |= dict(zip(missing, left, strict=False))
    return {
        role: column
        for role, column in columns.items()
        if role != column or must_be_named(format, role)
    }


def used(recipe: Recipe, there: Sequence[str]) -> dict[str, str]:
    """The columns that the recipe's format reads, of those that are there."""
    named = recipe.data.columns
    format = recipe.data.format
    own = {
        role.name: role.name
        for role in FORMATS[format].roles
        if role.name in there and not must_be_named(format, role.name)
    }
    return {role: path for role, path in {**own, **named}.items() if path in there}
