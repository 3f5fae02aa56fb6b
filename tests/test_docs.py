"""The reference pages say what the code declares."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from webui.recipe.methods import METHODS, VARIANTS, explained
from webui.recipe.store import load

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def module(name: str, path: Path) -> ModuleType:
    """A script as a module; it belongs to no package."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


make = module("make_docs", DOCS / "make.py")
TRIALS = module("method_settings", ROOT / "benchmarks" / "method_settings.py").TRIALS
MEASURED = json.loads(make.MEASURED.read_text("utf-8"))["methods"]


@pytest.mark.parametrize("name", make.PAGES)
def test_a_page_is_what_the_declarations_make(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == make.PAGES[name](), "run `make docs`"


def test_methods_are_told_in_both_languages_with_formula_and_source() -> None:
    page = (DOCS / "methods.md").read_text(encoding="utf-8")
    for method in (*METHODS.values(), *VARIANTS.values()):
        for text in (*method.title, *method.sentence, *method.when):
            assert text in page
        assert method.formula in page and method.source.url in page


def test_every_method_has_settings_to_be_measured_with() -> None:
    assert list(TRIALS) == [*METHODS, *VARIANTS]


@pytest.mark.parametrize("name", TRIALS)
def test_what_is_measured_is_the_method_that_is_told(name: str) -> None:
    settings = TRIALS[name].changed()
    recipe = load(ROOT / "recipes" / "starter-extract.yaml", settings)
    assert name in [method.name for method in explained(recipe)]
    others = {"qlora"} if name == "loftq" else set()
    assert {m.name for m in explained(recipe)} - {"lora", name} == others


@pytest.mark.parametrize("name", MEASURED)
def test_figures_were_made_with_the_settings_of_today(name: str) -> None:
    typed = MEASURED[name]["command"].split()
    given = [
        after for word, after in zip(typed, typed[1:], strict=False) if word == "--set"
    ]
    assert given == TRIALS[name].changed(), "run benchmarks/methods.py --again"
    assert MEASURED[name]["why"] == TRIALS[name].why._asdict()
