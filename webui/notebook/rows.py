"""How a recipe's rows reach the cells: what the planner found when it prepared them.

The planner reads, repairs and checks all rows once, before a start. Cells are written
from what it found; before that, from what the recipe alone lets expect.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from webui.notebook.architecture import UNKNOWN, Architecture
from webui.notebook.ending import Ending, expected_ending
from webui.notebook.plain import PLAIN_KINDS, has_mapper, suffix_of
from webui.recipe import Recipe
from webui.recipe.objectives import objective_of
from webui.recipe.watched import is_watched

# What the data cell hands to the trainer:
# completion  {"prompt": [...], "completion": [...]}; TRL finds where answers begin
# messages    {"messages": [...]}; the chat template marks the answers for TRL
# text        {"text": ...}; all of it is learned
# tokens      token ids and labels of conversations, made in the cell
# pieces      token ids of texts, long ones in pieces, made in the cell
# columns     those that the objective names; its trainer makes the tokens
Form = Literal["completion", "messages", "text", "tokens", "pieces", "columns"]
BY_TRAINER = ("completion", "messages", "text")

FOLDER = "rows"
TRAIN, EVAL, HELDOUT = "train.jsonl", "eval.jsonl", "heldout.jsonl"
LEFT_OUT = "left_out.jsonl"
PARENT = "parent"  # the folder with what the run saved that is trained on


@dataclass(frozen=True)
class Rows:
    """What is known of a recipe's rows when its cells are written.

    Attributes:
        form: what the data cell hands to the trainer.
        plain: the cell loads the source itself; else it loads ``rows/train.jsonl`` and
            ``rows/heldout.jsonl``, which the planner has written.
        reason: why the cell makes the tokens, where it does.
        columns: the columns of a plain source.
        named: the columns that the objective names, where it does.
        apart: whether answers of one conversation are rows of their own.
        uneven: whether messages differ in their shape, as those with calls do.
        tools: whether rows name tools that may be called.
        more: columns that the trainer does not look at, such as a rejected answer.
        own_template: whether the model has a chat template of its own.
        ending: what has to be changed so that the model stops where it ends an answer.
        options: the chat template's options when an answer is asked for.
        asked: whether each row has such options of its own.
        mixed_options: whether rows differ in them, so that each has its own.
        thought_end: what stands between a thought and its answer, special tokens left
            out; empty if no row holds a thought.
        train, heldout, left_out: how many rows.
        watched: how many rows are watched while training, and not trained on; None
            where nobody has parted them yet, so that the cell does.
        files: what lies in the folder ``rows``, each with the file that it comes from.
        kept: what a run keeps there besides: the rows that its cell loads from the hub.
        stops: why a training with these rows should not begin, each in English and in
            Chinese.
        revision: the commit of a data set of the hub, where it is known.
        architecture: what of the model's modules the cells depend on.
        folder: where the cell finds the rows, beside itself.
        key: changes with what the rows depend on.
    """

    form: Form
    plain: bool
    reason: str = ""
    columns: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    apart: bool = False
    uneven: bool = False
    tools: bool = False
    more: tuple[str, ...] = ()
    own_template: bool = True
    ending: Ending = field(default_factory=Ending)
    options: Mapping[str, Any] = field(default_factory=dict)
    asked: bool = False
    mixed_options: bool = False
    thought_end: str = ""
    train: int = 0
    heldout: int = 0
    watched: int | None = None
    left_out: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    stops: tuple[tuple[str, str], ...] = ()
    revision: str = ""
    architecture: Architecture = UNKNOWN
    folder: str = FOLDER
    key: str = ""

    def columns_of(self, form: Form) -> tuple[str, ...]:
        """The columns of the written rows in this form."""
        main = {"completion": ("prompt", "completion"), "messages": ("messages",)}
        main["columns"] = self.named
        if form not in main:
            return ("text", "learned") if form == "tokens" else ("text",)
        asked = ("chat_template_kwargs",) * self.asked
        beside = (*("tools",) * self.tools, *asked, *self.more)
        return tuple(dict.fromkeys((*main[form], *beside)))


def expected(recipe: Recipe) -> Rows:
    """What a recipe lets expect of rows that nobody has read yet."""
    data = recipe.data
    sources = (*data.train_files, *recipe.split.files)
    readable = data.source == "hub" or all(suffix_of(f) in PLAIN_KINDS for f in sources)
    form: Form = "completion"
    named = objective_of(recipe).columns
    if named:
        form = "columns"
    elif data.format == "text":
        form = "text"
    elif data.packing:
        form = "tokens"
    elif data.train_on == "everything" or data.format in ("messages", "transcript"):
        form = "messages"
    return Rows(
        form,
        plain=readable and has_mapper(recipe) and form in BY_TRAINER,
        reason=PACKED if data.packing else "",
        named=named,
        own_template=data.template != "model",
        ending=expected_ending(recipe),
        key=about(recipe),
    )


def about(recipe: Recipe) -> str:
    """What of a recipe its rows depend on, as a hash."""
    parts = {
        "data": recipe.data.model_dump(mode="json", exclude={"accept_warnings"}),
        "split": recipe.split.model_dump(mode="json"),
        "model": recipe.model.model_dump(mode="json"),
        "seed": recipe.training.seed,  # draws the held-out rows
    }
    if is_watched(recipe):
        parts["watched"] = recipe.evaluation.rows
    if columns := objective_of(recipe).columns:
        parts["columns"] = columns
    text = json.dumps(parts, sort_keys=True).encode()
    return hashlib.blake2b(text, digest_size=16).hexdigest()


MANY = 10_000  # rows from which the trainer's own way takes too long
PACKED = "rows are packed by their tokens"
