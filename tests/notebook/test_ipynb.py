"""The notebook opens in Jupyter, the script is its code, and writing runs nothing."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from webui.files import write_text
from webui.notebook.cells import RUN, SWEEP
from webui.notebook.ipynb import notebook_text
from webui.notebook.render import Cell, render_cells
from webui.notebook.script import joined
from webui.recipe import Recipe
from webui.recipe.checks import check

HOSTILE = "'\"\n```\n<script>alert(1)</script>\n{{ x }} __import__('os') \u2028"


def read(text: str) -> nbformat.NotebookNode:
    """A notebook as Jupyter reads it, refused unless it is valid."""
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.mark.parametrize("names", [RUN.cells, SWEEP.cells], ids=["run", "sweep"])
def test_a_notebook_is_valid_and_holds_each_cell_once(names: tuple[str, ...]) -> None:
    cells = render_cells(Recipe(), names)
    notebook = read(notebook_text([vars(c) for c in cells], title="t", recipe=Recipe()))
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.id for cell in code] == [*names]
    assert [cell.source for cell in code] == [cell.code for cell in cells]
    assert notebook.metadata.kernelspec.name == "python3"


def test_outputs_are_kept() -> None:
    shown = [
        {"output_type": "stream", "name": "stdout", "text": "step 1\n"},
        {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["E: v"]},
    ]
    cell = {"name": "train", "code": "1", "outputs": shown, "execution_count": 3}
    (_, kept) = read(notebook_text([cell], title="t")).cells
    assert kept.execution_count == 3
    assert json.loads(json.dumps(kept.outputs)) == shown


def test_a_hostile_recipe_stays_inside_its_block() -> None:
    """A fence ends at a line that begins with one, at most three spaces in."""
    recipe = check({"compare": {"prompt": HOSTILE}, "data": {"system_prompt": HOSTILE}})
    heading = read(notebook_text([], title="t", recipe=recipe)).cells[0].source
    inside = heading.partition("```yaml\n")[2].splitlines()
    fences = [line for line in inside if line[:6].lstrip(" ").startswith("```")]
    assert [line for line in fences if not line.startswith("    ")] == ["```"]
    assert inside[-1] == "```"


def test_writing_a_notebook_runs_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    cell = {"name": "setup", "code": f"open({str(mark)!r}, 'w')\n%run x\n!touch {mark}"}
    write_text(tmp_path / "a.ipynb", notebook_text([cell], title="t"))
    assert read((tmp_path / "a.ipynb").read_text()).cells[1].source == cell["code"]
    assert [*tmp_path.iterdir()] == [tmp_path / "a.ipynb"]


def test_an_odd_character_in_an_output_is_no_reason_to_lose_the_notebook(
    tmp_path: Path,
) -> None:
    shown = [{"output_type": "stream", "name": "stdout", "text": "\udcff\x00\x1b[1m"}]
    cell = {"name": "train", "code": "1", "outputs": shown}
    write_text(tmp_path / "a.ipynb", notebook_text([cell], title="t"))
    kept = read((tmp_path / "a.ipynb").read_text()).cells[1].outputs[0].text
    assert kept == shown[0]["text"]


@pytest.mark.parametrize("names", [RUN.cells, SWEEP.cells], ids=["run", "sweep"])
def test_a_script_is_the_cells_one_after_the_other(names: tuple[str, ...]) -> None:
    recipe = check({"compare": {"prompt": HOSTILE}})
    cells = render_cells(recipe, names)
    whole = ast.parse(joined(cells))
    parts = [statement for cell in cells for statement in ast.parse(cell.code).body]
    assert ast.dump(whole) == ast.dump(ast.Module(parts, []))
    assert not {"webui", "tunebook"} & {*imported(whole)}


def imported(tree: ast.Module) -> Iterator[str]:
    """The packages that a script imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]


def test_a_script_names_its_cells_as_editors_do() -> None:
    lines = joined((Cell("setup", "x = 1", ""), Cell("model", "y = 2", ""))).split("\n")
    assert [line for line in lines if line.startswith("#")] == [
        "# %% setup",
        "# %% model",
    ]
