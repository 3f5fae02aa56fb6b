"""Turn a recipe into cells of plain code: the one source of everything that runs."""

import hashlib
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from ruff import find_ruff_bin

from webui.notebook.chat_templates import BASE, chat_template
from webui.notebook.data_cell import data_context
from webui.notebook.literal import Code, literal
from webui.notebook.model_cell import model_context
from webui.notebook.peft_config import peft_config
from webui.notebook.rows import PARENT, Rows, expected
from webui.notebook.trainer_cell import trainer_context
from webui.recipe import Recipe

# What Unsloth does anyway, and so need not be said.
USUAL = (("bias", "none"), ("use_rslora", False))

# What each cell needs to have run before it, in the order of the notebook.
NEEDS: dict[str, tuple[str, ...]] = {
    "setup": (),
    "model": ("setup",),
    "data": ("model",),
    "adapter": ("model",),
    "load": ("model",),
    "train": ("adapter", "data"),
    "compare": ("train", "load"),
    "score": ("compare", "data"),
    "sweep": ("data",),
}
# Where the compare cell's functions end and its asking begins.
PROMPT = "\nprompt = "
RUN_CELLS = ("setup", "model", "data", "adapter", "train", "compare", "score")
SWEEP_CELLS = ("setup", "model", "data", "sweep")
LOAD_CELLS = ("setup", "model", "data", "load", "compare", "score")

CELLS = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=jinja2.StrictUndefined,
    finalize=literal,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
)


@dataclass(frozen=True)
class Cell:
    """One cell: its name, its code, and the key that says whether it is fresh.

    The key covers the code and the keys of what the cell needs, so a change
    anywhere before a cell makes the cell stale as well.
    """

    name: str
    code: str
    key: str


def render_cells(
    recipe: Recipe,
    names: tuple[str, ...] = RUN_CELLS,
    adapter_folder: str = "",
    checkpoint: str = "",
    alone: bool = False,
    rows: Rows | None = None,
    parent_folder: str = PARENT,
) -> tuple[Cell, ...]:
    """The cells of these names for this recipe, formatted, in order.

    ``adapter_folder`` is the saved adapter that the ``load`` cell attaches,
    ``checkpoint`` the one that the ``train`` cell goes on from, and ``rows`` what was
    found when the rows were prepared; without it the recipe alone tells. Cells that
    are run once, one after the other, may stand ``alone``: no earlier try is undone.
    ``parent_folder`` is where the adapter lies that is trained on, beside the cells.
    """
    rows = rows or expected(recipe)
    context = template_context(recipe, rows) | {
        "adapter_folder": adapter_folder,
        "checkpoint": checkpoint,
        "alone": alone,
        "rows": rows,
        "parent_folder": parent_folder,
    }
    rendered = tuple(
        CELLS.get_template(f"{name}.py.jinja").render(
            context | CONTEXTS[name](recipe, rows)
        )
        for name in names
    )
    grounds: dict[str, str] = {}
    cells = []
    for name, code in zip(names, formatted(rendered), strict=True):
        needed = [grounds[need] for need in needs(name, recipe) if need in grounds]
        needed += [rows.key] * (name == "data")  # the same code may load other rows
        needed += [recipe.adapter.from_run] * (name in ("adapter", "sweep"))
        cells.append(Cell(name, code, key_of(code, needed)))
        # The score needs how the compare cell answers, not what it asks.
        lasting = code.partition(PROMPT)[0] if name == "compare" else code
        grounds[name] = key_of(lasting, needed)
    return tuple(cells)


def loading_kept(cells: Iterable[Cell], recipe: Recipe, rows: Rows) -> tuple[Cell, ...]:
    """The cells of a run, of which ``data`` loads the rows that the run keeps.

    They are the rows of the hub, so the cell's key stays what it was.
    """
    if not rows.kept:
        return tuple(cells)
    [own] = render_cells(recipe, ("data",), rows=replace(rows, plain=False))
    return tuple(
        replace(cell, code=own.code) if cell.name == "data" else cell for cell in cells
    )


def needs(name: str, recipe: Recipe) -> tuple[str, ...]:
    """The cells that one cell of this recipe needs to have run before it."""
    if name == "adapter" and recipe.adapter.start == "eva":
        return (*NEEDS[name], "data")  # this start is found in the training texts
    return NEEDS[name]


def key_of(code: str, needed: Iterable[str]) -> str:
    """A short hash of a cell's code and of what it stands on."""
    return hashlib.sha256("\n".join([code, *needed]).encode()).hexdigest()[:16]


def template_context(recipe: Recipe, rows: Rows) -> dict[str, Any]:
    """What the templates may name."""
    return {
        "recipe": recipe,
        "adapter": recipe.adapter,
        "training": recipe.training,
        **model_context(recipe, rows.architecture),
        **trainer_context(recipe),
        "chat_template": chat_template(recipe),
        "base_template": BASE,
        "plain_text": recipe.data.format == "text",
        "usual": USUAL,
        "lines": lines,
        "Code": Code,
    }


def lines(text: str) -> Code:
    """A text as a literal of one line for each of its lines."""
    parts = text.splitlines(keepends=True) or [""]
    return Code("(" + "\n".join(literal(part) for part in parts) + ")")


def sweep_context(recipe: Recipe, rows: Rows) -> dict[str, Any]:
    """In a trial, swept fields are read from what the trial chose."""
    sections = {
        name: {key: getattr(section, key) for key in type(section).model_fields}
        for name, section in (
            ("adapter", recipe.adapter),
            ("training", recipe.training),
        )
    }
    for path in recipe.sweep.space:
        section, _, name = path.partition(".")
        sections[section][name] = Code(f"chosen[{literal(path)}]")
    adapter = SimpleNamespace(**sections["adapter"])
    return {
        **trainer_context(recipe, trial=True),
        "adapter": adapter,
        "training": SimpleNamespace(**sections["training"]),
        "peft": peft_config(recipe, adapter=adapter, architecture=rows.architecture),
    }


def ending_context(recipe: Recipe, rows: Rows) -> dict[str, Any]:
    """The ids at which the model is to stop, as code."""
    own, others = "tokenizer.eos_token_id", rows.ending.others
    return {
        "stops": Code(f"[{', '.join([own, *map(str, others)])}]" if others else own)
    }


CONTEXTS = defaultdict(
    lambda: lambda recipe, rows: {},
    model=ending_context,
    data=data_context,
    sweep=sweep_context,
)


MARK = "# %% cell"


@lru_cache(maxsize=64)
def formatted(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes as ``ruff format`` lays them out, so no template counts columns."""
    joined = "".join(f"{MARK}\n{code}\n" for code in codes)
    result = subprocess.run(
        [find_ruff_bin(), "format", "--isolated", "--stdin-filename=cells.py", "-"],
        input=joined,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    # A value cannot hold this line: a newline in a literal is always escaped.
    return tuple(code.strip() for code in result.stdout.split(f"{MARK}\n")[1:])
