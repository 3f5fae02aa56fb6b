"""Turn a recipe into cells of plain code: the one source of everything that runs."""

import hashlib
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from ruff import find_ruff_bin

from webui.notebook.cells import KINDS, RUN, reads
from webui.notebook.chat_templates import BASE, chat_template
from webui.notebook.edits import NO_EDITS, Edits
from webui.notebook.literal import Code, literal
from webui.notebook.model_cell import ModelPlace, model_context, named_place
from webui.notebook.rows import PARENT, Rows, expected
from webui.notebook.trainer_cell import trainer_context
from webui.recipe import Recipe

# What Unsloth does anyway, and so need not be said.
USUAL = (("bias", "none"), ("use_rslora", False))

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
    anywhere before a cell makes the cell stale as well. It is the same on every
    machine: where the starter model lies is in the code alone. A cell that was edited
    by hand has the code of the ``form`` beside its own.
    """

    name: str
    code: str
    key: str
    form: str = ""

    @property
    def is_edited(self) -> bool:
        """Whether the code was written by hand."""
        return bool(self.form)


def render_cells(
    recipe: Recipe,
    names: tuple[str, ...] = RUN.cells,
    adapter_folder: str = "",
    checkpoint: str = "",
    alone: bool = False,
    rows: Rows | None = None,
    parent_folder: str = PARENT,
    model: ModelPlace | None = None,
    edits: Edits = NO_EDITS,
) -> tuple[Cell, ...]:
    """The cells of these names for this recipe, formatted, in order.

    ``adapter_folder`` is the saved adapter that the ``load`` cell attaches,
    ``checkpoint`` the one that the ``train`` cell goes on from, and ``rows`` what was
    found when the rows were prepared; without it the recipe alone tells. Cells that
    are run once, one after the other, may stand ``alone``: no earlier try is undone.
    ``parent_folder`` is where the adapter lies that is trained on, beside the cells,
    and ``model`` where the model lies on the machine on which they run. ``edits`` are
    the cells whose code was written by hand; it stands as it was written.
    """
    rows = rows or expected(recipe)
    shared = named_place(recipe.model)
    model = model or shared
    shared = replace(model, path=shared.path)
    more = {
        "adapter_folder": adapter_folder,
        "checkpoint": checkpoint,
        "alone": alone,
        "rows": rows,
        "parent_folder": parent_folder,
    }
    written = rendered(recipe, names, rows, more, model)
    keyed = written if model == shared else rendered(recipe, names, rows, more, shared)
    both = tuple(dict.fromkeys(written + keyed))
    laid_out = dict(zip(both, formatted(both), strict=True))
    forms = {n: laid_out[code] for n, code in zip(names, written, strict=True)}
    shared_codes = {n: laid_out[code] for n, code in zip(names, keyed, strict=True)}
    by_hand = {n: e.code for n, e in edits.items() if e.code != forms.get(n)}
    own = [by_hand.get(name, shared_codes[name]) for name in names]
    return tuple(
        Cell(name, by_hand[name], key, form=forms[name])
        if name in by_hand
        else Cell(name, forms[name], key)
        for name, key in zip(names, keys_of(names, own, recipe, rows), strict=True)
    )


def render_codes(
    recipe: Recipe, names: Iterable[str], rows: Rows, model: ModelPlace
) -> dict[str, str]:
    """The codes of these cells by name, as the templates write them."""
    more = {"adapter_folder": "", "checkpoint": "", "alone": False, "rows": rows}
    written = rendered(recipe, names, rows, more | {"parent_folder": PARENT}, model)
    return dict(zip(names, written, strict=True))


def rendered(
    recipe: Recipe,
    names: Iterable[str],
    rows: Rows,
    more: dict[str, Any],
    model: ModelPlace,
) -> tuple[str, ...]:
    """The codes of these cells, not yet formatted."""
    context = template_context(recipe, rows, model) | more
    return tuple(
        CELLS.get_template(f"{name}.py.jinja").render(
            context | KINDS[name].context(recipe, rows)
        )
        for name in names
    )


def loading_kept(cells: Iterable[Cell], recipe: Recipe, rows: Rows) -> tuple[Cell, ...]:
    """The cells of a run, with the code that loads the rows that the run keeps.

    They are the rows of the hub, so a cell's key stays what it was.
    """
    if not rows.kept:
        return tuple(cells)
    loading = tuple(name for name in KINDS if reads([name], "rows"))
    kept = render_cells(recipe, loading, rows=replace(rows, plain=False))
    own = {cell.name: cell.code for cell in kept}
    return tuple(
        cell if cell.is_edited else replace(cell, code=own.get(cell.name, cell.code))
        for cell in cells
    )


def keys_of(
    names: Iterable[str], codes: Iterable[str], recipe: Recipe, rows: Rows
) -> list[str]:
    """The keys of these cells, whose codes are those of any machine."""
    keys: list[str] = []
    grounds: dict[str, str] = {}
    for name, code in zip(names, codes, strict=True):
        kind = KINDS[name]
        needed = [grounds[need] for need in needs(name, recipe) if need in grounds]
        needed += [rows.key] * ("rows" in kind.reads)  # the code may load other rows
        needed += [recipe.adapter.from_run] * ("parent" in kind.reads)
        keys.append(key_of(code, needed))
        grounds[name] = key_of(kind.lasting(code), needed)
    return keys


def needs(name: str, recipe: Recipe) -> tuple[str, ...]:
    """The cells that one cell of this recipe needs to have run before it."""
    return KINDS[name].needs + KINDS[name].needs_more(recipe)


def key_of(code: str, needed: Iterable[str]) -> str:
    """A short hash of a cell's code and of what it stands on."""
    return hashlib.sha256("\n".join([code, *needed]).encode()).hexdigest()[:16]


def template_context(
    recipe: Recipe, rows: Rows, model: ModelPlace | None = None
) -> dict[str, Any]:
    """What the templates may name."""
    return {
        "recipe": recipe,
        "adapter": recipe.adapter,
        "training": recipe.training,
        **model_context(recipe, rows.architecture, model or named_place(recipe.model)),
        **trainer_context(recipe),
        "chat_template": chat_template(recipe),
        "base_template": BASE,
        "plain_text": recipe.data.format == "text",
        "usual": USUAL,
        "lines": multiline_literal,
        "Code": Code,
    }


def multiline_literal(text: str) -> Code:
    """A text as a literal of one line for each of its lines."""
    parts = text.splitlines(keepends=True) or [""]
    return Code("(" + "\n".join(literal(part) for part in parts) + ")")


MARK = "# %% cell"


def formatted_alone(codes: tuple[str, ...]) -> tuple[str, ...]:
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


# What is shown again and again is laid out once.
formatted = lru_cache(maxsize=64)(formatted_alone)
