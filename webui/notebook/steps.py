"""What happens to each row, in order: the cell is written from this list, and the
planner's preview runs it, so that the two cannot disagree."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from webui.notebook.carried import mask
from webui.notebook.chat_templates import TEMPLATES
from webui.planner import split
from webui.planner.mapping import values as formats
from webui.planner.mapping.mappers import mapper_of
from webui.planner.reading import readers
from webui.recipe import Recipe
from webui.recipe.formats import FORMATS
from webui.recipe.sections.data import LABELLED

READERS: dict[str, Callable] = {
    ".json": readers.read_json,
    ".jsonl": readers.read_jsonl,
    ".ndjson": readers.read_jsonl,
    ".csv": readers.read_csv,
    ".tsv": readers.read_csv,
    ".parquet": readers.read_parquet,
    ".xlsx": readers.read_xlsx,
    ".txt": readers.read_paragraphs,
    ".md": readers.read_paragraphs,
}


@dataclass(frozen=True)
class Step:
    """A carried function, and its arguments after the row or the rows."""

    function: Callable
    arguments: dict[str, Any]

    def __call__(self, first: Any) -> Any:
        return self.function(first, **self.arguments)


def row_steps(recipe: Recipe, tokenizer: Any) -> list[Step]:
    """From a raw row to one with its text and the parts of it that are learned."""
    data = recipe.data
    format = FORMATS[data.format]
    steps = []
    if data.columns:
        steps.append(Step(formats.select, {"columns": data.columns}))
    if data.label_names and (role := label_role(data.format)):
        names = {"role": role, "names": data.label_names}
        steps.append(Step(formats.name_labels, names))
    steps.append(Step(mapper_of(data.format, data.columns), {}))
    if data.format == "text":
        return steps  # plain text: no turns to put anything before
    own = format.instruction.en if format.instruction else ""
    instruction = data.instruction or own
    if instruction or data.system_prompt:
        prompts = {"instruction": instruction, "system_prompt": data.system_prompt}
        steps.append(Step(formats.add_prompts, prompts))
    rendered = {"tokenizer": tokenizer, "answers_only": data.train_on == "answers"}
    return [*steps, Step(mask.render, rendered)]


def label_role(format: str) -> str | None:
    """The role of a format that holds its labels, if it has any."""
    roles = [role.name for role in FORMATS[format].roles]
    if format not in LABELLED:
        return None
    return next(name for name in ("label", "labels") if name in roles)


def token_step(recipe: Recipe, tokenizer: Any) -> Step:
    """From a batch of such rows to token ids and labels."""
    function = mask.tokenize_texts if recipe.data.format == "text" else mask.tokenize
    length = {"tokenizer": tokenizer, "max_length": recipe.model.max_seq_length}
    return Step(function, length)


def split_step(recipe: Recipe, count: Any) -> Step | None:
    """How rows are held out of the training rows; None where they come on their own.

    ``count`` is how many, for the ways that draw them.
    """
    by, seed = recipe.split, recipe.training.seed
    if by.by == "file":
        return None
    if by.by == "column":
        chosen = {"column": by.column, "value": by.value}
        return Step(split.hold_out_by_column, chosen)
    if by.stratify_by:
        even = {"count": count, "column": by.stratify_by, "seed": seed}
        return Step(split.hold_out_evenly, even)
    if by.group_by:
        groups = {"count": count, "column": by.group_by, "seed": seed}
        return Step(split.hold_out_groups, groups)
    return Step(split.hold_out, {"count": count, "seed": seed})


def readers_for(paths: Iterable[str]) -> dict[str, Callable]:
    """The readers that these files need, by suffix; a zip may hold any kind."""
    suffixes = {suffix_of(path) for path in paths}
    if ".zip" in suffixes:
        return READERS
    return {suffix: READERS[suffix] for suffix in READERS if suffix in suffixes}


def suffix_of(path: str) -> str:
    """The suffix that tells a file's kind: of ``a.jsonl.gz`` it is ``.jsonl``."""
    name = path.lower().removesuffix(".gz")
    return PurePath(name).suffix


def chat_template(recipe: Recipe) -> str | None:
    """The template that replaces the model's own, if any does."""
    if recipe.data.template == "custom":
        return recipe.data.custom_template
    return TEMPLATES.get(recipe.data.template)
