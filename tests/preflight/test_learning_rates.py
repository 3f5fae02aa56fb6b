"""How many updates a training makes, at which rates, and where it learns nothing."""

import math
from typing import Any

import pytest

from webui.notebook.cells import SWEEP
from webui.notebook.render import render_cells
from webui.notebook.rows import Rows
from webui.preflight.learning_rates import Rates, learning_rates, rate_problems
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.recipe.store import loads
from webui.recipe.updates import learned_rows


def recipe(*settings: str) -> Recipe:
    return loads("{}", settings=["data.train_files=[rows.jsonl]", *settings])


def rates(*settings: str, rows: int = 0) -> Rates:
    found = learning_rates(recipe(*settings), rows)
    assert found
    return found


def test_rows_that_are_watched_are_not_learned() -> None:
    watched = recipe("evaluation.every=epoch", "evaluation.rows=40")
    assert learned_rows(watched, 56) == 16
    assert learned_rows(recipe("evaluation.every=epoch"), 56) == 51
    assert learned_rows(recipe(), 56) == 56


@pytest.mark.parametrize(
    ("settings", "rows", "updates", "warm_up"),
    [
        ((), 1, 1, 0),
        ((), 8, 1, 0),
        ((), 9, 2, 0),
        ((), 160, 20, 1),
        ((), 8000, 1000, 50),
        (("training.gradient_accumulation=4",), 33, 2, 0),
        (("training.epochs=0.1",), 80, 1, 0),
        (("training.epochs=2.5", "training.batch_size=3"), 10, 10, 0),
        (("training.warmup_steps=5",), 80, 10, 5),
        (("training.warmup_steps=0.5",), 72, 9, 5),
        (("training.duration=steps", "training.steps=30"), 8, 30, 2),
    ],
)
def test_updates_and_warm_up(
    settings: tuple[str, ...], rows: int, updates: int, warm_up: int
) -> None:
    found = rates(*settings, rows=rows)
    assert (found.updates, found.warm_up) == (updates, warm_up)
    assert found.problem is None and found.highest == found.asked == 2e-4


@pytest.mark.parametrize("name", ["linear", "cosine", "polynomial", "inverse_sqrt"])
@pytest.mark.parametrize("steps", [1, 2, 7, 60])
def test_the_rates_are_those_of_the_trainer(name: str, steps: int) -> None:
    """The trainer asks for its schedule with what the cell gives it."""
    import torch
    from transformers import Trainer, TrainingArguments

    asked = recipe(
        f"training.schedule={name}",
        "training.duration=steps",
        f"training.steps={steps}",
    )
    args = TrainingArguments(
        lr_scheduler_type=name, warmup_steps=written(asked, Rows("text", True))
    )
    made = Trainer(torch.nn.Linear(1, 1), args)
    made.optimizer = torch.optim.SGD(made.model.parameters(), lr=2e-4)
    schedule = made.create_scheduler(steps)
    expected = [2e-4 * schedule.lr_lambdas[0](step) for step in range(steps)]
    assert rates(f"training.schedule={name}", *duration(steps)).each == tuple(expected)
    assert max(expected) == 2e-4


def duration(steps: int) -> tuple[str, str]:
    return "training.duration=steps", f"training.steps={steps}"


def written(asked: Recipe, rows: Rows, cells: tuple[str, ...] = ("train",)) -> Any:
    """The warm-up that the rendered cell hands to the trainer."""
    code = render_cells(asked, cells, rows=rows)[-1].code
    _, _, value = code.partition("warmup_steps=")
    return eval(value.partition(",")[0], {"chosen": {"training.warmup_steps": "tried"}})


def test_a_few_updates_have_no_warm_up_that_eats_the_first() -> None:
    for count, expected in ((0, 0.05), (8, 0), (152, 0), (160, 0.05)):
        rows = Rows("text", True, train=count)
        assert written(recipe(), rows) == expected, count
    assert written(recipe("training.warmup_steps=7"), Rows("text", True)) == 7
    one_step = recipe(*duration(1))
    assert written(one_step, Rows("text", True)) == 0


def test_each_trial_of_a_sweep_is_counted_by_itself() -> None:
    rows = Rows("text", True, train=400)
    small = recipe("sweep.space={training.batch_size: [4, 8]}")
    assert written(small, rows, SWEEP.cells) == 0.05
    large = recipe("sweep.space={training.batch_size: [4, 64]}")
    assert written(large, rows, SWEEP.cells) == 0
    itself = recipe("sweep.space={training.warmup_steps: [0, 4]}")
    assert written(itself, rows, SWEEP.cells) == "tried"


@pytest.mark.parametrize(
    ("settings", "rows", "told"),
    [
        (("training.warmup_steps=5",), 8, "would stay 0"),
        (("training.warmup_steps=1",), 1, "would stay 0"),
        (("training.warmup_steps=5",), 40, "would reach 0.00016 at most"),
        (("training.warmup_steps=0.99",), 40, "would reach 0.00016 at most"),
        (("training.warmup_steps=1000", "training.epochs=3"), 640, "would reach"),
        (("training.warmup_steps=3", *duration(3)), 900, "would reach"),
    ],
)
def test_a_warm_up_that_never_ends_is_refused_at_its_field(
    settings: tuple[str, ...], rows: int, told: str
) -> None:
    (problem,) = rate_problems(recipe(*settings), rows)
    assert problem.path == "training.warmup_steps" and told in problem.message.en
    mended = recipe(*settings, "training.warmup_steps=0.05")
    assert rate_problems(mended, rows) == []


def test_pieces_of_long_rows_may_be_enough() -> None:
    asked = recipe("training.warmup_steps=5")
    assert rate_problems(asked, 8) and not rate_problems(asked, 8, pieces=True)


def test_a_schedule_that_cannot_begin_is_refused() -> None:
    asked = recipe("training.schedule=polynomial", "training.learning_rate=1e-8")
    (problem,) = rate_problems(asked, 100)
    assert problem.path == "training.schedule" and "linear" in problem.message.en


def test_a_warm_up_is_whole_updates_or_a_share() -> None:
    for good in (0, 0.2, 1, 1.0, 40):
        assert recipe(f"training.warmup_steps={good}").training.warmup_steps == good
    with pytest.raises(RecipeError, match="use 2"):
        recipe("training.warmup_steps=2.5")


def test_long_trainings_are_told_without_every_rate() -> None:
    found = rates("training.duration=steps", "training.steps=10000000")
    assert not found.each and math.isclose(found.highest, 2e-4)
    assert "10,000,000 updates" in found.text.en and "10,000,000" in found.text.zh


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (("training.learning_rate=1e-20",), "further than 4e-19"),
        (("training.learning_rate=1e-9",), "further than 4e-08"),
        (
            ("training.optimizer=sgd", "training.max_grad_norm=1e-6"),
            "further than 8e-09",
        ),
        (("training.learning_rate=1e-8",), ""),
        (("adapter.lora_plus_ratio=16", "training.learning_rate=1e-9"), ""),
        ((), ""),
    ],
)
def test_rates_that_move_no_weight_are_said_to_teach_nothing(
    settings: tuple[str, ...], told: str
) -> None:
    text = rates(*settings, *duration(40)).text
    assert ("nothing would be learned" in text.en) == bool(told) and told in text.en
    assert ("什么都学不到" in text.zh) == bool(told)


def test_adalora_needs_two_updates() -> None:
    asked = recipe("adapter.method=adalora")
    (problem,) = rate_problems(asked, 8)
    assert problem.path == "training.epochs" and "AdaLoRA" in problem.message.en
    assert not rate_problems(asked, 9) and not rate_problems(asked, 8, pieces=True)


def test_a_share_of_packed_updates_waits_for_the_sequences() -> None:
    packed, rows = recipe("data.packing=true"), Rows("text", True, train=400)

    def warm_up_of(count: int, asked: Recipe = packed) -> Any:
        code = render_cells(asked, ("train",), rows=rows)[-1].code
        value = code.partition("warmup_steps=")[2].partition(",")[0]
        return eval(value, {"packed": range(count)})

    assert [warm_up_of(n) for n in (1, 152, 153, 400)] == [0, 0, 0.05, 0.05]
    twice = recipe("data.packing=true", "training.epochs=2", "training.batch_size=4")
    assert [warm_up_of(n, twice) for n in (36, 37)] == [0, 0.05]
    assert math.ceil(2 * math.ceil(37 / 4)) * 0.05 >= 1 > 2 * math.ceil(36 / 4) * 0.05
