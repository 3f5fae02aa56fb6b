"""What the page gives away: the recipe, its script or its notebook, with their rows."""

import contextlib
import zipfile
from collections.abc import Callable
from pathlib import Path

from webui.files import downloads, write_text
from webui.models.here import cells_here, model_here
from webui.notebook.edits import Edits
from webui.notebook.ipynb import notebook_text
from webui.notebook.rows import FOLDER, PARENT, Rows
from webui.notebook.script import recipe_script
from webui.page.view import View
from webui.recipe import Recipe
from webui.recipe.store import dumps
from webui.runs.error import RunError
from webui.runs.parent import saved_by_parent

LARGE = 20_000_000  # bytes of rows, which are not packed at every change

Written = Callable[[Recipe, Rows, Edits], str]


def recipe_as_yaml(recipe: Recipe, rows: Rows, edits: Edits) -> str:
    """The recipe as YAML, which never holds code."""
    return dumps(recipe)


def script_of(recipe: Recipe, rows: Rows, edits: Edits) -> str:
    """The whole recipe as one Python file, with the cells that were edited by hand."""
    name, model = f"{recipe.name}.py", model_here(recipe.model)
    return recipe_script(recipe, rows, name, model=model, edits=edits)


def notebook_of(recipe: Recipe, rows: Rows, edits: Edits) -> str:
    """The whole recipe as a notebook that has not run yet, edits by hand included."""
    cells = [vars(cell) for cell in cells_here(recipe, rows=rows, edits=edits)]
    parent = recipe.adapter.from_run
    return notebook_text(cells, title=recipe.name, recipe=recipe, parent=parent)


def taken_away(view: View, suffix: str, text_of: Written) -> Path:
    """A file with today's recipe; code comes packed with the rows that it reads.

    It is written once for a recipe: a notebook takes a tenth of a second.
    """
    rows, recipe, edits = view.rows, view.recipe, view.edits
    beside = files_beside(recipe, rows, view.studio.kernel.runs)
    packed = suffix != ".yaml" and bool(beside) and size_of(beside) <= LARGE
    ending = f"{suffix}.zip" if packed else suffix
    path = downloads() / f"{recipe.name}{ending}"
    made = (recipe, rows.key, edits)
    if view.studio.offered.get(path) != made or not path.is_file():
        text = text_of(recipe, rows, edits)
        if packed:
            pack(path, f"{recipe.name}{suffix}", text, beside)
        else:
            write_text(path, text)
        view.studio.offered[path] = made
    return path


def files_beside(recipe: Recipe, rows: Rows, root: Path) -> dict[str, Path]:
    """The files that the code reads, by where they lie beside it: its rows, and the
    adapter that it trains on."""
    files = {f"{FOLDER}/{name}": Path(file) for name, file in rows.files.items()}
    if recipe.adapter.from_run:
        with contextlib.suppress(RunError):  # a start will say that it is gone
            saved = saved_by_parent(recipe, root)
            files |= {f"{PARENT}/{file.name}": file for file in saved.glob("*.*")}
    return files


def size_of(files: dict[str, Path]) -> int:
    """Bytes of some files."""
    return sum(file.stat().st_size for file in files.values())


def pack(path: Path, name: str, text: str, files: dict[str, Path]) -> None:
    """Write a ZIP file of a text and what it reads beside it, in one step."""
    half = path.with_name(f".{path.name}")
    with zipfile.ZipFile(half, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.encode("utf-8", "backslashreplace"))
        for place, source in files.items():
            archive.write(source, place)
    half.replace(path)
