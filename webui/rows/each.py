"""The rows of a recipe, one after another: each prepared, or rejected with a reason."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from webui.chat.conversation import Chat, render
from webui.chat.sequences import Sequence
from webui.chat.vanished import Lost
from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.parts import Part
from webui.rows.mapping.steps import Step, row_steps
from webui.rows.reading.reasons import in_both
from webui.rows.reading.sources import Record, records
from webui.text import Text


@dataclass(frozen=True)
class Kept:
    """A row that can be used: as the source has it, as a conversation or a text, and
    as the sequences that are trained on; ``lost`` is what these do not hold of it."""

    record: Record
    row: dict[str, Any]
    mapped: dict[str, Any]
    sequences: tuple[Sequence, ...] = ()
    lost: frozenset[Lost] = frozenset()


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be used, and why."""

    record: Record
    reason: Text


def read_rows(
    recipe: Recipe, part: Part = "train", chat: Chat | None = None
) -> Iterator[Kept | Rejected]:
    """Stream over the rows of all files, or of the hub's data set.

    With a ``chat`` the rows are rendered through its template as well.
    "heldout" are the rows of held-out files of their own, else there are none.

    Raises:
        PlannerError: if a source cannot be read at all.
    """
    steps = row_steps(recipe)
    for record in source_records(recipe, part):
        row = mapped_row(record, steps)
        yield row if chat is None else rendered_row(row, chat)


def mapped_row(record: Record, steps: Iterable[Step]) -> Kept | Rejected:
    """A record as a conversation or a text, if it can be one."""
    if record.row is None:
        return Rejected(record, record.reason or in_both("is no row"))
    mapped: Any = record.row
    try:
        for step in steps:
            mapped = step(mapped)
    except ValueError as error:
        return Rejected(record, in_both(str(error.args[0])))
    return Kept(record, record.row, mapped)


def rendered_row(row: Kept | Rejected, chat: Chat) -> Kept | Rejected:
    """A row with the sequences that a chat template makes of it, if it takes it."""
    if isinstance(row, Rejected):
        return row
    try:
        rendered = render(row.mapped, chat)
    except ValueError as error:
        return Rejected(row.record, in_both(str(error.args[0])))
    return replace(row, sequences=rendered.sequences, lost=rendered.lost)


def source_records(recipe: Recipe, part: Part) -> Iterator[Record]:
    """The records of the recipe's files or data set."""
    data, split = recipe.data, recipe.split
    if part == "heldout" and split.by != "file":
        return
    if data.source == "hub":
        from webui.rows.reading.hub import hub_records

        chosen = data.hub_split if part == "train" else split.hub_split
        name, config = data.hub_dataset, data.hub_config or None
        yield from hub_records(name, config, chosen, data.hub_revision or None)
        return
    if not (files := files_of(recipe, part)):
        raise no_files(part)
    for file in files:
        yield from records(Path(file))


def files_of(recipe: Recipe, part: Part) -> tuple[str, ...]:
    """The files of a part; none where the rows come from the hub."""
    if recipe.data.source == "hub":
        return ()
    return recipe.data.train_files if part == "train" else recipe.split.files


def source_files(recipe: Recipe) -> list[str]:
    """The training files, then the held-out files; none of the hub."""
    heldout = files_of(recipe, "heldout") if recipe.split.by == "file" else ()
    return [*files_of(recipe, "train"), *heldout]


def no_files(part: Part) -> PlannerError:
    """The error for a recipe that names no source of rows."""
    if part == "train":
        return PlannerError.of("Choose a training file first.", "请先选择训练文件。")
    return PlannerError.of("Choose a held-out file first.", "请先选择留出文件。")


def with_place(rejected: Rejected) -> Text:
    """The reason for a rejection as a sentence with file and line."""
    where = place_of_row(rejected.record)
    return Text(
        f"{where.en}: {rejected.reason.en}.", f"{where.zh}：{rejected.reason.zh}。"
    )


def place_of_row(record: Record) -> Text:
    """Where a row stands, in words."""
    return Text(
        f"{record.file}, {record.unit.en} {record.number}",
        f"{record.file} 第 {record.number} {record.unit.zh}",
    )
