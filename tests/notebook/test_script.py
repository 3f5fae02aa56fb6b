"""The script stands alone: it says how it is run and what it needs, and it is short."""

import ast
import re
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from webui.notebook.render import render_cells
from webui.notebook.rows import Rows, expected
from webui.notebook.script import recipe_script
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.store import load
from webui.rows.prepare.prepare import prepare
from webui.settings import shipped_recipes

HOSTILE = '"""\nimport os; os.system("true")\n# ///'


def metadata_of(code: str) -> dict[str, Any]:
    """The inline metadata of a script, read as PEP 723 says."""
    block = re.search(r"(?m)^# /// script$\n((?:#(?: .*)?\n)+?)# ///$", code)
    assert block and code.startswith("# /// script\n")
    text = "".join(line[2:] or "\n" for line in block[1].splitlines(keepends=True))
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def test_it_opens_with_its_packages_its_name_and_its_command() -> None:
    recipe = check({"name": "my first"})
    code = recipe_script(recipe, expected(recipe), "mine.py")
    assert ast.get_docstring(ast.parse(code)) == "my first: uv run mine.py"
    pins = [Requirement(text) for text in metadata_of(code)["dependencies"]]
    assert {"unsloth", "torch", "transformers", "trl", "peft", "datasets"} <= {
        pin.name for pin in pins
    }
    for pin in pins:
        assert pin.specifier.contains(metadata.version(pin.name), prereleases=True)


def test_each_of_its_packages_takes_the_python_that_it_asks_for() -> None:
    recipe = Recipe()
    told = metadata_of(recipe_script(recipe, expected(recipe)))
    asked = SpecifierSet(told["requires-python"])
    pythons = [f"3.{minor}.1" for minor in range(8, 16)]
    taken = [python for python in pythons if asked.contains(python)]
    assert f"{sys.version_info.major}.{sys.version_info.minor}.1" in taken
    for text in told["dependencies"]:
        needs = metadata.metadata(Requirement(text).name)["Requires-Python"] or ""
        assert all(SpecifierSet(needs).contains(python) for python in taken), text


def test_a_hostile_file_name_stays_a_name() -> None:
    code = recipe_script(Recipe(), expected(Recipe()), HOSTILE)
    assert metadata_of(code)["dependencies"]
    first, *others = ast.parse(code).body
    assert isinstance(first, ast.Expr)
    assert "system" not in ast.dump(ast.Module(others, []))


@pytest.fixture
def starter(starter_home: Path) -> tuple[Recipe, Rows]:
    """The starter's recipe, and its rows as they are prepared."""
    recipe = load(shipped_recipes() / "starter-extract.yaml")
    return recipe, prepare(recipe)


def test_the_starter_s_script_is_as_short_as_a_tutorial(
    starter: tuple[Recipe, Rows],
) -> None:
    recipe, rows = starter
    code = recipe_script(recipe, rows)
    assert len(code.splitlines()) <= 160
    [data] = render_cells(recipe, ("data",), rows=rows)
    assert len(data.code.splitlines()) <= 40
    assert "load_dataset(" in data.code and "def to_conversation(row)" in data.code


def test_nothing_in_it_undoes_what_was_not_done(starter: tuple[Recipe, Rows]) -> None:
    recipe, rows = starter
    assert "unload" not in recipe_script(recipe, rows)
    [adapter] = render_cells(recipe, ("adapter",), rows=rows)
    assert "unload" in adapter.code  # a notebook's cells are run again and again
