"""Exact parameter counts from a model's configuration alone.

The model is built without storage (PyTorch's meta device) and PEFT attaches the very
adapter that the run would train, so the figures are PEFT's own, to the last one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from webui.counts.parameters.meta import (
    base_of,
    packed_numbers,
    parameters_of_base,
)
from webui.counts.parameters.reach import reach
from webui.counts.parameters.weights import Weight, weights_of
from webui.recipe import Recipe
from webui.text import Text


@dataclass(frozen=True)
class Count:
    """How many numbers learn, and how many there are.

    ``total`` is the ``base`` and all that the adapter brings along; AdaLoRA also
    brings a frozen counter for each module. With a 4-bit base these are still the
    true counts.

    ``by_module`` splits ``trainable``, and ``all_by_module`` splits ``total``, by
    module type ("q_proj"), over all layers; a prompt's share is under "prompt".

    ``before`` is what a model loaded by Unsloth reports as learnable before any
    adapter: all but the input embeddings, as published runs on a GPU show. On the CPU
    Unsloth 2026.10 freezes nothing here, and 4-bit weights never report as learnable.
    No run trains in this state.

    ``packed`` is what summing the sizes of the base's 4-bit weights gives, two of
    them in one byte; None for other precisions. Unsloth's "-unsloth-bnb-4bit" copies
    leave some layers in 16 bit, so that they give more.

    ``note`` says what of the blocks an adapter does not reach, such as experts.
    """

    trainable: int
    total: int
    base: int
    by_module: dict[str, int]
    all_by_module: dict[str, int]
    before: int
    packed: int | None
    note: Text | None = None

    @property
    def percent(self) -> float:
        """Share of the total that learns, from 0 to 100."""
        return 100 * self.trainable / self.total


def count(recipe: Recipe) -> Count:
    """Count the parameters of a recipe's model with its adapter attached.

    Raises:
        PlannerError: if the model cannot be read, or the adapter does not fit it.
    """
    rows = weights_of(recipe).rows
    learning = [row for row in rows if row.learns]
    base, packed = parameters_of_base(recipe), recipe.model.precision == "4bit"
    return Count(
        trainable=sum(row.total for row in learning),
        total=sum(row.total for row in rows),
        base=base,
        by_module=sums_by_module(learning),
        all_by_module=sums_by_module(rows),
        before=base - base_of(recipe).get_input_embeddings().weight.numel(),
        packed=base - packed_numbers(recipe) // 2 if packed else None,
        note=reach(recipe),
    )


def sums_by_module(rows: Iterable[Weight]) -> dict[str, int]:
    """Parameters by the last part of their module's name, in the model's order."""
    sizes: Counter[str] = Counter()
    for row in rows:
        sizes[row.module.rpartition(".")[2]] += row.total
    return dict(sizes)
