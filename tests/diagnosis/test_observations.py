"""What a training shows of itself is seen, and nothing is where all is well."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from webui.diagnosis.observations import Observation, observations
from webui.recipe import Recipe
from webui.recipe.objectives import OBJECTIVES
from webui.recipe.store import loads, with_values
from webui.runs.events import Begun, Evaluated, Event, NoRoom, Resumed, Saved, Step

RECIPE = loads("")


def recipe(**values: Any) -> Recipe:
    return with_values(
        RECIPE, {name.replace("__", "."): v for name, v in values.items()}
    )


def training(
    losses: Any, norms: Any = None, speeds: Any = None, max_steps: int = 0
) -> list[Event]:
    """The events of a training with these figures."""
    count = len(losses)
    begun = Begun(max_steps=max_steps or count)
    norms = np.ones(count) if norms is None else norms
    speeds = np.full(count, 500.0) if speeds is None else speeds
    figures = enumerate(zip(losses, norms, speeds, strict=True), 1)
    return [begun, *(step(n, *each) for n, each in figures)]


def step(number: int, loss: float, norm: float = 1.0, speed: float = 500.0) -> Event:
    logs = {"loss": float(loss), "grad_norm": float(norm)}
    speed = float(speed)
    return Step(time=float(number), step=number, tokens_per_second=speed, logs=logs)


def evaluated(number: int, loss: float) -> Event:
    return Evaluated(step=number, logs={"eval_loss": loss})


def kinds(history: list[Event], of: Recipe = RECIPE) -> list[str]:
    return [observation.kind for observation in observations(history, of)]


def only(history: list[Event], of: Recipe = RECIPE) -> Observation:
    (found,) = observations(history, of)
    assert found.text.en and found.text.zh
    return found


def falling(count: int, noise: float, seed: int, end: float = 0.8) -> Any:
    """Losses of single batches as a training that goes well logs them."""
    steps = np.arange(count)
    level = end + (2.4 - end) * np.exp(-steps / (0.15 * count + 5))
    return np.abs(level + np.random.default_rng(seed).normal(0, noise, count))


@pytest.mark.parametrize("noise", [0.02, 0.2, 0.6])
@pytest.mark.parametrize("count", [3, 45, 90, 400, 3000])
def test_nothing_is_seen_in_trainings_that_go_well(count: int, noise: float) -> None:
    for seed in range(5):
        random = np.random.default_rng(seed)
        norms = random.lognormal(0, 0.6, count)
        speeds = random.lognormal(6, 0.3, count)
        history = training(falling(count, noise, seed), norms, speeds)
        for end in {count // 3, count // 2, count - 1, count}:
            assert kinds(history[: end + 1]) == []


def test_little_left_to_learn_is_no_trouble() -> None:
    random = np.random.default_rng(0)
    assert kinds(training(np.abs(random.normal(0.05, 0.02, 500)))) == []


def test_a_loss_that_does_not_move() -> None:
    losses = np.random.default_rng(0).normal(2.4, 0.1, 200)
    slow = recipe(training__learning_rate=1e-6)
    found = only(training(losses), slow)
    assert found.kind == "still" and found.change is not None
    assert found.change.values == {"training.learning_rate": 3e-6}
    usual = only(training(losses))
    assert usual.change is None
    # Too early to tell, in the whole of it or after a long warm-up.
    assert kinds(training(losses[:40])) == []
    assert kinds(training(losses[:100], max_steps=5000)) == []
    assert kinds(training(losses), recipe(training__warmup_steps=180)) == []


def test_a_loss_that_climbs() -> None:
    losses = np.concatenate([falling(100, 0.1, 0), np.linspace(1, 7, 40)])
    found = only(training(losses), recipe(training__learning_rate=1e-2))
    assert found.kind == "climbing" and found.change is not None
    assert found.change.values == {"training.learning_rate": 2e-4}


def test_one_spike_is_no_climb() -> None:
    losses = falling(200, 0.1, 0)
    losses[[120, 121, 198]] = 9.0
    assert kinds(training(losses)) == []


def test_gradient_norms_that_explode() -> None:
    norms = np.random.default_rng(0).lognormal(0, 0.4, 120)
    losses = falling(120, 0.1, 0)
    norms[-1] = 60.0
    assert kinds(training(losses, norms)) == []
    norms[-6:] = 60.0
    found = only(training(losses, norms), recipe(training__max_grad_norm=5.0))
    assert found.kind == "exploding" and found.change is not None
    assert found.change.values == {"training.max_grad_norm": 1.0}
    # All of them below the clipping: nothing happens.
    assert kinds(training(losses, norms / 100)) == []


def test_learning_by_heart() -> None:
    history = training(falling(200, 0.05, 0, end=0.2))
    best = [evaluated(50, 1.5), evaluated(100, 1.2)]
    assert kinds([*history, *best, evaluated(150, 1.3)]) == []
    found = only([*history, *best, evaluated(150, 1.3), evaluated(200, 1.5)])
    assert (found.kind, found.step) == ("overfitting", 100)
    assert "step 100" in found.text.en
    assert found.change is not None and found.change.values["evaluation.keep_best"]
    # Where the training loss rises as well, it is no learning by heart.
    rising = training(falling(200, 0.05, 0, end=0.2)[::-1] * 0.2 + 1)
    worse = [evaluated(150, 1.3), evaluated(200, 1.5)]
    assert "overfitting" not in kinds([*rising, *best, *worse])
    again = [*history, *best, evaluated(150, 1.3), evaluated(200, 1.1)]
    assert kinds(again) == []


def test_a_training_that_became_slower() -> None:
    losses = falling(150, 0.1, 0)
    speeds = np.concatenate([np.full(110, 500.0), np.full(40, 200.0)])
    assert only(training(losses, speeds=speeds)).kind == "slower"
    grouped = recipe(training__group_by_length=True)
    assert kinds(training(losses, speeds=speeds), grouped) == []


def test_a_checkpoint_without_room() -> None:
    left_out = NoRoom(time=50.0, step=50, needed=2_000_000_000, free=300_000_000)
    history = [*training(falling(60, 0.1, 0)), left_out]
    found = only(history)
    assert "needs 2.0 GB, and the disk has 300 MB" in found.text.en
    assert found.change is not None
    assert found.change.values == {"training.keep_checkpoints": 1}
    assert kinds([*history, Saved(time=60.0, step=60)]) == []


def test_a_batch_that_was_made_smaller() -> None:
    history = training(falling(10, 0.1, 0))
    history[0] = Begun(max_steps=10, effective={"batch_size": 3})
    asked = recipe(training__batch_size=8, training__gradient_accumulation=1)
    assert kinds(history, asked) == []
    by_itself = with_values(asked, {"training.auto_batch_size": True})
    found = only(history, by_itself)
    assert found.change is not None
    assert found.change.values == {
        "training.batch_size": 3,
        "training.gradient_accumulation": 3,
    }


def test_what_a_resume_takes_back_is_not_looked_at() -> None:
    losses = np.concatenate([falling(100, 0.1, 0), np.linspace(1, 7, 40)])
    history = training(losses)
    assert kinds(history) == ["climbing"]
    assert kinds([*history, Resumed(time=1.0, step=100)]) == []


def test_the_trials_of_a_sweep_are_not_looked_at() -> None:
    history = training(np.random.default_rng(0).normal(2.4, 0.2, 200))
    assert kinds([replace(event, trial=0) for event in history]) == []


def test_odd_figures_are_borne() -> None:
    nan = float("nan")
    history = training([nan] * 90, [nan] * 90, [nan] * 90)
    assert kinds(history) == []
    assert kinds([]) == []
    assert kinds([*training([]), evaluated(5, nan), evaluated(6, nan)]) == []


def test_work_does_not_grow_with_the_training() -> None:
    """Of a long history only its ends are looked at, so a list in between is not."""

    class Ends(list):
        read = 0

        def __getitem__(self, place: Any) -> Any:
            found = super().__getitem__(place)
            self.read += len(found)
            return found

        def __iter__(self) -> Any:
            raise AssertionError("all of it was walked")

    history = Ends(training(falling(20_000, 0.2, 0)))
    assert kinds(history) == []
    assert history.read <= 2200


def test_what_says_nothing_of_an_objective_is_not_told(monkeypatch: Any) -> None:
    history = training([2.0] * 100 + [9.0] * 100)
    assert kinds(history) == ["climbing"]
    other = replace(OBJECTIVES["sft"], not_observed=("climbing",))
    monkeypatch.setitem(OBJECTIVES, "sft", other)
    assert kinds(history) == []
