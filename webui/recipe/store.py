"""Recipes as YAML: read with every problem told, written as what differs."""

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from webui.recipe.checks import check
from webui.recipe.field import DeclaredField
from webui.recipe.numbers import is_number, read_number
from webui.recipe.paths import FIELDS, with_value
from webui.recipe.problems import RecipeError, unknown_key
from webui.recipe.sections import Recipe

MAX_BYTES = 1_000_000


class Loader(yaml.SafeLoader):
    """Safe YAML that reads ``1e-4`` as a number and refuses a key given twice.

    It refuses references as well: a few of them stand for gigabytes.
    """

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise refuse_yaml("a recipe has no references (*name)", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        seen = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise refuse_yaml("a key must be a name", key_node.start_mark)
            if key_node.value in seen:
                raise refuse_yaml(
                    f"{key_node.value} is given twice", key_node.start_mark
                )
            seen.add(key_node.value)
        return super().construct_mapping(node, deep)


def refuse_yaml(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    """The error for YAML that is well formed and still not taken."""
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


class Dumper(yaml.SafeDumper):
    """Safe YAML that our loader reads back as the very same values."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        # In any other style these are line breaks, which are folded away.
        style = '"' if {"\x85", "\u2028", "\u2029"} & {*text} else None
        return self.represent_scalar("tag:yaml.org,2002:str", text, style)


Dumper.add_representer(str, Dumper.represent_text)

# YAML 1.1 wants a dot in a float; people write 1e-4. A text of that shape is quoted.
for reader_or_writer in (Loader, Dumper):
    reader_or_writer.add_implicit_resolver(
        "tag:yaml.org,2002:float",
        re.compile(r"^[-+]?\d+(\.\d*)?[eE][-+]?\d+$"),
        list("-+0123456789"),
    )


def parse(text: str) -> Any:
    """The value that a YAML text holds; safe types only.

    Raises:
        yaml.YAMLError: for every text that holds none.
    """
    try:
        return yaml.load(text, Loader)  # noqa: S506 (a SafeLoader)
    except (RecursionError, ValueError):
        # Nested too deeply, a number of thousands of digits, a 13th month.
        raise yaml.YAMLError from None


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
        values = parse(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark else ""
        reason = getattr(error, "problem", None) or "not readable"
        raise not_a_recipe(name, f"{line}{reason}", f"{line}{reason}") from None
    if not isinstance(values, dict | None):
        raise not_a_recipe(name, "holds no sections", "没有任何小节")
    values = {"name": re.sub(r"[^\w .-]", "-", name)[:60], **(values or {})}
    problems = []
    for setting in settings:
        try:
            values = apply_setting(values, setting)
        except RecipeError as error:
            problems += error.problems
    try:
        recipe = check(with_absolute_files(values, folder.absolute()))
    except RecipeError as error:
        problems += error.problems
    if problems:
        raise RecipeError(problems)
    return recipe


def not_a_recipe(source: Path | str, english: str, chinese: str) -> RecipeError:
    """The error for a text that cannot be read as a recipe at all."""
    return RecipeError.of(f"{english}.", f"{chinese}。", str(source))


def apply_setting(values: dict[str, Any], setting: str) -> dict[str, Any]:
    """Values with one ``section.field=value`` put in; the value is read as YAML."""
    path, equals, text = setting.partition("=")
    path = path.strip()
    if not equals:
        raise not_a_recipe(
            setting, "write it as section.field=value", "应写作 小节.字段=值"
        )
    if path not in FIELDS and path != "name":
        raise RecipeError.of(*unknown_key(path), path)
    if not isinstance(values.get(path.rpartition(".")[0], {}), dict):
        return values  # no section to put it in, which the check will tell
    declared = FIELDS.get(path)
    return with_value(values, path, read_setting(declared, text))


def read_setting(declared: DeclaredField | None, text: str) -> Any:
    """The value in a setting: a text or a number as it is written, all else as YAML."""
    if declared is None or declared.type is str:
        return text
    if is_number(declared):  # YAML takes 010 for 8 and 1:30 for 90
        return read_number(text, whole=declared.type is int)
    try:
        return parse(text)
    except yaml.YAMLError:
        return text


def with_absolute_files(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Values whose file fields no longer depend on the folder they were written in."""
    for path, declared in FIELDS.items():
        section, _, name = path.partition(".")
        inner = values.get(section)
        given = inner.get(name) if isinstance(inner, dict) else None
        if declared.declaration.file and isinstance(given, str | list | tuple):
            files = [given] * bool(given) if isinstance(given, str) else given
            absolute = [
                os.path.normpath(folder / os.path.expanduser(file))
                if isinstance(file, str)
                else file  # no name, which the check will tell
                for file in files
            ]
            values = with_value(values, path, absolute)
    return values


def with_values(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """A recipe with the values of some fields, by path, put in.

    Raises:
        RecipeError: with everything that is wrong.
    """
    nested = recipe.model_dump()
    for path, value in values.items():
        nested = with_value(nested, path, value)
    return check(nested)


def differences(recipe: Recipe) -> dict[str, Any]:
    """The recipe's values that differ from the defaults, nested, as plain types."""
    return {
        "name": recipe.name,
        **recipe.model_dump(mode="json", exclude_defaults=True),
    }


def dumps(recipe: Recipe) -> str:
    """The recipe as YAML: only what differs from the defaults."""
    return yaml.dump(
        differences(recipe),
        Dumper=Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=88,
    )
