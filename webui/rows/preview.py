"""Rows as they will be trained on: rendered, tokenized and masked."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from webui.chat.conversation import Chat
from webui.errors import PlannerError
from webui.models.pretrained import end_tokens, has_template, recipe_chat
from webui.recipe import Recipe
from webui.recipe.parts import Part
from webui.rows.data_warnings import Warned, no_template, shifted_labels, warnings
from webui.rows.each import Kept, Rejected, place_of_row, read_rows, with_place
from webui.rows.encoding import HIDDEN, Encoded, encode
from webui.rows.refused import broken_files, mostly_rejected, template_that_takes
from webui.text import Text

CHECKED_ROWS = 200
MOST_READ = 10_000  # rows, in search of usable ones
SHOWN_TOKENS = 1200  # of one row; a page of more is not read
SHOWN_REASONS = 5
LONGEST_CHARACTER = 8  # tokens that one character may take, generously
UNFINISHED = "\ufffd"  # what bytes that end within a character decode to


class Token(NamedTuple):
    """A token's text and id, and whether the loss looks at it.

    Tokens that only together make a character are shown as one.
    """

    text: str
    trained: bool
    ids: tuple[int, ...]


@dataclass(frozen=True)
class PreviewRow:
    """One sequence that will be trained on: a row, or one answer of a row.

    ``length`` and ``trained`` are in tokens, after the cut at the longest sequence;
    ``whole`` is the length before it. ``tokens`` are the first ones only, where there
    are very many.
    """

    place: Text
    tokens: tuple[Token, ...]
    length: int
    trained: int
    whole: int
    truncated: bool

    @property
    def share(self) -> float:
        """Share of the tokens that the loss looks at, from 0 to 1."""
        return self.trained / self.length if self.length else 0.0


@dataclass(frozen=True)
class Preview:
    """Some rows, and what is odd among the first ``checked`` rows of the source.

    ``rejected`` of these cannot be used, the first for these ``reasons``.
    ``columns`` and ``cells`` are the shown rows as the source has them.
    """

    rows: tuple[PreviewRow, ...]
    warnings: tuple[Warned, ...]
    checked: int
    rejected: int
    reasons: tuple[Text, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def preview(recipe: Recipe, first: int = 0, count: int = 3) -> Preview:
    """Show ``count`` usable rows from ``first``, counted from 0.

    Raises:
        PlannerError: if the source or the tokenizer cannot be used, or no row can.
    """
    found = check_rows(recipe, "train", first + count)
    shown = range(len(found.kept))[first : first + count]
    rows = [found.kept[number] for number in shown]
    columns = tuple(dict.fromkeys(name for row in rows for name in row.row))[:12]
    return Preview(
        tuple(
            part
            for number, row in zip(shown, rows, strict=True)
            for part in preview_rows(row, found.encoded[number], found.chat)
        ),
        found.warnings,
        min(len(found.kept) + len(found.rejected), CHECKED_ROWS),
        len(found.rejected),
        tuple(with_place(row) for row in found.rejected[:SHOWN_REASONS]),
        columns,
        tuple(tuple(shown_cell(row.row.get(name)) for name in columns) for row in rows),
    )


@dataclass(frozen=True)
class Checked:
    """The first rows of a source through all steps; ``total`` if these are all.

    ``encoded`` holds the sequences of each kept row. ``rejected`` and ``warnings`` are
    about no more than CHECKED_ROWS of them.
    """

    chat: Chat
    kept: list[Kept]
    rejected: list[Rejected]
    encoded: list[list[Encoded]]
    warnings: tuple[Warned, ...]
    total: int | None


def check_rows(recipe: Recipe, part: Part, wanted: int = 0) -> Checked:
    """Look at the first rows of a recipe's training or held-out part, and further on
    until so many usable ones are found.

    Raises:
        PlannerError: if the source or the tokenizer cannot be used, or no row can.
    """
    chat = recipe_chat(recipe)
    tokenizer = chat.template.tokenizer
    read = read_rows(recipe, part, chat)
    rows = list(itertools.islice(read, CHECKED_ROWS))
    kept = [row for row in rows if isinstance(row, Kept)]
    rejected = [row for row in rows if isinstance(row, Rejected)]
    total = len(kept) if len(rows) < CHECKED_ROWS else None
    first = slice(len(kept))
    further = itertools.islice(read, MOST_READ + wanted)
    usable = (row for row in further if isinstance(row, Kept))
    kept += itertools.islice(usable, max(0, wanted - len(kept)))
    if not kept:
        raise no_rows(recipe, rejected)
    encoded = encoded_rows(recipe, tokenizer, kept)
    ends = end_tokens(recipe.model, tokenizer)
    warned = [
        *broken_files(rejected),
        *shifted_labels(recipe, rows),
        *mostly_rejected(recipe, len(kept[first]), rejected),
        *warnings(recipe, chat, kept[first], encoded[first], ends),
    ]
    own = recipe.data.template == "model" and recipe.data.format != "text"
    if own and not has_template(recipe.model):
        warned.append(no_template())
    return Checked(chat, kept, rejected, encoded, tuple(warned), total)


def encoded_rows(
    recipe: Recipe, tokenizer: Any, kept: list[Kept]
) -> list[list[Encoded]]:
    """The tokens of each row's sequences."""
    made = iter(
        encode(recipe, tokenizer, [part for row in kept for part in row.sequences])
    )
    return [list(itertools.islice(made, len(row.sequences))) for row in kept]


def no_rows(recipe: Recipe, rejected: list[Rejected]) -> PlannerError:
    """The error for a source of which no row can be used: why the first cannot."""
    if not rejected:
        return PlannerError.of("The source holds no rows.", "数据中没有任何行。")
    why, way_out = with_place(rejected[0]), template_that_takes(recipe, rejected)
    return PlannerError.of(f"{why.en}{way_out.en}", f"{why.zh}{way_out.zh}")


def shown_cell(value: Any) -> str:
    """A raw value as a table shows it."""
    return "" if value is None else str(value)[:300]


def preview_rows(
    kept: Kept, encoded: list[Encoded], chat: Chat
) -> Iterator[PreviewRow]:
    """A row's sequences, each with its tokens as texts and its figures."""
    tokenizer = chat.template.tokenizer
    for number, row in enumerate(encoded, start=1):
        trained = sum(label != HIDDEN for label in row.labels)
        tokens = tuple(token_texts(row, tokenizer))
        length = len(row.ids)
        cut = row.whole > length and "messages" in kept.mapped
        where = place_of_part(kept, number)
        yield PreviewRow(where, tokens, length, trained, row.whole, cut)


def place_of_part(kept: Kept, number: int) -> Text:
    """Where a row stands; of several sequences, which answer it is."""
    where, total = place_of_row(kept.record), len(kept.sequences)
    if total == 1:
        return where
    return Text(
        f"{where.en}, answer {number} of {total}",
        f"{where.zh}，第 {number} 个回答（共 {total} 个）",
    )


def token_texts(row: Encoded, tokenizer: Any) -> Iterator[Token]:
    """The tokens' texts; joined they are the row's text.

    Each is decoded after the ones before it, because a tokenizer may drop a leading
    blank, and a character's bytes may be spread over several tokens.
    """
    before: list[int] = []
    start = 0
    ids = row.ids[:SHOWN_TOKENS]
    flags = [label != HIDDEN for label in row.labels]
    for end in range(1, len(ids) + 1):
        group = ids[start:end]
        text = exact_text(tokenizer, before + group)
        goes_on = end < len(ids) and flags[end] == flags[start]
        if text.endswith(UNFINISHED) and goes_on and len(group) < LONGEST_CHARACTER:
            continue
        shown = text[len(exact_text(tokenizer, before)) :]
        yield Token(shown, flags[start], tuple(group))
        before, start = group, end


def exact_text(tokenizer: Any, ids: list[int]) -> str:
    """The exact text of some tokens, special ones included."""
    text = tokenizer.decode(
        ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
    )
    return str(text)
