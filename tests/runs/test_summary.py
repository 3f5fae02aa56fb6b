"""The summary of a run holds every figure, from its events and its recipe alone."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from webui.files import read_json
from webui.kernel.kernel import this_kernel
from webui.notebook.render import render_cells
from webui.recipe.checks import check
from webui.runs import events, folder
from webui.runs.scores import Score
from webui.runs.summary import summarize, write_summary

SCORES = [
    Score(who, "exact_match", n, rows=2) for who, n in (("base", 0.0), ("tuned", 0.5))
]
EFFECTIVE = {"device": "cpu", "batch_size": 2, "optimizer": "adamw_torch"}


@pytest.fixture
def run(tunebook_home: Path) -> Path:
    """A run on a data file of its own."""
    rows = tunebook_home / "rows.jsonl"
    rows.write_text('{"instruction": "a", "output": "b"}\n')
    recipe = check(
        {"data": {"train_files": [str(rows)]}, "training": {"optimizer": "adamw_8bit"}}
    )
    return folder.create(this_kernel().runs, recipe, render_cells(recipe), "run")


def steps(run: Path, losses: list[float], trial: int | None = None) -> None:
    """The events of one training, ten tokens a step."""
    events.append(
        run, events.Begun(trial=trial, effective=EFFECTIVE, trainable=10, total=100)
    )
    for number, loss in enumerate(losses, start=1):
        logs = {"loss": loss, "num_tokens": 10.0 * number}
        events.append(run, events.Step(trial=trial, step=number, logs=logs))


def summary(run: Path, status: str | None = "finished") -> dict[str, Any]:
    write_summary(run, status, peak_memory=5)
    return read_json(run / folder.SUMMARY)


def test_a_whole_run_has_every_figure(run: Path) -> None:
    steps(run, [3.0, 2.0, 1.0])
    events.append(run, events.Scored(scores=SCORES))
    found = summary(run)
    assert (found["first_loss"], found["last_loss"], found["steps"]) == (3.0, 1.0, 3)
    assert (found["trainable"], found["total"]) == (10, 100)
    assert found["scores"] == [asdict(score) for score in SCORES]
    assert found["status"] == "finished" and found["peak_memory"] == 5
    assert found["device"] == "cpu" and found["python"]
    assert found["best"] is None


def test_it_says_what_went_in(run: Path) -> None:
    found = summary(run)
    recipe = (run / folder.RECIPE).read_bytes()
    assert found["recipe_sha256"] == hashlib.sha256(recipe).hexdigest()
    train_file = Path(folder.recipe_of_run(folder.read_run(run)).data.train_files[0])
    digest = hashlib.sha256(train_file.read_bytes()).hexdigest()
    assert found["data_sha256"] == {"train": [digest]}
    assert {"unsloth", "torch", "trl", "peft"} <= {*found["versions"]}


def test_what_was_asked_stands_beside_what_took_effect(run: Path) -> None:
    steps(run, [1.0])
    found = summary(run)
    assert found["requested"]["optimizer"] == "adamw_8bit"
    assert found["effective"]["optimizer"] == "adamw_torch"
    assert {*found["effective"]} - {"device"} <= {*found["requested"]}


def summed(history: list[dict[str, Any]], status: str, run: Path) -> dict[str, Any]:
    """The summary of these events, as they would be read from a file."""
    read = [events.record(event) for event in history]
    return summarize(read, folder.recipe_of_run(folder.read_run(run)), status, 5, run)


def test_speed_is_tokens_over_the_seconds_of_training(run: Path) -> None:
    history = [
        {"event": "started", "time": 100.0},
        {"event": "begun", "time": 110.0, "effective": EFFECTIVE},
        step(112.0, 40.0),
        step(114.0, 80.0),
        {"event": "finished", "time": 130.0},
    ]
    found = summed(history, "finished", run)
    assert found["training_seconds"] == 4.0
    assert found["tokens_per_second"] == 20.0
    assert found["duration"] == 30.0


def test_speed_of_a_sweep_counts_every_trial(run: Path) -> None:
    history: list[dict[str, Any]] = [{"event": "started", "time": 0.0}]
    for trial in (0, 1):
        begun = 10.0 * trial
        history.append({"event": "begun", "time": begun, "trial": trial})
        history.append({**step(begun + 2.0, 40.0), "trial": trial})
    found = summed(history, "finished", run)
    assert (found["training_seconds"], found["tokens_per_second"]) == (4.0, 20.0)


def step(time: float, tokens: float) -> dict[str, Any]:
    logs = {"loss": 1.0, "num_tokens": tokens}
    return {"event": "step", "time": time, "step": 1, "logs": logs}


def evaluated(time: float, at: int, loss: float) -> dict[str, Any]:
    logs = {"eval_loss": loss}
    return {"event": "evaluated", "time": time, "step": at, "logs": logs}


def trained(begun: float, steps: range, tokens: float) -> list[dict[str, Any]]:
    """A session's training: two seconds a step, tokens counted from its begin."""
    found: list[dict[str, Any]] = [
        {"event": "begun", "time": begun, "effective": {"session": begun}}
    ]
    for number, at in enumerate(steps, start=1):
        logs = {"loss": 10.0 - at + begun / 1e6, "num_tokens": tokens * number}
        found.append(
            {"event": "step", "time": begun + 2 * number, "step": at, "logs": logs}
        )
    return found


def resumed_history() -> list[dict[str, Any]]:
    """Six steps, killed; the day after on from step 4 to step 8, in two sessions."""
    return [
        {"event": "started", "time": 100.0},
        *trained(110.0, range(1, 7), 40.0),
        evaluated(122.5, 6, 0.1),  # taken back
        {"event": "failed", "time": 50_000.0, "error": "KernelDied"},
        {"event": "finished", "time": 50_000.0, "status": "failed"},
        {"event": "resumed", "time": 90_000.0, "step": 4, "checkpoint": "checkpoint-4"},
        *trained(90_010.0, range(5, 7), 50.0),
        evaluated(90_015.0, 6, 0.5),
        {"event": "finished", "time": 90_020.0, "status": "stopped"},
        {"event": "scored", "time": 95_000.0, "base": 0.0, "tuned": 0.5},
        {"event": "resumed", "time": 99_000.0, "step": 6, "checkpoint": "checkpoint-6"},
        *trained(99_010.0, range(7, 9), 60.0),
        evaluated(99_015.0, 8, 0.4),
        {"event": "finished", "time": 99_020.0, "status": "finished"},
    ]


def test_a_resumed_run_counts_its_sessions_and_not_what_lies_between(run: Path) -> None:
    found = summed(resumed_history(), "finished", run)
    assert found["resumed"] == 2
    # Six steps, two and two, of two seconds each; tokens begin again at each begin.
    assert found["training_seconds"] == 20.0
    assert found["tokens_per_second"] == (6 * 40 + 2 * 50 + 2 * 60) / 20
    # Up to the last event before the kernel died, and up to the ends of the others.
    assert found["duration"] == 22.5 + 20 + 20
    assert found["effective"] == {"session": 99_010.0}


def test_a_resumed_run_has_the_losses_that_count(run: Path) -> None:
    history = resumed_history()
    found = summed(history, "finished", run)
    by_step = {e["step"]: e["logs"]["loss"] for e in history if e["event"] == "step"}
    assert found["steps"] == 8
    assert found["first_loss"] == by_step[1] and found["last_loss"] == by_step[8]
    # The evaluation that was taken back was lower.
    assert (found["best_eval_loss"], found["best_eval_step"]) == (0.4, 8)


def test_a_resume_that_trained_nothing_yet_changes_no_figure(run: Path) -> None:
    history = [
        {"event": "started", "time": 0.0},
        *trained(10.0, range(1, 5), 40.0),
        {"event": "finished", "time": 20.0, "status": "stopped"},
    ]
    before = summed(history, "stopped", run)
    history.append({"event": "resumed", "time": 500.0, "step": 4})
    after = summed(history, "stopped", run)
    assert after == {**before, "resumed": 1}


def test_a_lost_loss_is_no_number(run: Path) -> None:
    steps(run, [1.0, float("nan")])
    events.append(run, events.Evaluated(step=2, logs={"eval_loss": float("inf")}))
    text = (run / folder.SUMMARY, summary(run))[0].read_text()
    found = json.loads(text, parse_constant=pytest.fail)
    assert (found["first_loss"], found["last_loss"]) == (1.0, None)
    assert (found["best_eval_loss"], found["best_eval_step"]) == (None, None)


def test_the_best_trial_is_the_one_with_the_lowest_loss(run: Path) -> None:
    for trial, value in enumerate([0.9, 0.2, None, 0.5]):
        events.append(run, events.Trial(trial=trial, params={"x": trial}, value=value))
    assert summary(run)["best"] == {"trial": 1, "params": {"x": 1}, "value": 0.2}


def test_a_run_that_failed_at_once_has_a_summary_too(run: Path) -> None:
    found = summary(run, "failed")
    assert found["status"] == "failed"
    assert (found["first_loss"], found["scores"], found["steps"]) == (None, [], 0)
    assert found["tokens_per_second"] is None and found["device"] is None


def test_what_is_added_later_keeps_how_the_run_ended(run: Path) -> None:
    steps(run, [1.0])
    summary(run, "stopped")
    events.append(run, events.Scored(scores=SCORES))
    write_summary(run, None, peak_memory=99)
    found = read_json(run / folder.SUMMARY)
    assert (found["status"], found["peak_memory"]) == ("stopped", 5)
    assert found["scores"][1]["value"] == 0.5


@pytest.mark.parametrize(("before", "peak"), [(99, 99), (3, 5)])
def test_the_peak_of_a_resumed_run_is_that_of_all_its_sessions(
    run: Path, before: int, peak: int
) -> None:
    steps(run, [1.0])
    events.append(
        run, events.Saved(step=1, checkpoint="checkpoint-1", peak_memory=before)
    )
    events.append(run, events.Resumed(step=1))
    assert summary(run)["peak_memory"] == peak


@pytest.mark.parametrize("file", ["/nowhere.jsonl", "/", "/a\x00b"])
def test_data_that_is_gone_has_no_hash(tunebook_home: Path, file: str) -> None:
    recipe = check({"data": {"train_files": [file]}})
    run = folder.create(this_kernel().runs, recipe, render_cells(recipe), "run")
    assert summary(run)["data_sha256"] == {"train": [None]}


def test_it_is_plain_json(run: Path) -> None:
    steps(run, [1.0])
    summary(run)
    text = (run / folder.SUMMARY).read_text()
    assert json.loads(text, parse_constant=pytest.fail)


def test_what_moved_and_how_losses_were_made(run: Path) -> None:
    steps(run, [1.0])
    found = summary(run)
    assert found["moved"] is None and found["losses"] == "mean of batch means"
    events.append(run, events.Begun(effective={}, losses="mean over tokens"))
    figures = {"moved": 420, "of": 420, "changed": 0.99, "rounded": None}
    figures["furthest"] = 0.01
    events.append(run, events.Moved(step=1, teaches=True, **figures))
    found = summary(run)
    assert found["moved"] == figures and found["losses"] == "mean over tokens"
