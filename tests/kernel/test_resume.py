"""A training that is cut off goes on, and its losses are those of one that was not."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import work

from webui import settings
from webui.kernel import closing, jobs, process, resuming, stopping
from webui.kernel.kernel import this_kernel
from webui.kernel.process import KernelError
from webui.notebook.cells import RUN
from webui.notebook.render import Cell
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.rows.prepare.ask import prepared
from webui.runs import checkpoints, events, folder
from webui.runs.checkpoints import Checkpoint

STEPS = 30  # so many that much is left of them when one has been seen
SETTINGS = (
    "training.duration=steps",
    f"training.steps={STEPS}",
    "training.batch_size=1",
    "training.learning_rate=1e-3",
    "training.save_every=3",
    "model.max_seq_length=128",
    "adapter.rank=8",
    # Drawing random numbers anywhere else would then change the losses.
    "adapter.dropout=0.1",
)
EVALUATED = (
    "evaluation.every=steps",
    "evaluation.steps=10",
    "evaluation.rows=6",
    "evaluation.patience=5",
)
WATCHED = (
    "watch.ranked_rows=4",
    "watch.answer_tokens=8",
    "watch.prompts=['Who are you?', 'And who am I?']",
)
UNWATCHED = ("watch.ranked_rows=0", "watch.answer_tokens=0")


def make_recipe(home: Path, *more: str) -> Recipe:
    """A recipe of a few steps on the first shipped rows."""
    if not settings.starter_folder().is_dir():
        pytest.skip("the starter model is not here; `make starter` fetches it")
    shipped = settings.shipped_recipes() / "data" / "extract.train.jsonl"
    rows = home / "train.jsonl"
    lines = shipped.read_text(encoding="utf-8").splitlines(keepends=True)
    rows.write_text("".join(lines[:40]), encoding="utf-8")
    return loads("", settings=(f"data.train_files={rows}", *SETTINGS, *more))


def curve(run: Path, tag: str = "step") -> dict[int, tuple[float, ...]]:
    """What a run logged at each step that counts."""
    keys = {"step": ("loss", "grad_norm", "learning_rate"), "evaluated": ("eval_loss",)}
    return {
        event.step: tuple(event.logs[key] for key in keys[tag])
        for event in events.current(events.read(run)[0])
        if event.tag == tag
    }


def killed(run: Path, step: int) -> None:
    """Kill the kernel once the run logs a step."""
    work.until(lambda: any(e.step >= step for e in work.of(run, "step")), 240)
    process.send_signal(this_kernel(), signal.SIGKILL)
    work.until(lambda: jobs.status(this_kernel()).word == "dead")
    closing.close_dead_run(this_kernel())
    assert folder.read_run(run).status == "failed"


def trained(recipe: Recipe) -> Path:
    run = jobs.start_run(this_kernel(), recipe, upto="train")
    return work.ended(run, 240)


def resumed(run: Path, values: dict[str, int] | None = None) -> Path:
    """Resume a run and wait until it has ended."""
    resuming.resume(this_kernel(), run, values=values)
    work.until(lambda: work.tags(run)[-1] == "finished", 240)
    work.until(lambda: jobs.status(this_kernel()).word != "busy")
    return run


@pytest.mark.train
@pytest.mark.timeout(400)
def test_kills_at_random_steps_change_no_loss(kernel_home: Path) -> None:
    recipe = make_recipe(kernel_home)
    whole = trained(recipe)
    assert [*curve(whole)] == [*range(1, STEPS + 1)]
    cut_off = jobs.start_run(this_kernel(), recipe, upto="train")
    for step in sorted(random.sample(range(1, STEPS // 2), 2)):
        killed(cut_off, step)
        resuming.resume(this_kernel(), cut_off)
        assert folder.read_run(cut_off).status == "running"
    work.until(lambda: work.tags(cut_off)[-1] == "finished", 240)
    assert curve(cut_off) == curve(whole)
    done = folder.read_run(cut_off)
    assert (done.status, done.summary["steps"]) == ("finished", STEPS)
    assert folder.saved_adapter(cut_off) is not None
    assert saved_weights(cut_off) == saved_weights(whole)
    with pytest.raises(KernelError, match="nothing to resume"):
        resuming.resume(this_kernel(), cut_off)


def saved_weights(run: Path) -> bytes:
    return (run / "adapter" / "adapter_model.safetensors").read_bytes()


@pytest.mark.train
@pytest.mark.timeout(400)
def test_watching_changes_no_loss_and_survives_a_resume(kernel_home: Path) -> None:
    unwatched = trained(make_recipe(kernel_home, *EVALUATED, *UNWATCHED))
    assert not work.of(unwatched, "sampled") and not work.of(unwatched, "ranked")
    watched = jobs.start_run(
        this_kernel(),
        make_recipe(kernel_home, *EVALUATED, *WATCHED),
        "train",
    )
    killed(watched, 12)
    # As on another machine, where the source of the rows is not.
    (kernel_home / "train.jsonl").unlink()
    watched = watched.rename(watched.with_name("copied"))
    resumed(watched)
    assert curve(watched) == curve(unwatched)
    assert curve(watched, "evaluated") == curve(unwatched, "evaluated")
    told = events.current(events.read(watched)[0])
    sampled = [e for e in told if e.tag == "sampled"]
    assert {0, 10, 20, STEPS} == {e.step for e in sampled}
    assert all(len(e.answers) == 2 for e in sampled)
    assert curve_of_notebook(watched, kernel_home / "elsewhere") == curve(unwatched)
    (best, worst, drawn) = work.of(watched, "ranked")[-1].rows
    assert best["loss"] <= drawn["loss"] <= worst["loss"]
    assert '"person"' in best["trained"] and "Extract the person" in best["text"]


TOLD = """
import json
logs = [log for log in trainer.state.log_history if "loss" in log]
keys = ("loss", "grad_norm", "learning_rate")
print("CURVE", json.dumps({log["step"]: [log[key] for key in keys] for log in logs}))
"""


def curve_of_notebook(run: Path, folder: Path) -> dict[int, tuple[float, ...]]:
    """The curve of a run's notebook, run from its beginning beside its rows alone."""
    folder.mkdir()
    shutil.copytree(run / "rows", folder / "rows")
    cells = [c for c in work.notebook(run).cells if c.cell_type == "code"]
    assert next(c.outputs for c in cells if c.id == "train")
    upto = [c.id for c in cells].index("train") + 1
    code = "\n\n".join(cell.source for cell in cells[:upto]) + TOLD
    done = subprocess.run(
        [sys.executable, "-X", "warm=unsloth", "-c", code],
        cwd=folder,
        env=os.environ | {"UNSLOTH_FORCE_CPU": "1", "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        text=True,
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("CURVE ")]
    assert lines, done.stderr[-3000:]
    told = json.loads(lines[-1].removeprefix("CURVE "))
    return {int(step): tuple(figures) for step, figures in told.items()}


@pytest.mark.train
@pytest.mark.timeout(400)
def test_a_stop_saves_and_the_run_goes_on_and_a_discard_leaves_nothing(
    kernel_home: Path,
) -> None:
    recipe = make_recipe(kernel_home, "training.save_every=1000")
    run = jobs.start_run(this_kernel(), recipe, upto="train")
    work.until(lambda: work.of(run, "step"), 240)
    stopping.stop(this_kernel(), wait=True)
    assert folder.read_run(run).status == "stopped"
    stopped = checkpoints.complete(run)[0].step
    assert 0 < stopped < STEPS
    resumed(run, {"training.save_every": 5})
    assert [*curve(run)] == [*range(1, STEPS + 1)]
    assert work.of(run, "resumed")[0].step == stopped
    assert folder.recipe_of_run(folder.read_run(run)).training.save_every == 5
    assert {STEPS - 5, STEPS} <= {c.step for c in checkpoints.complete(run)}
    unwanted = jobs.start_run(this_kernel(), recipe, upto="train")
    work.until(lambda: work.of(unwanted, "step"), 240)
    stopping.stop(this_kernel(), discard=True, wait=True)
    work.until(lambda: jobs.status(this_kernel()).word != "busy")
    assert not unwanted.exists() and unwanted not in folder.folders(this_kernel().runs)
    now = jobs.status(this_kernel())
    assert now.run is None and not now.is_fresh(train_cell(recipe))


def train_cell(recipe: Recipe) -> Cell:
    return next(cell for cell in work.rendered(recipe) if cell.name == "train")


POISON = """
from transformers import TrainerCallback


class Poison(TrainerCallback):
    def on_step_begin(self, args, state, control, model=None, **kwargs):
        if state.global_step == 3:
            weight = next(w for w in model.parameters() if w.requires_grad)
            weight.data.fill_(float("nan"))


trainer.add_callback(Poison())
trainer.train()"""


@pytest.mark.train
@pytest.mark.timeout(400)
def test_a_loss_that_is_no_number_ends_the_training_before_it_is_saved(
    kernel_home: Path,
) -> None:
    recipe = make_recipe(kernel_home, "training.save_every=1")
    cells = [
        replace(cell, code=cell.code.replace("\ntrainer.train()", POISON))
        for cell in work.rendered(recipe, RUN.cells[:5])
    ]
    names = [cell.name for cell in cells]
    run = jobs.start_in_new_folder(
        this_kernel(), recipe, cells, "run", names, rows=prepared(recipe)
    )
    work.ended(run, 240)
    (failed,) = work.of(run, "failed")
    assert failed.error == "FloatingPointError"
    assert failed.message == "the loss is nan at step 4"
    assert [e.step for e in work.of(run, "step")] == [1, 2, 3, 4]
    assert [c.step for c in checkpoints.complete(run)] == [3, 2]


# ---- what counts as a checkpoint


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with two whole checkpoints."""
    for step in (2, 4):
        make_checkpoint(tmp_path, step)
        events.append(
            tmp_path, events.Saved(checkpoint=f"checkpoint-{step}", step=step)
        )
    return tmp_path


def make_checkpoint(run: Path, step: int) -> Path:
    made = run / "checkpoints" / f"checkpoint-{step}"
    made.mkdir(parents=True)
    for name in ("adapter_model.safetensors", *checkpoints.NEEDED):
        (made / name).write_bytes(b"x")
    (made / checkpoints.STATE).write_text(json.dumps({"global_step": step}))
    return made


def test_the_newest_whole_checkpoint_is_first(run: Path) -> None:
    make_checkpoint(run, 10)  # no event names it
    found = checkpoints.complete(run)
    assert [(c.name, c.step) for c in found] == [
        ("checkpoint-4", 4),
        ("checkpoint-2", 2),
    ]


@pytest.mark.parametrize(
    "name", ["adapter_model.safetensors", *checkpoints.NEEDED, checkpoints.STATE]
)
def test_a_checkpoint_that_lacks_a_part_is_never_used(run: Path, name: str) -> None:
    newest = run / "checkpoints" / "checkpoint-4"
    (newest / name).unlink()
    assert [c.step for c in checkpoints.complete(run)] == [2]
    checkpoints.remove_incomplete(run)
    assert not newest.exists() and len(checkpoints.complete(run)) == 1


@pytest.mark.parametrize(
    "state", ["", '{"global_step": 4', "[]", '{"global_step": "4"}']
)
def test_a_state_that_was_cut_off_is_no_state(run: Path, state: str) -> None:
    (run / "checkpoints" / "checkpoint-4" / checkpoints.STATE).write_text(state)
    assert [c.step for c in checkpoints.complete(run)] == [2]


def test_a_run_without_one_begins_anew(run: Path) -> None:
    shutil.rmtree(run / "checkpoints")
    assert checkpoints.complete(run) == []
    assert checkpoints.beginning(run) == Checkpoint(run / "checkpoints", 0)


def test_what_a_resume_takes_back_does_not_count(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        events.append(tmp_path, events.Step(step=step, logs={"loss": step}))
    events.append(tmp_path, events.Resumed(step=1))
    for step in (2, 3, 4):
        events.append(tmp_path, events.Step(step=step, logs={"loss": 10 * step}))
    events.append(tmp_path, events.Resumed(step=3))
    events.append(tmp_path, events.Step(step=4, logs={"loss": 400}))
    now = events.current(events.read(tmp_path)[0])
    losses = [e.logs["loss"] for e in now if e.tag == "step"]
    assert losses == [1, 20, 30, 400]
    assert [e.step for e in now if e.tag == "resumed"] == [1, 3]
