"""Three sets of settings for a training: a quick look, a balanced one, a careful one.

They take habits of the field and fit them to the recipe's method and rows. Nothing
that decides about memory or about the data is touched.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from webui.recipe.paths import value_at
from webui.recipe.sections import Recipe
from webui.recipe.updates import in_an_epoch
from webui.recipe.watched import fitting
from webui.text import Text

QUICK_STEPS = 20
EVALUATIONS = 10  # during one training
FEWEST = 20  # rows; of fewer none can be spared for an evaluation
LONGEST_WARM_UP = 1_000  # steps; an optimizer's averages have settled by then
# Up to so many rows, this many epochs; beyond, one.
EPOCHS = ((2_000, 3), (20_000, 2))

# Usual learning rates for AdamW by method, of which a careful training takes half.
# LoRA's is QLoRA's for 7B (arXiv:2305.14314); prompts and IA3 as in docs/methods.md.
USUAL = {
    "full": 2e-5,
    "freeze": 5e-5,
    "vera": 2e-3,
    "ia3": 3e-3,
    "ln_tuning": 1e-3,
    "prompt_tuning": 3e-2,
    "prefix_tuning": 1e-3,
    "p_tuning": 1e-3,
    "p_tuning_v2": 1e-2,
}
LORA = 2e-4
# Lion takes steps of one size, three to ten times too large with AdamW's learning rate
# (arXiv:2302.06675); SGD's cannot be told from it.
OF_ADAMW = {"lion_8bit": 1 / 3, "sgd": math.inf}


class Change(NamedTuple):
    """A field of the recipe, what it holds, and what a preset puts there."""

    path: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Preset:
    """A set of settings: what it is for, and its values for a recipe and its rows."""

    title: Text
    sentence: Text
    values: Callable[[Recipe, int | None], dict[str, Any]]


def changes(preset: str, recipe: Recipe, rows: int | None = None) -> list[Change]:
    """What a preset changes of a recipe, field by field; what is so already, it leaves.

    Args:
        preset: a name of PRESETS.
        rows: how many rows it trains on; None where that is not known.
    """
    wanted = PRESETS[preset].values(recipe, rows)
    held = ((path, value_at(recipe, path), new) for path, new in wanted.items())
    return [Change(path, old, new) for path, old, new in held if old != new]


def quick(recipe: Recipe, rows: int | None) -> dict[str, Any]:
    """A few steps, judged by the loss alone."""
    return {
        "training.duration": "steps",
        "training.steps": QUICK_STEPS,
        "training.warmup_steps": 0.1,
        "evaluation.every": "no",
    }


def balanced(recipe: Recipe, rows: int | None) -> dict[str, Any]:
    """One to three epochs, the fewer the more rows there are."""
    return {
        **whole_rows(recipe, rows, epochs=usual_epochs(rows), warm_up=0.05),
        "evaluation.patience": 0,
        "evaluation.keep_best": False,
    }


def careful(recipe: Recipe, rows: int | None) -> dict[str, Any]:
    """Smaller steps for longer, and the best of what comes out."""
    values = whole_rows(recipe, rows, epochs=usual_epochs(rows) + 2, warm_up=0.1)
    judged = values["evaluation.every"] != "no"
    return {
        **values,
        "training.learning_rate": careful_rate(recipe),
        "training.weight_decay": max(0.01, recipe.training.weight_decay),
        "evaluation.patience": 3 if judged else 0,
        "evaluation.keep_best": judged and not recipe.adapter.saved_in_part,
    }


def whole_rows(
    recipe: Recipe, rows: int | None, *, epochs: int, warm_up: float
) -> dict[str, Any]:
    """Whole epochs under a cosine; ``warm_up`` is a share of all steps."""
    values = {
        "training.duration": "epochs",
        "training.epochs": float(epochs),
        "training.schedule": "cosine",
    }
    if rows is None:
        return values | {"training.warmup_steps": warm_up, "evaluation.every": "epoch"}
    judged = rows >= FEWEST
    steps = in_an_epoch(recipe.training, rows - fitting(rows) * judged) * epochs
    longest = steps * warm_up > LONGEST_WARM_UP
    values["training.warmup_steps"] = float(LONGEST_WARM_UP) if longest else warm_up
    if not judged:
        return values | {"evaluation.every": "no"}
    return values | {
        "evaluation.every": "steps",
        "evaluation.steps": min(1_000_000, max(1, steps // EVALUATIONS)),
        "evaluation.rows": 0,  # as many as fit
    }


def usual_epochs(rows: int | None) -> int:
    """One to three epochs; two where the number of rows is not known."""
    if rows is None:
        return 2
    return next((epochs for most, epochs in EPOCHS if rows <= most), 1)


def careful_rate(recipe: Recipe) -> float:
    """Half of the method's usual learning rate; a lower one stays as it is."""
    training = recipe.training
    usual = USUAL.get(recipe.adapter.method, LORA)
    half = usual / 2 * OF_ADAMW.get(training.optimizer, 1)
    return min(training.learning_rate, float(f"{half:.2g}"))


PRESETS: dict[str, Preset] = {
    "quick": Preset(
        Text("Quick look", "快速试跑"),
        Text(
            "Twenty steps and no evaluation: does it run, and does the loss fall?",
            "只训练二十步，不评估：看看能否运行，损失是否下降。",
        ),
        quick,
    ),
    "balanced": Preset(
        Text("Balanced", "均衡"),
        Text(
            "One to three epochs, the fewer the more rows there are; warm-up, a cosine "
            "down to zero, and about ten evaluations.",
            "训练一到三轮，数据越多轮数越少；带预热，余弦降到零，约评估十次。",
        ),
        balanced,
    ),
    "careful": Preset(
        Text("Careful", "稳妥"),
        Text(
            "Two epochs more at half the usual learning rate; it stops when three "
            "evaluations bring nothing better, and ends with the best.",
            "多训练两轮，学习率取常用值的一半；连续三次评估没有改善就停止，"
            "并以最佳结果结束。",
        ),
        careful,
    ),
}
