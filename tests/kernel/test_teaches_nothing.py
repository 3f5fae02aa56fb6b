"""In a real kernel a training that teaches nothing ends with the reason, or says so."""

from pathlib import Path
from typing import Any

import pytest
import work

from webui.files import read_json
from webui.kernel import jobs
from webui.kernel.kernel import this_kernel
from webui.recipe import Recipe
from webui.runs.folder import SUMMARY

pytestmark = [pytest.mark.usefixtures("kernel_home"), pytest.mark.timeout(180)]

SETUP = """
import torch
from transformers import AutoConfig, AutoModelForCausalLM, Trainer, TrainingArguments

def trained(rate, warm_up=0, dtype=torch.float32, of="", **more):
    torch.manual_seed(0)
    config = AutoConfig.for_model(
        "llama", hidden_size=16, intermediate_size=32, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=2, vocab_size=32,
    )
    model = AutoModelForCausalLM.from_config(config).to(dtype)
    if of:  # as an adapter: it begins at zero
        model.requires_grad_(False)
        weight = model.get_parameter(of).requires_grad_(True)
        weight.data.zero_()
    args = TrainingArguments(
        "out", max_steps=6, learning_rate=rate, warmup_steps=warm_up,
        per_device_train_batch_size=2, logging_steps=1, report_to="none",
        save_strategy="no", use_cpu=True, **more,
    )
    rows = [{"input_ids": [1, 2, 3, 4], "labels": [1, 2, 3, 4]}] * 16
    Trainer(model, args, train_dataset=rows).train()
"""


def run(train: str) -> Path:
    return work.run(setup=SETUP, train=train)


def steps(run: Path) -> int:
    return len(work.of(run, "step"))


def moved(run: Path) -> dict[str, Any]:
    return (read_json(run / SUMMARY) or {})["moved"]


def test_what_moved_stands_in_the_summary() -> None:
    done = run("trained(1e-2)")
    assert steps(done) == 6 and not work.of(done, "failed")
    told = moved(done)
    assert told["moved"] == told["of"] > 5 and told["changed"] > 0.9
    assert told["furthest"] > 1e-2
    assert all(event.teaches for event in work.of(done, "moved"))


@pytest.mark.parametrize(
    ("train", "reason", "seen"),
    [
        ("trained(1e-2, warm_up=6)", "all 6 updates are warm-up", 0),
        ("trained(1e-6, dtype=torch.bfloat16)", "bfloat16 rounds away 9", 2),
        ("trained(1e-18)", "of their numbers", 2),
    ],
)
def test_a_training_that_teaches_nothing_ends_with_the_reason(
    train: str, reason: str, seen: int
) -> None:
    done = run(train)
    (failed,) = work.of(done, "failed")
    assert failed.error == "NothingLearned" and reason in failed.message
    assert steps(done) == seen
    assert (read_json(done / SUMMARY) or {})["status"] == "failed"


def test_weights_that_hardly_move_are_told() -> None:
    done = run('trained(1e-18, of="lm_head.weight")')
    assert steps(done) == 6 and not work.of(done, "failed")
    assert moved(done)["moved"] == 1 and 0 < moved(done)["furthest"] < 1e-16
    assert not any(event.teaches for event in work.of(done, "moved"))


SWEEP = """
import optuna

def train_once(trial):
    trained(**ways[trial.number])
    return 0.0

optuna.create_study().optimize(train_once, n_trials=len(ways))
"""


def sweep(ways: str) -> Path:
    """A sweep whose trials are trained in these ways."""
    cells = work.cells(setup=SETUP, sweep=f"{ways}\n{SWEEP}")
    return work.ended(
        jobs.start_in_new_folder(
            this_kernel(), Recipe(), cells, "sweep", ["setup", "sweep"]
        )
    )


def test_of_a_sweep_only_the_trial_ends() -> None:
    done = sweep("ways = [{'rate': 1e-6, 'dtype': torch.bfloat16}, {'rate': 1e-2}]")
    assert not work.of(done, "failed")
    by_trial = [[e.trial for e in work.of(done, "step")].count(n) for n in (0, 1)]
    assert by_trial == [3, 6]
    last = {event.trial: event.teaches for event in work.of(done, "moved")}
    assert last == {0: False, 1: True}


SHORT = """
class Short(Trainer):
    def training_step(self, model, inputs, *args, **kwargs):
        if len(inputs["input_ids"]) > 1:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return super().training_step(model, inputs, *args, **kwargs)

Trainer = Short
ways = [{"rate": 1e-2, "auto_find_batch_size": True}] * 2
"""


def test_a_trial_that_begins_again_with_less_is_the_same() -> None:
    done = sweep(SHORT)
    assert not work.of(done, "failed")
    assert [event.trial for event in work.of(done, "begun")] == [0, 0, 1, 1]
    assert [event.trial for event in work.of(done, "step")] == [0] * 6 + [1] * 6
    assert [event.trial for event in work.of(done, "trial")] == [0, 1]
