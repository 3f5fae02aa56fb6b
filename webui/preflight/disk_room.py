"""How much disk a training leaves behind, and whether there is room for it.

What checkpoints hold was read from those of the starter model: weights that learn as
they are saved, the optimizer's states, the tokenizer, and small files.
"""

from dataclasses import dataclass
from pathlib import Path

from webui.counts.memory.cards import Card
from webui.counts.memory.estimate import Learning, learning_of, numbers_of
from webui.counts.memory.optimizers import in_effect, state_bytes
from webui.counts.parameters.meta import base_of, parameters_of_base
from webui.counts.parameters.weights import PROMPT, Weight, weights_of
from webui.figures import in_bytes
from webui.files import free_bytes
from webui.recipe import Recipe
from webui.recipe.sections.adapter import PREFIXES, PROMPTS
from webui.runs.checkpoints import RESERVE
from webui.text import Text

START_SAVED = ("pissa", "olora")
# tokenizer.json has 72 bytes for an entry in the starter, 134 in Llama 3.
ENTRY = 100
# What each tensor of an optimizer takes beside its numbers, and a step of the log in
# trainer_state.json and in events.jsonl.
TENSOR, LOGGED, EVENT = 800, 260, 400
SMALL = 50_000  # settings, random state, the model's card


@dataclass(frozen=True)
class Leaves:
    """What a run leaves on the disk at most, in bytes.

    checkpoint   one of them
    checkpoints  how many lie there at once: while one is written, one more
    adapter      what is saved at the end, with the tokenizer
    rest         notebook, log, events, and what the kernel keeps free of checkpoints
    """

    checkpoint: int
    checkpoints: int
    adapter: int
    rest: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.checkpoint * self.checkpoints + self.adapter + self.rest


def left_on_disk(recipe: Recipe, card: Card) -> Leaves:
    """What a training of this recipe leaves on the disk.

    Raises:
        PlannerError: if the model cannot be read or the adapter does not fit it.
    """
    learning = learning_of(recipe, numbers_of(recipe, card))
    weights, tokenizer = saved_bytes(recipe, card), tokenizer_bytes(recipe)
    # PiSSA and OLoRA save where they started, and what was learned at twice the rank.
    moved = recipe.adapter.method == "lora" and recipe.adapter.start in START_SAVED
    return Leaves(
        checkpoint=weights
        + saved_states(recipe, card, learning)
        + tokenizer
        + small(recipe),
        checkpoints=at_once(recipe),
        adapter=weights * (3 if moved else 1) + tokenizer,
        rest=RESERVE + EVENT * steps(recipe),
    )


def saved_bytes(recipe: Recipe, card: Card) -> int:
    """Bytes of the weights as they are saved: an adapter alone, or the whole model."""
    if recipe.adapter.method in ("full", "freeze"):
        return int(parameters_of_base(recipe) * numbers_of(recipe, card).base)
    rows = weights_of(recipe).rows
    if recipe.adapter.method in PROMPTS:
        return 4 * prompt_numbers(recipe, [row for row in rows if row.module == PROMPT])
    # ln_tuning learns the base's own weights, and saves copies of these.
    return 4 * sum(row.total for row in rows if row.added or row.learns)


def prompt_numbers(recipe: Recipe, rows: list[Weight]) -> int:
    """Numbers of a learned prompt: what its encoder makes is saved, not the encoder."""
    width = next(row.shape[-1] for row in rows if row.name.startswith("embedding"))
    if recipe.adapter.method in PREFIXES:
        width = rows[-1].shape[0] if len(rows) > 1 else width
    return recipe.adapter.virtual_tokens * width


def saved_states(recipe: Recipe, card: Card, learning: Learning) -> int:
    """Bytes of the optimizer's states as they are saved."""
    kind = in_effect(recipe, card)
    if kind == "sgd":
        return 0
    tensors = sum(row.copies for row in weights_of(recipe).rows if row.learns)
    held = state_bytes(kind, recipe, learning.numbers, learning.bytes)
    return held + TENSOR * tensors


def tokenizer_bytes(recipe: Recipe) -> int:
    """About the bytes of the tokenizer's files, by the size of the vocabulary."""
    return int(base_of(recipe).config.get_text_config().vocab_size * ENTRY)


def small(recipe: Recipe) -> int:
    """Bytes of a checkpoint's small files, of which the log of steps grows."""
    return SMALL + LOGGED * steps(recipe)


def steps(recipe: Recipe) -> int:
    """The steps of a training; 0 where they depend on the rows."""
    training = recipe.training
    return training.steps if training.duration == "steps" else 0


def at_once(recipe: Recipe) -> int:
    """How many checkpoints lie on the disk at once, at most."""
    training, evaluation = recipe.training, recipe.evaluation
    # One more while it is written, and the best, which is never deleted.
    most = training.keep_checkpoints + 1 + (evaluation.every != "no")
    if training.duration == "epochs":
        return most
    if evaluation.every == "epoch":
        return most
    every = evaluation.steps if evaluation.every == "steps" else training.save_every
    return min(most, -(-training.steps // every))


def room_problem(recipe: Recipe, card: Card, folder: Path) -> Text | None:
    """Why a run does not fit the disk of a folder; None if it does.

    Raises:
        PlannerError: as ``left_on_disk``.
    """
    return too_much(left_on_disk(recipe, card), free_bytes(folder), folder)


def too_much(left: Leaves, free: int | None, folder: Path) -> Text | None:
    """Why so much does not fit into so many free bytes; None if it does.

    ``free`` is None where the disk does not say; then it is tried.
    """
    if free is None or left.total <= free:
        return None
    needed, one, has = in_bytes(left.total), in_bytes(left.checkpoint), in_bytes(free)
    count, field = left.checkpoints, "training.keep_checkpoints"
    return Text(
        f"the run leaves up to {needed} on the disk ({count} checkpoints of {one} at "
        f"once, and the adapter), and {has} are free at {folder}; delete runs, set "
        f"TUNEBOOK_HOME to a larger disk, or lower {field}.",
        f"本次运行最多占用 {needed} 磁盘空间（同时存在 {count} 个检查点，每个 {one}，"
        f"另加适配器），而 {folder} 处只剩 {has}；请删除一些运行，"
        f"用 TUNEBOOK_HOME 指定更大的磁盘，或减小 {field}。",
    )
