"""A recipe as one Python file that needs nothing of Tunebook."""

import sys
from collections.abc import Iterator, Sequence
from importlib import metadata

from webui.notebook.cells import RUN
from webui.notebook.edits import NO_EDITS, Edits, refuse_broken
from webui.notebook.model_cell import ModelPlace
from webui.notebook.render import Cell, formatted, render_cells
from webui.notebook.rows import PARENT, Rows
from webui.recipe import Recipe

# The versions are those that fit together here, and the last for 3.10 are others.
PYTHON = ">=3.11,<3.14" if sys.version_info >= (3, 11) else "==3.10.*"
# What the cells import, and what these want beside it to load any model.
PACKAGES = ("unsloth", "unsloth_zoo", "torch", "transformers", "trl", "peft") + (
    "datasets",
    "accelerate",
    "bitsandbytes",
)
# What Unsloth asks for and no cell uses; some of it fits only one build of torch.
UNUSED = ("torchvision", "xformers", "diffusers", "torchao")


def recipe_script(
    recipe: Recipe,
    rows: Rows,
    name: str = "tune.py",
    parent: str = PARENT,
    model: ModelPlace | None = None,
    edits: Edits = NO_EDITS,
) -> str:
    """The script of a recipe, to be run beside its folder of rows, and beside that of
    the adapter that it trains on, if it does.

    Raises:
        EditError: when code by hand is no Python.
    """
    refuse_broken(edits, RUN.cells)
    cells = render_cells(
        recipe, alone=True, rows=rows, parent_folder=parent, model=model, edits=edits
    )
    return "\n".join(header(recipe, name, rows)) + joined(cells)


def joined(cells: Sequence[Cell]) -> str:
    """Cells one after the other, each named as editors do; code by hand as it is."""
    if any(cell.is_edited for cell in cells):
        named = [
            (f"{c.name} (edited by hand)" if c.is_edited else c.name, c) for c in cells
        ]
        return "\n\n".join(f"# %% {name}\n{cell.code}\n" for name, cell in named)
    parts = [f"# %% {cell.name}\n{cell.code}\n" for cell in cells]
    return formatted(("\n".join(parts),))[0] + "\n"


def header(recipe: Recipe, name: str, rows: Rows) -> Iterator[str]:
    """How to run the script, and what it needs: metadata that uv and pip read."""
    yield "# /// script"
    yield f'# requires-python = "{PYTHON}"'
    yield "# dependencies = ["
    pins = [f'"{package}=={version}",' for package, version in installed().items()]
    for first in range(0, len(pins), 3):
        yield f"#     {' '.join(pins[first : first + 3])}"
    yield "# ]"
    yield "# [tool.uv]"
    names = ", ".join(f'"{name}"' for name in UNUSED)
    yield f"# exclude-dependencies = [{names}]"
    yield "# ///"
    where = f" (beside its folder {plain_docstring(rows.folder)})" if rows.files else ""
    yield f'"""{plain_docstring(recipe.name)}: uv run {plain_docstring(name)}{where}"""'
    yield ""
    yield ""


def installed() -> dict[str, str]:
    """The packages that the script was made with, and their versions; local builds
    are called as everywhere else."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package).partition("+")[0]
        except metadata.PackageNotFoundError:
            continue
    return found


def plain_docstring(text: str) -> str:
    """A text that ends no docstring and no line."""
    return "".join(c for c in text if c.isprintable() and c not in '"\\')
