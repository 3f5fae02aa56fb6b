"""Rows as they will be trained on: rendered, tokenized and masked.

The row mappers and ``tokenize`` are the very functions that the notebook carries.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from webui.notebook.mask import tokenize
from webui.notebook.rows import MAPPERS
from webui.planner.errors import PlannerError
from webui.planner.pretrained import end_tokens, read_tokenizer
from webui.planner.rows import Rows, check_rows, read_rows
from webui.recipe import Recipe
from webui.recipe.field import Text

CHECKED_ROWS = 200
HIDDEN = -100
LONGEST_CHARACTER = 8  # tokens that one character may take, generously
UNFINISHED = "\ufffd"  # what bytes that end within a character decode to


class Token(NamedTuple):
    """A token's text, and whether the loss looks at it.

    Tokens that only together make a character are shown as one.
    """

    text: str
    trained: bool


@dataclass(frozen=True)
class PreviewRow:
    """One row as it will be trained on; ``length`` and ``trained`` are in tokens."""

    tokens: tuple[Token, ...]
    length: int
    trained: int
    truncated: bool

    @property
    def share(self) -> float:
        """Share of the tokens that the loss looks at, from 0 to 1."""
        return self.trained / self.length if self.length else 0.0


@dataclass(frozen=True)
class Preview:
    """Some rows, and what is odd among the first ``checked`` rows of the file."""

    rows: tuple[PreviewRow, ...]
    warnings: tuple[Text, ...]
    checked: int


def preview(recipe: Recipe, first: int = 0, count: int = 3) -> Preview:
    """Show ``count`` rows of the training file from ``first``, counted from 0.

    Raises:
        PlannerError: if the file, a row of it or the tokenizer cannot be used.
    """
    if not recipe.data.train_file:
        raise PlannerError(Text("Choose a training file first.", "请先选择训练文件。"))
    path = Path(recipe.data.train_file)
    rows = read_rows(path, limit=max(CHECKED_ROWS, first + count))
    check_rows(rows, recipe.data.format)
    tokenizer = read_tokenizer(recipe.model.name)
    shown = range(len(rows.rows))[first : first + count]
    checked = range(len(rows.rows))[:CHECKED_ROWS]
    encoded = {
        number: encode(recipe, tokenizer, rows, number)
        for number in sorted({*shown, *checked})
    }
    ends = end_tokens(recipe.model.name, tokenizer)
    return Preview(
        tuple(preview_row(encoded[number], tokenizer) for number in shown),
        tuple(warnings([encoded[number] for number in checked], ends, recipe)),
        len(checked),
    )


class Encoded(NamedTuple):
    """Token ids and labels of a row, cut to length, and whether it was cut."""

    ids: list[int]
    labels: list[int]
    truncated: bool


def encode(recipe: Recipe, tokenizer: Any, rows: Rows, number: int) -> Encoded:
    """One row through its mapper and ``tokenize``, as the notebook does it."""
    mapper, longest = MAPPERS[recipe.data.format], recipe.model.max_seq_length
    answers_only = recipe.data.train_on == "answers"
    try:
        messages = mapper(rows.rows[number], recipe.data.system_prompt)
        cut = tokenize(messages, tokenizer, longest, answers_only)
        ids, truncated = cut["input_ids"], False
        if len(ids) == longest:
            whole = tokenize(messages, tokenizer, sys.maxsize, answers_only)
            truncated = len(whole["input_ids"]) > longest
    except Exception as error:  # a template may raise anything
        raise refused(rows.place(number), error) from error
    return Encoded(ids, cut["labels"], truncated)


def refused(where: Text, error: Exception) -> PlannerError:
    """The error for a row that the chat template or the mask cannot take."""
    if "chat template rewrites" in str(error):
        return PlannerError(
            Text(
                f"{where.en}: this model's chat template rewrites earlier turns, so "
                "the answers cannot be told apart; train on every token instead.",
                f"{where.zh}:该模型的对话模板会改写之前的轮次,无法区分回答;"
                "请改为训练全部 token。",
            )
        )
    reason = str(error).strip().rstrip(".")[:300] or type(error).__name__
    return PlannerError(
        Text(
            f"{where.en}: the model's chat template refuses this row ({reason}).",
            f"{where.zh}:模型的对话模板不接受这一条({reason})。",
        )
    )


def preview_row(row: Encoded, tokenizer: Any) -> PreviewRow:
    """A row's tokens as texts, with its figures."""
    trained = sum(label != HIDDEN for label in row.labels)
    tokens = tuple(texts(row, tokenizer))
    return PreviewRow(tokens, len(row.ids), trained, row.truncated)


def texts(row: Encoded, tokenizer: Any) -> Iterator[Token]:
    """The tokens' texts; joined they are the row's text.

    Each is decoded after the ones before it, because a tokenizer may drop a leading
    blank, and a character's bytes may be spread over several tokens.
    """
    before: list[int] = []
    start = 0
    flags = [label != HIDDEN for label in row.labels]
    for end in range(1, len(row.ids) + 1):
        group = row.ids[start:end]
        text = decoded(tokenizer, before + group)
        goes_on = end < len(row.ids) and flags[end] == flags[start]
        if text.endswith(UNFINISHED) and goes_on and len(group) < LONGEST_CHARACTER:
            continue
        yield Token(text[len(decoded(tokenizer, before)) :], flags[start])
        before, start = group, end


def decoded(tokenizer: Any, ids: list[int]) -> str:
    """The exact text of some tokens, special ones included."""
    text = tokenizer.decode(
        ids, skip_special_tokens=False, clean_up_tokenization_spaces=False
    )
    return str(text)


def warnings(rows: list[Encoded], ends: set[int], recipe: Recipe) -> Iterator[Text]:
    """What would make a training useless without an error, over these rows."""
    masked = [row for row in rows if all(label == HIDDEN for label in row.labels)]
    cut = [row for row in rows if row.truncated]
    whole = [row for row in rows if not row.truncated]
    endless = [row for row in whole if not ends & set(row.labels)]
    limit = recipe.model.max_seq_length
    if masked:
        yield Text(
            f"In {of(masked, rows).en} every token is hidden from the loss, so "
            "nothing is learned from them.",
            f"{of(masked, rows).zh}的全部 token 都不计入损失,从中学不到任何内容。",
        )
    if cut:
        yield Text(
            f"{of(cut, rows).en} are longer than {limit} tokens and are cut there; "
            "the end of their answers is lost.",
            f"{of(cut, rows).zh}超过 {limit} 个 token,会被截断,回答的结尾将丢失。",
        )
    if endless:
        yield Text(
            f"In {of(endless, rows).en} no end token is trained on, so the tuned "
            "model may never stop its answers.",
            f"{of(endless, rows).zh}没有训练到结束 token,微调后的模型可能停不下来。",
        )


def of(some: list[Encoded], rows: list[Encoded]) -> Text:
    """So many of the rows that were checked."""
    return Text(
        f"{len(some)} of the first {len(rows)} rows",
        f"前 {len(rows)} 条中有 {len(some)} 条",
    )
