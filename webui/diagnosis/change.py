"""The smallest change of a recipe that helps after a failure, to be made by a button.

What is a question of trust (weights that can run code, a model's own code) is never
answered here.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webui.counts.memory.cards import DEFAULT, Card
from webui.counts.memory.proposals import (
    halve_batch,
    halve_numbers,
    pack_weights,
    shorten,
)
from webui.counts.memory.remedies import Remedy
from webui.diagnosis import explain
from webui.notebook.cells import kind_of
from webui.recipe import Recipe
from webui.recipe.paths import FIELDS, value_at
from webui.recipe.problems import RecipeError
from webui.recipe.store import with_values
from webui.runs.difference import yaml_value
from webui.runs.events import Failed
from webui.text import Text

Values = dict[str, Any]

# Where training usually begins; far above it, one goes back to it at once.
USUAL_RATE, USUAL_WHOLE_RATE = 2e-4, 2e-5
USUAL_WARM_UP = 0.05
WHOLE = ("full", "freeze")
# Methods that their authors give far higher rates.
FAST = ("ia3", "ln_tuning", "prompt_tuning", "prefix_tuning", "p_tuning", "p_tuning_v2")
FAR_ABOVE = 4

MEMORY = ("killed", "memory", "gpu_memory")
# What takes less memory, by what a cell declares.
LIGHTER = {"weights": (halve_numbers, pack_weights), "batches": (halve_batch, shorten)}


@dataclass(frozen=True)
class Change:
    """Values of a recipe's fields, by path, and the change in words."""

    text: Text
    values: Mapping[str, Any]

    @property
    def settings(self) -> list[str]:
        """The same as ``section.field=value``, for `tunebook run --set`."""
        return [f"{path}={yaml_value(value)}" for path, value in self.values.items()]

    @property
    def keeps_model(self) -> bool:
        """Whether model, adapter and rows stay, so that a checkpoint still fits."""
        return all(path.startswith("training.") for path in self.values)


def change_for(
    failed: Failed,
    recipe: Recipe,
    machine: Card | None = None,
    remedies: Sequence[Remedy] = (),
) -> Change | None:
    """The smallest change that helps after a failure; None where no setting does, as
    where it might not reach code by hand.

    Args:
        failed: what failed.
        recipe: what the run was of.
        machine: the device that it ran on, as far as it is known.
        remedies: the planner's ways out for it, the least harmful first.
    """
    if failed.by_hand:
        return None
    kind, cell = explain(failed).kind, failed.cell
    if kind in MEMORY:
        found = smaller(recipe, cell, machine or DEFAULT, remedies)
    elif kind == "too_few_rows":
        found = fewer_set_aside(recipe, failed.message)
    else:
        found = WAYS[kind](recipe, machine) if kind in WAYS else iter(())
    return first_valid(recipe, found)


def first_valid(recipe: Recipe, found: Iterator[Values]) -> Change | None:
    """The first of some values that the recipe allows and does not have yet."""
    return next((c for values in found if (c := change_to(recipe, values))), None)


def change_to(recipe: Recipe, values: Values) -> Change | None:
    """These values as a change of the recipe; None where it allows none of it."""
    news = {p: v for p, v in values.items() if v != value_at(recipe, p)}
    try:
        with_values(recipe, news)
    except RecipeError:
        return None
    return Change(describe_values(recipe, news), news) if news else None


def describe_values(recipe: Recipe, values: Mapping[str, Any]) -> Text:
    """What changes: "batch size 8 → 4, gradient accumulation 1 → 2"."""
    parts = []
    for path, value in values.items():
        title = FIELDS[path].declaration.title
        steps = f"{yaml_value(value_at(recipe, path))} → {yaml_value(value)}"
        parts.append(Text(f"{lowered(title.en)} {steps}", f"{title.zh} {steps}"))
    return Text(", ".join(p.en for p in parts), "，".join(p.zh for p in parts))


def lowered(title: str) -> str:
    """A title as it stands inside a sentence."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


# ---- memory


def smaller(
    recipe: Recipe, cell: str | None, card: Card, remedies: Sequence[Remedy]
) -> Iterator[Values]:
    """The planner's first way out; without one, smaller batches, then shorter rows."""
    ways = LIGHTER.get(kind_of(cell).lighter, ())
    if ways:
        yield from (remedy.values for remedy in remedies)
    for propose in ways:
        yield from (values for values, _ in propose(recipe, card))


# ---- numbers


def usual_rate_of(recipe: Recipe) -> float:
    """The learning rate at which training usually begins."""
    return USUAL_WHOLE_RATE if recipe.adapter.method in WHOLE else USUAL_RATE


def at_rate(rate: float) -> Values:
    """A learning rate of few digits, as a change."""
    return {"training.learning_rate": float(f"{rate:.3g}")}


def lower_rate(recipe: Recipe, machine: Card | None = None) -> Iterator[Values]:
    """Half the learning rate, or the usual one where it lies far above that."""
    training, usual = recipe.training, usual_rate_of(recipe)
    known = recipe.adapter.method not in FAST and training.optimizer != "sgd"
    far = known and training.learning_rate > FAR_ABOVE * usual
    yield at_rate(usual if far else training.learning_rate / 2)


def clip(recipe: Recipe, machine: Card | None = None) -> Iterator[Values]:
    """Clip gradients at 1, as is usual; if they are, take smaller steps."""
    if recipe.training.max_grad_norm > 1:
        yield {"training.max_grad_norm": 1.0}
    yield from lower_rate(recipe)


def wider_numbers(recipe: Recipe, machine: Card | None) -> Iterator[Values]:
    """bf16 instead of fp16, where the device has it."""
    if machine and machine.has_bf16:
        if recipe.model.precision == "fp16":
            yield {"model.precision": "bf16"}
        if recipe.model.precision == "4bit" and recipe.model.compute_dtype == "fp16":
            yield {"model.compute_dtype": "bf16"}


def learn_everything(recipe: Recipe, machine: Card | None) -> Iterator[Values]:
    """Train on every token, where no answer was found to train on."""
    yield {"data.train_on": "everything"}


# ---- what does not learn


def shorter_warm_up(recipe: Recipe, machine: Card | None = None) -> Iterator[Values]:
    """The usual share of the updates; where that is too much, none."""
    if recipe.training.warmup_steps > USUAL_WARM_UP:
        yield {"training.warmup_steps": USUAL_WARM_UP}
    yield {"training.warmup_steps": 0.0}


def finer_numbers(recipe: Recipe, machine: Card | None = None) -> Iterator[Values]:
    """fp32, in which small steps are kept."""
    # No library pinned here rounds bf16 weights stochastically (looked at: bitsandbytes
    # 0.50, torch 2.13's optimizers, Transformers 5.17's names for optimizers, Unsloth,
    # whose Q-GaLore does so for INT8 weights only): torchao, torchdistx, optimi and
    # flashoptim, which do so or keep what is lost, are not among them.
    if recipe.model.precision in ("16bit", "bf16", "fp16"):
        yield {"model.precision": "fp32"}


def usual_rate(recipe: Recipe, machine: Card | None = None) -> Iterator[Values]:
    """The usual learning rate, or ten times one that is no lower."""
    usual, rate = usual_rate_of(recipe), recipe.training.learning_rate
    yield at_rate(usual if rate < usual else min(1.0, 10 * rate))


def raise_rate(recipe: Recipe) -> Iterator[Values]:
    """Three times the learning rate, up to the usual one."""
    rate = recipe.training.learning_rate
    highest = 1.0 if recipe.adapter.method in FAST else usual_rate_of(recipe)
    if rate < highest:
        yield at_rate(min(highest, 3 * rate))


# ---- room and rows


def fewer_checkpoints(recipe: Recipe, machine: Card | None = None) -> Iterator[Values]:
    """Keep one checkpoint only."""
    if recipe.training.keep_checkpoints > 1:
        yield {"training.keep_checkpoints": 1}


def fewer_set_aside(recipe: Recipe, message: str) -> Iterator[Values]:
    """As many rows to evaluate on as fit, where more were wanted than there are."""
    if recipe.evaluation.rows and f"test_size={recipe.evaluation.rows} " in message:
        yield {"evaluation.rows": 0}


def every_layer(recipe: Recipe, machine: Card | None) -> Iterator[Values]:
    """Adapt the layers that any model has, where the named ones are not there."""
    if recipe.adapter.targets in ("names", "regex"):
        yield {"adapter.targets": "all-linear"}


def several(*ways: Callable[[Recipe, Card | None], Iterator[Values]]) -> Callable:
    """One way after the other."""

    def found(recipe: Recipe, machine: Card | None) -> Iterator[Values]:
        for way in ways:
            yield from way(recipe, machine)

    return found


WAYS: dict[str, Callable[[Recipe, Card | None], Iterator[Values]]] = {
    "nan_at_once": several(wider_numbers, learn_everything),
    "nan_loss": several(wider_numbers, lower_rate),
    "nan_norm": several(wider_numbers, clip),
    "all_masked": learn_everything,
    "all_warm_up": shorter_warm_up,
    "rounded_away": several(finer_numbers, usual_rate),
    "nothing_moved": several(usual_rate, finer_numbers),
    "disk_full": fewer_checkpoints,
    "no_targets": every_layer,
}
