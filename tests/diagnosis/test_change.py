"""After a failure, the smallest change that helps, as values of the recipe."""

from dataclasses import replace
from typing import Any

import pytest

from webui.counts.memory.cards import CARDS
from webui.counts.memory.parts import Memory
from webui.counts.memory.remedies import Remedy
from webui.diagnosis.change import change_for
from webui.recipe import Recipe
from webui.recipe.store import loads, with_values
from webui.runs.events import Failed
from webui.text import Text

NEW, OLD = CARDS["a100-40"], CARDS["t4"]
NAN = ("train", "FloatingPointError", "the loss is nan at step 12")
AT_ONCE = ("train", "FloatingPointError", "the loss is nan at step 1")
NORM = ("train", "FloatingPointError", "the gradient norm is inf at step 12")
OOM = ("train", "OutOfMemoryError", "CUDA out of memory.")


def recipe(**values: Any) -> Recipe:
    """The default recipe with values, written with __ for a dot."""
    return with_values(
        loads(""), {name.replace("__", "."): v for name, v in values.items()}
    )


def changed(failure: tuple, of: Recipe, machine: Any = None, steps: Any = ()) -> dict:
    """The values of the change after a failure; empty for none."""
    cell, error, message = failure
    event = Failed(cell=cell, error=error, message=message)
    change = change_for(event, of, machine, steps)
    if change is None:
        return {}
    assert change.text.en and change.text.zh
    with_values(of, change.values)  # is allowed
    return dict(change.values)


def test_memory_takes_the_planner_s_first_way_out() -> None:
    step = Remedy(
        {"training.optimizer": "adamw_8bit"}, Text("a", "b"), Memory(*[0] * 7), True
    )
    assert changed(OOM, recipe(), OLD, [step]) == {"training.optimizer": "adamw_8bit"}


def test_memory_without_a_way_out_halves_the_batch_and_then_the_rows() -> None:
    eight = recipe(training__batch_size=8, training__gradient_accumulation=1)
    assert changed(OOM, eight) == {
        "training.batch_size": 4,
        "training.gradient_accumulation": 2,
    }
    one = recipe(training__batch_size=1, model__max_seq_length=512)
    assert changed(OOM, one) == {"model.max_seq_length": 256}
    smallest = recipe(training__batch_size=1, model__max_seq_length=128)
    assert changed(OOM, smallest) == {}


def test_a_killed_kernel_is_short_of_memory() -> None:
    event = Failed(cell="train", error="KernelDied", code=137)
    change = change_for(event, recipe(training__batch_size=4))
    assert change is not None and change.values["training.batch_size"] == 2
    assert change_for(replace(event, code=139), recipe()) is None


def test_a_model_that_is_too_large_is_packed_and_not_its_batches() -> None:
    oom = ("model", "OutOfMemoryError", "CUDA out of memory.")
    assert changed(oom, recipe(training__batch_size=8)) == {"model.precision": "4bit"}


@pytest.mark.parametrize(
    ("rate", "method", "wanted"),
    [
        (2e-4, "lora", 1e-4),
        (5e-4, "lora", 2.5e-4),
        (1e-2, "lora", 2e-4),
        (1e-2, "ia3", 5e-3),
        (2e-4, "full", 2e-5),
    ],
)
def test_a_lost_loss_lowers_the_rate(rate: float, method: str, wanted: float) -> None:
    of = recipe(training__learning_rate=rate, adapter__method=method)
    assert changed(NAN, of, NEW) == {"training.learning_rate": wanted}


def test_fp16_becomes_bf16_where_the_device_has_it() -> None:
    of = recipe(model__precision="fp16")
    assert changed(NAN, of, NEW) == {"model.precision": "bf16"}
    assert "training.learning_rate" in changed(NAN, of, OLD)
    packed = recipe(model__precision="4bit", model__compute_dtype="fp16")
    assert changed(NAN, packed, NEW) == {"model.compute_dtype": "bf16"}


def test_a_lost_gradient_is_clipped_first() -> None:
    loose = recipe(training__max_grad_norm=10.0)
    assert changed(NORM, loose) == {"training.max_grad_norm": 1.0}
    assert "training.learning_rate" in changed(NORM, recipe())


def test_rows_without_a_label() -> None:
    assert changed(AT_ONCE, recipe(), NEW) == {"data.train_on": "everything"}
    masked = ("train", "ZeroDivisionError", "All labels in your dataset are -100. x")
    assert changed(masked, recipe()) == {"data.train_on": "everything"}
    assert changed(masked, recipe(data__train_on="everything")) == {}


def test_room_and_rows() -> None:
    full = ("train", "OSError", "[Errno 28] No space left on device")
    assert changed(full, recipe()) == {"training.keep_checkpoints": 1}
    assert changed(full, recipe(training__keep_checkpoints=1)) == {}
    few = (
        "train",
        "ValueError",
        "test_size=40 should be either positive and smaller than the number of samples "
        "20 or a float in the (0, 1) range",
    )
    asked = recipe(evaluation__every="epoch", evaluation__rows=40)
    assert changed(few, asked) == {"evaluation.rows": 0}
    assert changed(few, recipe()) == {}


def test_trust_is_never_given_by_a_button() -> None:
    for message in (
        "a/b does not appear to have a file named model.safetensors",
        "a/b requires you to execute the configuration file",
        "You are trying to access a gated repo.",
    ):
        assert changed(("model", "OSError", message), recipe()) == {}


def test_a_change_is_told_in_words_and_as_settings() -> None:
    event = Failed(cell="train", error="OutOfMemoryError")
    eight = recipe(training__batch_size=8, training__gradient_accumulation=1)
    change = change_for(event, eight)
    assert change is not None
    assert change.text.en == "batch size 8 → 4, gradient accumulation 1 → 2"
    assert change.settings == [
        "training.batch_size=4",
        "training.gradient_accumulation=2",
    ]
    assert change.keeps_model
    assert loads("", settings=change.settings).training.batch_size == 4


def test_what_does_not_learn_gets_the_smallest_change() -> None:
    warm = ("train", "NothingLearned", "all 5 updates are warm-up, which takes 9")
    long, share = recipe(training__warmup_steps=9), recipe(training__warmup_steps=0.05)
    assert changed(warm, long) == {"training.warmup_steps": 0.05}
    assert changed(warm, share) == {"training.warmup_steps": 0.0}
    lost = ("train", "NothingLearned", "bfloat16 rounds away 97 % of each update at a")
    lost = (*lost[:2], f"{lost[2]} rate of 2e-05")
    coarse = recipe(adapter__method="full", model__precision="bf16")
    assert changed(lost, coarse) == {"model.precision": "fp32"}
    still = (
        "train",
        "NothingLearned",
        "0 of 9 tensors moved, and 0.00% of their numbers",
    )
    assert changed(still, recipe(training__learning_rate=1e-12)) == {
        "training.learning_rate": 2e-4
    }
