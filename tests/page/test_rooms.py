"""What may import what: the server stays light, and only the demo imports the page."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "webui").rglob("*.py"))
HEAVY = ("torch", "transformers", "unsloth", "peft", "trl", "datasets", "optuna")


def imported_at_the_top(path: Path) -> set[str]:
    """Modules that a file imports when it is imported."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_gradio_and_the_page_stay_in_their_room(path: Path) -> None:
    if {"page", "demo"} & {*path.relative_to(ROOT).parts}:
        return
    for name in imported_at_the_top(path):
        assert name.partition(".")[0] != "gradio"
        assert not name.startswith("webui.page")


def test_the_server_imports_nothing_heavy() -> None:
    code = (
        "import sys, webui.app, webui.page.build\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert result.stdout.strip() == "[]", result.stderr


def test_recipe_and_notebook_are_pure() -> None:
    code = (
        "import sys, webui.recipe.store, webui.notebook.ipynb\n"
        f"print([m for m in {(*HEAVY, 'gradio')!r} if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT
    )
    assert result.stdout.strip() == "[]", result.stderr
