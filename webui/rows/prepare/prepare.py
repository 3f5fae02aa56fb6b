"""Read, repair and check all rows of a recipe, and write them for its data cell."""

import errno
import itertools
import shutil
from dataclasses import replace
from pathlib import Path

from webui.chat.conversation import Chat
from webui.counts.parameters.architecture import architecture_of
from webui.errors import PlannerError
from webui.files import new_scratch
from webui.models.pretrained import has_template, recipe_chat, recipe_ending
from webui.notebook.rows import EVAL, HELDOUT, LEFT_OUT, MANY, TRAIN, Form, Rows
from webui.recipe import Recipe
from webui.recipe.objectives import objective_of
from webui.rows.each import Kept, read_rows, source_records, with_place
from webui.rows.prepare.forms import Seen, form_of, stops
from webui.rows.prepare.plainness import rows_as_plain
from webui.rows.prepare.store import (
    known_preparation,
    publish,
    rows_folder,
    rows_key,
    tidy_preparations,
)
from webui.rows.prepare.trl_rows import is_asked_with_options
from webui.rows.prepare.writing import Writer, finish, parts_of
from webui.rows.reading.hub import hub_revision
from webui.text import Text

LOOKED_AT = 200  # rows that tell in which form to begin
FILES = (TRAIN, EVAL, HELDOUT, LEFT_OUT)


def prepare(recipe: Recipe, as_before: bool = False) -> Rows:
    """The rows of a recipe, ready for its data cell; made once for the same rows.

    ``as_before`` holds out the rows that were drawn before runs kept their rows.

    Raises:
        PlannerError: if a source cannot be read, or none of its rows used.
    """
    key = rows_key(recipe, as_before=as_before)
    revision = hub_revision(recipe)
    if (found := known_preparation(key)) and revision in ("", found.revision):
        return found
    tidy_preparations()
    scratch = new_scratch(rows_folder())
    try:
        rows = written_rows(recipe, scratch, as_before)
        folder = rows_folder() / key
        names = FILES if rows.watched else (TRAIN, HELDOUT, LEFT_OUT)
        files = {name: str(folder / name) for name in names}
        made_of = architecture_of(recipe)
        rows = replace(
            rows, key=key, files=files, revision=revision, architecture=made_of
        )
        if not as_before:
            rows = rows_as_plain(recipe, rows, scratch) or rows
        publish(scratch, rows)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise PlannerError(FULL) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return rows


def written_rows(recipe: Recipe, folder: Path, as_before: bool) -> Rows:
    """Write the rows; again, if they turn out to need another form than the first of
    them let expect."""
    chat = recipe_chat(recipe)
    form, _ = first_form(recipe, chat)
    while True:
        rows = write_in(form, recipe, chat, folder, as_before)
        if rows.form == form:
            return rows
        form = rows.form


def first_form(recipe: Recipe, chat: Chat) -> tuple[Form, str]:
    """The form that the first rows need."""
    seen = Seen()
    first = itertools.islice(read_rows(recipe, "train", chat), LOOKED_AT)
    for row in first:
        if isinstance(row, Kept):
            seen.add(row, chat, recipe.model.max_seq_length)
    behind = itertools.islice(source_records(recipe, "train"), MANY, None)
    many = seen.rows > 0 and next(behind, None) is not None
    return form_of(recipe, seen, many=many)


def write_in(
    form: Form, recipe: Recipe, chat: Chat, folder: Path, as_before: bool
) -> Rows:
    """Write all rows in a form, and tell what they are; maybe they need another."""
    writer = Writer(recipe, chat, form, folder)
    by_file = recipe.split.by == "file"
    with (folder / LEFT_OUT).open("w", encoding="utf-8", errors="replace") as left_out:
        train = writer.write(read_rows(recipe, "train", chat), "all", left_out)
        heldout = None
        if by_file:
            asked = read_rows(recipe, "heldout", chat)
            heldout = writer.write(asked, "asked", left_out, trained=False)
    if not len(train):
        raise PlannerError(NO_ROWS)
    parts = parts_of(recipe, train, heldout, as_before)
    trained, watched, held = finish(parts, folder)
    for written in (train, heldout):
        if written is not None:
            written.file.close()
            Path(written.file.name).unlink()
    return replace(
        rows_described(recipe, chat, writer),
        train=trained,
        heldout=held,
        watched=None if as_before else watched,
    )


def rows_described(recipe: Recipe, chat: Chat, writer: Writer) -> Rows:
    """What was found of the rows, but for how many there are of each part."""
    seen = writer.seen
    form, reason = form_of(recipe, seen, many=seen.rows > MANY)
    options = seen.options or [{}]
    asked = chat.dialect.thinking if seen.thinks else options[0]
    return Rows(
        form,
        plain=False,
        reason=reason,
        named=objective_of(recipe).columns,
        apart=seen.apart,
        uneven=writer.uneven,
        tools=writer.tools,
        more=tuple(sorted(writer.more)),
        own_template=recipe.data.template != "model" or has_template(recipe.model),
        ending=recipe_ending(recipe),
        options=dict(asked),
        asked=is_asked_with_options(chat),
        mixed_options=len(options) > 1,
        thought_end=seen.thought_end,
        left_out=writer.left_out,
        stops=(*map(with_place, writer.broken), *stops(seen)),
    )


FULL = Text(
    "The disk is full, so the rows could not be prepared; free some space and start "
    "again.",
    "磁盘已满，无法准备数据；请清理空间后重新开始。",
)
NO_ROWS = Text("None of the rows can be used.", "没有任何可用的数据。")
