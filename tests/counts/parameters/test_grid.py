"""The grid holds the counts that the single recipes have."""

from collections.abc import Callable

import pytest

from webui.counts.parameters.count import count
from webui.counts.parameters.grid import RANKED, RANKS, grid
from webui.recipe import Recipe

pytestmark = pytest.mark.train


@pytest.mark.parametrize("method", RANKED)
def test_each_figure_is_a_count(method: str, recipe_of: Callable[..., Recipe]) -> None:
    field = "initial_rank" if method == "adalora" else "rank"
    found = grid(recipe_of("Llama-3.2-1B", method=method, rank=3, layers="0"))
    assert found is not None and found.ranks == RANKS
    assert found.base == 1_235_814_400
    assert [row.targets for row in found.rows] == [
        *("q_v", "attention", "mlp", "all-linear")
    ]
    modules = {"targets": "names", "target_modules": ("q_proj", "v_proj")}
    chosen = {"q_v": modules} | {
        row.targets: {"targets": row.targets} for row in found.rows[1:]
    }
    for row in found.rows:
        for rank, trainable in zip(RANKS[::2], row.trainable[::2], strict=True):
            recipe = recipe_of(
                "Llama-3.2-1B", method=method, **{field: rank}, **chosen[row.targets]
            )
            assert trainable == count(recipe).trainable


def test_golden_figures_are_in_it(recipe_of: Callable[..., Recipe]) -> None:
    found = grid(recipe_of("Llama-2-7B"))
    assert found is not None
    whole = dict(zip(found.ranks, found.rows[-1].trainable, strict=True))
    assert (whole[4], whole[16]) == (9_994_240, 39_976_960)


def test_what_a_model_lacks_is_left_out(recipe_of: Callable[..., Recipe]) -> None:
    found = grid(recipe_of("GPT-2"))
    assert found is not None
    assert [row.targets for row in found.rows] == ["attention", "mlp", "all-linear"]


def test_methods_without_a_rank(recipe_of: Callable[..., Recipe]) -> None:
    for method in ("ia3", "oft", "full", "p_tuning"):
        assert grid(recipe_of("Llama-3.2-1B", method=method)) is None
