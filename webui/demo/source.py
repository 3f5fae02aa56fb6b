"""What a demo shows: a run, or the folder of an exported adapter."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from webui.demo.limits import Question
from webui.errors import UserError
from webui.files import read_json
from webui.models.here import cells_here
from webui.notebook.cells import COMPARE
from webui.notebook.literal import literal
from webui.notebook.render import Cell
from webui.notebook.rows import Rows, expected
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.store import load
from webui.runs import folder as runs

ADAPTER, TEMPLATE = "adapter_config.json", "chat_template.jinja"
# No rows are loaded: what was trained on is not there to be asked for.
CELLS = tuple(name for name in COMPARE.upto("compare") if name != "data")


@dataclass(frozen=True)
class Source:
    """A base model and what was trained on it."""

    recipe: Recipe
    rows: Rows
    adapter: Path
    template: str | None = None

    def asked_with(self, system_prompt: str | None) -> "Source":
        """The same with another system prompt; with None, as it was trained."""
        if system_prompt is None:
            return self
        data = self.recipe.data.model_copy(update={"system_prompt": system_prompt})
        return replace(self, recipe=self.recipe.model_copy(update={"data": data}))

    def cells(self, question: Question) -> tuple[Cell, ...]:
        """The cells of a comparison that asks this, without any rows."""
        asked = {
            "prompt": question.prompt,
            "max_new_tokens": question.tokens,
            "temperature": question.temperature,
        }
        compare = self.recipe.compare.model_copy(update=asked)
        recipe = self.recipe.model_copy(update={"compare": compare})
        folder = str(self.adapter)
        cells = cells_here(recipe, CELLS, adapter_folder=folder, rows=self.rows)
        return tuple(map(self.with_template, cells))

    def with_template(self, cell: Cell) -> Cell:
        """The model's cell, with the chat template that lies beside an adapter."""
        if cell.name != "model" or self.template is None:
            return cell
        code = f"{cell.code}\ntokenizer.chat_template = {literal(self.template)}\n"
        return replace(cell, code=code)


def find_source(root: Path, named: str) -> Source:
    """A run by its id or path, or an adapter by its folder.

    Raises:
        UserError: when there is none, or it has nothing to show.
    """
    folder = Path(named)
    if named and (folder / ADAPTER).is_file():
        return source_of_adapter(folder.absolute())
    return source_of_run(runs.find(root, named))


def source_of_run(run: runs.Run) -> Source:
    """What a run trained, with its own recipe."""
    adapter = runs.saved_adapter(run.folder)
    if adapter is None:
        raise UserError.of(
            f"{run.id} saved no adapter, so there is nothing to show.",
            f"{run.id} 没有保存适配器，因此没有可展示的内容。",
        )
    recipe = runs.recipe_of_run(run)
    rows = runs.rows_of_run(run.folder) or expected(recipe)
    return Source(recipe, replace(rows, files={}), adapter.absolute())


def source_of_adapter(folder: Path) -> Source:
    """An adapter in PEFT's form, with its recipe and its template where they are there.

    Without a recipe it names its base model, and nothing says its system prompt.
    """
    if (run := folder.parent / runs.RECIPE).is_file():
        return source_of_run(runs.read_run(run.parent))
    if (file := folder / runs.RECIPE).is_file():
        recipe = load(file)
    else:
        base = base_of(folder, read_json(folder / ADAPTER))
        recipe = check({"name": "demo", "model": {"name": base, "precision": "16bit"}})
    template = folder / TEMPLATE
    text = template.read_text(encoding="utf-8") if template.is_file() else None
    return Source(recipe, expected(recipe), folder, text)


def base_of(folder: Path, config: Any) -> str:
    """The base model that an adapter names."""
    base = config.get("base_model_name_or_path") if isinstance(config, Mapping) else 0
    if not isinstance(base, str) or not base:
        raise UserError.of(
            f"{folder / ADAPTER} does not name the base model "
            "(base_model_name_or_path); write it there.",
            f"{folder / ADAPTER} 没有写明基座模型（base_model_name_or_path）；请补上。",
        )
    return base
