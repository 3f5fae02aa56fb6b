"""What a run leaves on the disk: against checkpoints of the starter that were saved."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webui.counts.memory.cards import CARDS, this_machine
from webui.kernel.kernel import this_kernel
from webui.preflight.disk_room import at_once, left_on_disk, room_problem, too_much
from webui.preflight.machine import this_device
from webui.preflight.ready import ready, room_problems
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.recipe.sections import Data, Model
from webui.recipe.store import with_values
from webui.recorder.room import RESERVE

pytestmark = pytest.mark.train

CPU = this_machine(16 * 2**30, has_bf16=True)
SHORT = {
    "adapter.rank": 8,
    "training.duration": "steps",
    "training.steps": 2,
    "training.save_every": 2,
}
FEW = 5_000_000

# Bytes of a checkpoint after two steps, as `du -b` has it (transformers 5.17.0, peft
# 0.21.2, torch 2.13.0, on a CPU with bf16).
SAVED: tuple[tuple[int, dict[str, Any]], ...] = (
    (33_255_990, {}),
    (810_890_451, {"adapter.method": "full", "model.precision": "bf16"}),
    (1_617_980_297, {"adapter.method": "full", "model.precision": "fp32"}),
    (300_944_963, {"adapter.method": "freeze", "model.precision": "bf16"}),
    (16_596_863, {"adapter.method": "prefix_tuning"}),
    (372_997_341, {"model.precision": "fp32", "adapter.modules_to_save": ["lm_head"]}),
    (14_936_246, {"training.optimizer": "adafactor"}),
    (13_379_168, {"training.optimizer": "sgd"}),
    (33_255_990, {"training.optimizer": "adamw_8bit"}),
    (33_256_001, {"adapter.start": "pissa"}),
)
# And of the adapter at the end, with the tokenizer.
ADAPTERS: tuple[tuple[int, dict[str, Any]], ...] = (
    (13_353_918, {}),
    (272_585_847, {"adapter.method": "full", "model.precision": "bf16"}),
    (4_451_703, {"adapter.method": "prefix_tuning"}),
)


@pytest.fixture
def starter(starter_recipe: Callable[..., Recipe]) -> Callable[..., Recipe]:
    """The starter recipe with some values."""
    rows = [{"instruction": "Say hi.", "output": "hi"}] * 20
    return lambda values: with_values(starter_recipe(rows), SHORT | values)


@pytest.mark.parametrize(("saved", "values"), SAVED, ids=lambda case: str(case)[:60])
def test_a_checkpoint_is_as_large_as_those_that_were_saved(
    saved: int, values: dict[str, Any], starter: Callable[..., Recipe]
) -> None:
    about = left_on_disk(starter(values), CPU).checkpoint
    assert abs(about - saved) < FEW
    assert about == pytest.approx(saved, rel=0.2)


@pytest.mark.parametrize(("saved", "values"), ADAPTERS, ids=lambda c: str(c)[:60])
def test_an_adapter_is_as_large_as_those_that_were_saved(
    saved: int, values: dict[str, Any], starter: Callable[..., Recipe]
) -> None:
    assert abs(left_on_disk(starter(values), CPU).adapter - saved) < FEW


def test_eight_bits_count_on_a_gpu_only(starter: Callable[..., Recipe]) -> None:
    def size(optimizer: str, card: Any) -> int:
        return left_on_disk(starter({"training.optimizer": optimizer}), card).checkpoint

    gpu = CARDS["l4"]
    learning = 2_442_240
    assert size("adamw_torch_fused", gpu) - size("adamw_8bit", gpu) == 6 * learning
    assert size("adamw_8bit", CPU) == size("adamw_torch_fused", CPU)


@pytest.mark.parametrize(
    ("values", "count"),
    [
        ({"training.steps": 100, "training.save_every": 10}, 3),
        ({"training.steps": 100, "training.save_every": 60}, 2),
        ({"training.steps": 100, "training.save_every": 100}, 1),
        ({"training.duration": "epochs"}, 3),
        ({"training.keep_checkpoints": 5, "training.duration": "epochs"}, 6),
        (
            {
                "evaluation.every": "steps",
                "evaluation.steps": 10,
                "training.steps": 99,
            },
            4,
        ),
    ],
)
def test_one_more_than_are_kept_lies_there(values: dict[str, Any], count: int) -> None:
    assert at_once(with_values(Recipe(), SHORT | values)) == count


def test_a_disk_without_room_is_told_with_figures(
    starter: Callable[..., Recipe], tmp_path: Path
) -> None:
    recipe = starter({"training.steps": 200, "training.save_every": 50})
    left = left_on_disk(recipe, CPU)
    assert left.total == 3 * left.checkpoint + left.adapter + left.rest
    assert left.rest >= RESERVE
    assert too_much(left, left.total, tmp_path) is None
    told = too_much(left, left.total - 1, tmp_path)
    assert told is not None and told.zh.endswith("。")
    assert "3 checkpoints of 35 MB at once" in told.en and str(tmp_path) in told.en
    assert too_much(left, None, tmp_path) is None  # the disk does not say
    assert room_problem(recipe, CPU, tmp_path) is None  # this one has 169 MB


def many(starter: Callable[..., Recipe], checkpoints: float) -> Recipe:
    """A training of all weights that keeps so many checkpoints, if so many may be."""
    if checkpoints > 999:
        pytest.skip("the disk here is too large to be filled by a recipe")
    kept = {"training.steps": 5000, "training.save_every": 1}
    count = {"training.keep_checkpoints": int(checkpoints)}
    return starter({"adapter.method": "full"} | kept | count)


def free_here(tmp_path: Path) -> int:
    """Bytes that are free on the disk of the runs."""
    return shutil.disk_usage(tmp_path).free


def test_a_start_without_room_is_refused(
    starter: Callable[..., Recipe], tmp_path: Path, tunebook_home: Path, helper: Any
) -> None:
    """The planner's process looks at the real disk, which has no room for so many."""
    recipe = many(starter, 2 * free_here(tmp_path) / 0.8e9)
    with pytest.raises(RecipeError, match="the run leaves up to") as caught:
        ready(recipe, this_kernel().runs)
    assert [p.path for p in caught.value.problems] == ["training.keep_checkpoints"]
    assert room_problems(starter({}), this_kernel().runs) == []  # one checkpoint fits


def test_this_machine_is_asked_only_where_it_matters(
    starter: Callable[..., Recipe], tmp_path: Path, tunebook_home: Path, helper: Any
) -> None:
    this_device.cache_clear()
    assert (
        room_problems(starter({}), this_kernel().runs) == []
        and not this_device.cache_info().misses
    )
    recipe = many(starter, free_here(tmp_path) / 1.2e9)
    assert (
        room_problems(recipe, this_kernel().runs)
        and this_device.cache_info().misses == 1
    )


def test_a_model_without_a_shape_is_left_to_the_kernel() -> None:
    nowhere = Recipe(model=Model(name="/no/such/model"), data=Data())
    assert room_problems(nowhere, Path()) == []
