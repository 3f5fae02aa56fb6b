"""Recipes as YAML: read with every problem told, written as what differs."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from webui.recipe.checks import (
    FIELDS,
    Problem,
    RecipeError,
    check,
    unknown_key,
    value_at,
    with_value,
)
from webui.recipe.field import Text
from webui.recipe.sections import Recipe

MAX_BYTES = 1_000_000


class Loader(yaml.SafeLoader):
    """Safe YAML that reads ``1e-4`` as a number and refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"{key_node.value} is given twice",
                    problem_mark=key_node.start_mark,
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


# YAML 1.1 wants a dot in a float; people write 1e-4.
Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?\d+(\.\d*)?[eE][-+]?\d+$"),
    list("-+0123456789"),
)


def parse(text: str) -> Any:
    """The value that a YAML text holds; safe types only."""
    return yaml.load(text, Loader)  # noqa: S506 (a SafeLoader)


def load(path: Path, settings: Iterable[str] = ()) -> Recipe:
    """Read a recipe file and apply ``section.field=value`` settings on top.

    File fields are taken relative to the recipe's own folder.

    Raises:
        RecipeError: with everything that is wrong, each with its field.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise not_a_recipe(path, "is larger than 1 MB", "大于 1 MB")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise not_a_recipe(path, reason, reason) from None
    return loads(text, folder=path.parent, name=path.stem, settings=settings)


def loads(
    text: str,
    *,
    folder: Path = Path("."),
    name: str = "untitled",
    settings: Iterable[str] = (),
) -> Recipe:
    """Read a recipe from a text; see ``load``."""
    try:
        values = parse(text) or {}
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        reason = getattr(error, "problem", None) or "not readable"
        raise not_a_recipe(name, f"{line}{reason}", f"{line}{reason}") from None
    if not isinstance(values, dict):
        raise not_a_recipe(name, "holds no sections", "没有任何小节")
    values = {"name": re.sub(r"[^\w .-]", "-", name)[:60], **values}
    for setting in settings:
        values = apply_setting(values, setting)
    return check(with_absolute_files(values, folder.absolute()))


def not_a_recipe(source: Path | str, english: str, chinese: str) -> RecipeError:
    """The error for a text that cannot be read as a recipe at all."""
    return RecipeError([Problem(str(source), Text(f"{english}.", f"{chinese}。"))])


def apply_setting(values: dict[str, Any], setting: str) -> dict[str, Any]:
    """Values with one ``section.field=value`` put in; the value is read as YAML."""
    path, equals, text = setting.partition("=")
    path = path.strip()
    if not equals:
        raise not_a_recipe(
            setting, "write it as section.field=value", "应写作 小节.字段=值"
        )
    if path not in FIELDS and path != "name":
        raise RecipeError([Problem(path, unknown_key(path))])
    declared = FIELDS.get(path)
    try:
        value = text if declared is None or declared.type is str else parse(text)
    except yaml.YAMLError:
        value = text
    return with_value(values, path, value)


def with_absolute_files(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Values whose file fields no longer depend on the folder they were written in."""
    for path, declared in FIELDS.items():
        section, _, name = path.partition(".")
        inner = values.get(section)
        given = inner.get(name) if isinstance(inner, dict) else None
        if declared.declaration.file and isinstance(given, str) and given:
            absolute = os.path.normpath(folder / Path(given).expanduser())
            values = with_value(values, path, absolute)
    return values


def differences(recipe: Recipe) -> dict[str, Any]:
    """The recipe's values that differ from the defaults, nested, as plain types."""
    values: dict[str, Any] = {"name": recipe.name}
    for path, declared in FIELDS.items():
        value = value_at(recipe, path)
        if value != declared.default:
            values = with_value(
                values, path, list(value) if isinstance(value, tuple) else value
            )
    return values


def dumps(recipe: Recipe) -> str:
    """The recipe as YAML: only what differs from the defaults."""
    return yaml.safe_dump(
        differences(recipe), sort_keys=False, allow_unicode=True, width=88
    )
