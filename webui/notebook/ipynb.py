"""Write cells as a notebook that opens in Jupyter."""

from collections.abc import Sequence
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from webui.notebook.rows import PARENT
from webui.origin import link
from webui.recipe import Recipe
from webui.recipe.store import dumps


def notebook_text(
    cells: Sequence[dict[str, Any]],
    *,
    title: str,
    recipe: Recipe | None = None,
    resumed: Sequence[str] = (),
    parent: str = "",
) -> str:
    """A notebook's JSON text. A cell is its name and code, with what it put out.

    ``resumed`` tells after which steps the training went on when it was cut off, and
    ``parent`` is the run whose weights it began with.
    """
    heading = f"# {title}\n\nMade with {link()}: plain Unsloth, TRL and PEFT code."
    if parent:
        heading += (
            f"\n\nTrained on from the run `{plain_markdown(parent)}`, whose weights "
            f"lie in the folder `{PARENT}` beside this notebook."
        )
    if resumed:
        heading += (
            f"\n\nThis training was cut off and resumed after {'; '.join(resumed)}. "
            "Its cells train from the beginning; what `train` put out is its last part."
        )
    if edited := [f"`{cell['name']}`" for cell in cells if cell.get("form")]:
        heading += (
            f"\n\nEdited by hand: {', '.join(edited)}. The recipe alone does not make "
            "this notebook."
        )
    if recipe:
        heading += f"\n\n```yaml\n{dumps(recipe)}```"
    notebook = new_notebook(cells=[new_markdown_cell(heading, id="title")])
    notebook.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    for cell in cells:
        notebook.cells.append(
            new_code_cell(
                cell["code"],
                id=cell["name"],
                outputs=[nbformat.from_dict(o) for o in cell.get("outputs", [])],
                execution_count=cell.get("execution_count"),
            )
        )
    return f"{nbformat.writes(notebook)}\n"


def plain_markdown(text: str) -> str:
    """A name that ends no code in a line of Markdown."""
    return "".join(c for c in text if c.isprintable() and c != "`")
