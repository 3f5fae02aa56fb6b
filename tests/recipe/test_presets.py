"""Presets: what each changes, and that whatever comes out is a recipe."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webui.recipe import Recipe
from webui.recipe.methods import METHODS
from webui.recipe.presets import PRESETS, changes
from webui.recipe.sections import Adapter, Training
from webui.recipe.store import with_values
from webui.recipe.watched import watched_rows


def put(preset: str, recipe: Recipe, rows: int | None = None) -> Recipe:
    """The recipe with a preset."""
    changed = changes(preset, recipe, rows)
    return with_values(recipe, {change.path: change.new for change in changed})


@pytest.mark.parametrize("name", PRESETS)
@given(
    rows=st.none() | st.integers(0, 10**7),
    method=st.sampled_from(list(METHODS)),
    batch=st.integers(1, 64),
    optimizer=st.sampled_from(["adamw_torch_fused", "lion_8bit", "sgd"]),
)
def test_every_preset_gives_a_recipe_and_then_changes_nothing(
    name: str, rows: int | None, method: str, batch: int, optimizer: str
) -> None:
    recipe = Recipe(
        adapter=Adapter(method=method),  # type: ignore[arg-type]
        training=Training(batch_size=batch, optimizer=optimizer),  # type: ignore
    )
    after = put(name, recipe, rows)
    assert changes(name, after, rows) == []
    # What decides about memory, and what is learned from, stays.
    for same in ("model", "data", "split", "adapter"):
        assert getattr(after, same) == getattr(recipe, same)
    assert after.training.batch_size == batch


def test_a_quick_look_is_short_and_is_not_judged() -> None:
    after = put("quick", put("careful", Recipe(), 500), 500)
    assert (after.training.duration, after.training.steps) == ("steps", 20)
    assert after.evaluation.every == "no"


@pytest.mark.parametrize(("rows", "epochs"), [(100, 3), (5_000, 2), (50_000, 1)])
def test_a_balanced_training_sees_few_rows_more_often(rows: int, epochs: int) -> None:
    after = put("balanced", Recipe(), rows)
    assert after.training.epochs == epochs and after.evaluation.patience == 0
    assert put("careful", Recipe(), rows).training.epochs == epochs + 2


@pytest.mark.parametrize("name", ["balanced", "careful"])
@pytest.mark.parametrize("rows", [40, 640, 5_000, 30_000])
def test_it_is_evaluated_about_ten_times(name: str, rows: int) -> None:
    after = put(name, Recipe(training=Training(batch_size=4)), rows)
    left = rows - watched_rows(after, rows)
    steps = math.ceil(left / 4) * after.training.epochs
    assert 10 <= steps / after.evaluation.steps <= 20
    assert rows / 20 < rows - left < rows / 2 or rows - left == 100
    assert 0 < after.training.warmup_steps < steps / 5


def test_a_careful_training_is_slower_and_ends_with_the_best() -> None:
    after = put("careful", Recipe(), 640)
    assert after.training.learning_rate == 1e-4
    assert after.training.weight_decay == 0.01
    assert (after.evaluation.patience, after.evaluation.keep_best) == (3, True)
    assert put("balanced", after, 640).evaluation.keep_best is False


def test_the_learning_rate_is_the_method_s_own_and_never_raised() -> None:
    full = Recipe(adapter=Adapter(method="full"))
    assert put("careful", full).training.learning_rate == 1e-5
    low = Recipe(training=Training(learning_rate=3e-6))
    assert put("careful", low).training.learning_rate == 3e-6
    lion = Recipe(training=Training(optimizer="lion_8bit"))
    assert put("careful", lion).training.learning_rate == 3.3e-5
    sgd = Recipe(training=Training(optimizer="sgd", learning_rate=0.5))
    assert put("careful", sgd).training.learning_rate == 0.5


def test_few_rows_are_not_set_aside() -> None:
    after = put("careful", Recipe(), 19)
    assert after.evaluation.every == "no" and not after.evaluation.keep_best


def test_unknown_rows_are_judged_after_each_epoch() -> None:
    after = put("careful", Recipe())
    assert (after.evaluation.every, after.evaluation.patience) == ("epoch", 3)
