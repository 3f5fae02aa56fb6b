"""What steers a training really does: limits, evaluation, optimizers, batches."""

from pathlib import Path
from typing import Any

import pytest
from small import settings_of, trained

pytestmark = [pytest.mark.train, pytest.mark.timeout(400)]

EVALUATED = ["evaluation.every=steps", "evaluation.steps=2", "evaluation.rows=2"]
# A rate at which the loss on unseen rows soon rises again, though nothing was known.
WILD = [
    *("training.learning_rate=0.5", "training.max_grad_norm=1000"),
    *("training.steps=14", "evaluation.patience=1"),
]
TRIALS: dict[str, list[str]] = {
    "plain": [],
    "stop at loss": ["training.steps=14", "training.stop_at_loss=90"],
    "time": ["training.steps=14", "training.max_minutes=0.0001"],
    "patience": [*EVALUATED, *WILD],
    "best": [*EVALUATED, *WILD, "evaluation.keep_best=true"],
    "best whole": [*EVALUATED, "adapter.start=pissa", "evaluation.keep_best=true"],
    "few kept": ["training.steps=4", "training.save_every=1"],
    "neftune": ["training.neftune_noise_alpha=5"],
    "grouped": ["training.group_by_length=true", "training.batch_size=2"],
    "accumulated": ["training.gradient_accumulation=2"],
    "adafactor": ["training.optimizer=adafactor"],
    "sgd": ["training.optimizer=sgd"],
    "packed optimizer": ["training.optimizer=adamw_8bit"],
    "short of memory": ["training.batch_size=4", "training.auto_batch_size=true"],
    **{
        name: [f"training.schedule={name}", "training.warmup_steps=1"]
        for name in ("constant_with_warmup", "cosine_with_restarts", "inverse_sqrt")
    },
    "polynomial": ["training.schedule=polynomial"],
}


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """What became of each trial, all on one loaded model."""
    small = ["adapter.rank=4"]
    trials = [settings_of(folder, [*small, *more]) for more in TRIALS.values()]
    results = trained(Path(__file__).with_name("steered.py"), trials)
    return dict(zip(TRIALS, results, strict=True))


def test_every_trial_takes_its_steps(found: dict[str, Any]) -> None:
    ended = {"stop at loss": 11, "time": 1, "few kept": 4}
    for name, told in found.items():
        steps = ended.get(name, 2)
        assert told["steps"] == steps or name in ("best", "patience"), name
        assert all(loss == loss for loss in told["losses"]), name


def test_early_stopping_waits_for_its_patience(found: dict[str, Any]) -> None:
    told = found["patience"]
    losses = told["eval_losses"]
    assert told["steps"] < 14 and len(losses) == told["steps"] // 2
    assert losses[-1] >= min(losses[:-1])


def test_the_best_is_kept_and_ended_with(found: dict[str, Any]) -> None:
    told = found["best"]
    best = told["eval_losses"].index(min(told["eval_losses"]))
    assert told["best"] == f"checkpoint-{2 * best + 2}"
    assert best < len(told["eval_losses"]) - 1  # so that the last is another
    assert told["best"] in told["checkpoints"] and told["ended_with_best"]
    assert not found["patience"]["ended_with_best"]


def test_so_many_checkpoints_are_kept(found: dict[str, Any]) -> None:
    assert found["few kept"]["checkpoints"] == ["checkpoint-3", "checkpoint-4"]


def test_noise_order_and_batches_change_the_losses(found: dict[str, Any]) -> None:
    plain = found["plain"]["losses"]
    for name in ("neftune", "accumulated", "adafactor", "sgd"):
        assert found[name]["losses"] != plain, name
    assert found["packed optimizer"]["optimizer"] == "adamw_torch_fused"  # no GPU here


def test_a_batch_that_does_not_fit_is_made_smaller(found: dict[str, Any]) -> None:
    assert found["short of memory"]["batch_size"] == 2
