"""What optimizers remember: the states of the starter, as they were after two steps."""

from collections.abc import Callable
from typing import Any

import pytest

from webui.counts.memory.cards import CARDS, this_machine
from webui.counts.memory.estimate import estimate
from webui.counts.memory.optimizers import factored
from webui.recipe import Recipe
from webui.recipe.sections import Model
from webui.recipe.store import with_values

pytestmark = pytest.mark.train

CPU = this_machine(16 * 2**30, has_bf16=True)
LEARNING = 2_442_240  # LoRA of rank 8 on the starter's seven projections
EIGHT_BITS = ("adamw_8bit", "paged_adamw_8bit", "lion_8bit")


@pytest.fixture
def states(shape: Callable[..., Model]) -> Callable[..., int]:
    """Bytes of the states on a card."""

    def about(card: Any, optimizer: str, method: str = "lora") -> int:
        recipe = with_values(
            Recipe(model=shape("SmolLM2-135M-Instruct")), {"model.precision": "bf16"}
        )
        chosen = {"training.optimizer": optimizer, "adapter.method": method}
        return estimate(
            with_values(recipe, chosen | {"adapter.rank": 8}), card
        ).optimizer

    return about


@pytest.mark.parametrize(
    ("optimizer", "method", "seen"),
    [
        ("adamw_torch_fused", "lora", 19_537_920),
        ("adafactor", "lora", 1_234_560),
        ("sgd", "lora", 0),
        ("adamw_torch_fused", "full", 538_060_032),  # of bf16 weights
        ("adamw_torch_fused", "freeze", 28_320_768),
        ("adafactor", "full", 1_560_576),
    ],
)
def test_states_are_those_that_were_seen(
    optimizer: str, method: str, seen: int, states: Callable[..., int]
) -> None:
    assert states(CPU, optimizer, method) == seen


def test_eight_bits_are_of_a_gpu_only(states: Callable[..., int]) -> None:
    gpu = CARDS["l4"]
    assert [states(gpu, name) for name in EIGHT_BITS] == [
        2 * LEARNING,
        2 * LEARNING,
        LEARNING,
    ]
    # Unsloth puts AdamW in their place.
    assert {states(CPU, name) for name in EIGHT_BITS} == {8 * LEARNING}


def test_adafactor_keeps_a_row_and_a_column() -> None:
    assert factored((3, 5)) == 8
    assert factored((2, 3, 5)) == 16
    assert factored((7,)) == 7 and factored(()) == 1
