"""`tunebook script` and `tunebook notebook`: the code of a recipe, to take away."""

import sys
from argparse import Namespace

from webui.commands import given
from webui.files import write_text
from webui.notebook.ipynb import notebook_text, script
from webui.notebook.render import render_cells


def write_script(arguments: Namespace) -> int:
    """Write the recipe as one Python file that needs nothing of Tunebook."""
    return write(script(render_cells(given.recipe(arguments))), arguments)


def write_notebook(arguments: Namespace) -> int:
    """Write the recipe as a notebook that has not run yet."""
    recipe = given.recipe(arguments)
    cells = [vars(cell) for cell in render_cells(recipe)]
    return write(notebook_text(cells, title=recipe.name, recipe=recipe), arguments)


def write(text: str, arguments: Namespace) -> int:
    """Write to the file of ``-o``, replaced in one step, or to stdout."""
    if arguments.output is None or str(arguments.output) == "-":
        sys.stdout.write(text)
    else:
        write_text(arguments.output, text)
        print(f"Wrote {arguments.output}", file=sys.stderr)
    return 0
