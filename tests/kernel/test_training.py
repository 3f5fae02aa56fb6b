"""A model really trains in a real kernel: runs, tries, a sweep, stops and deaths.

One kernel's life is gone through in order, because each part begins with what the one
before it left: each is a fixture that keeps what was seen. The tests look at that, in
any order. The first run is submitted by a process that is killed in mid-training.
"""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import work

from webui import settings
from webui.kernel import closing, jobs, process, stopping
from webui.kernel.kernel import this_kernel
from webui.kernel.process import KernelError
from webui.kernel.status import Status
from webui.notebook.cells import RUN
from webui.notebook.script import joined
from webui.recipe import Recipe
from webui.recipe.store import dumps, loads
from webui.recorder.outputs import plain_text
from webui.rows.prepare.ask import prepared
from webui.rows.prepare.store import place_rows
from webui.runs import folder
from webui.runs.folder import Run

pytestmark = [pytest.mark.train, pytest.mark.timeout(240)]

HOSTILE = (
    '\'"\n""" \\ {x} {{ 7 * 7 }} %s\u2028 <|im_end|>\n'
    "__import__('os').system('touch hacked') '); open('hacked', 'w') #"
)
STEPS = 40  # so many that much is left of them when one has been seen
SETTINGS = (
    "training.duration=steps",
    f"training.steps={STEPS}",
    "training.batch_size=2",
    "training.learning_rate=1e-3",
    "adapter.rank=8",
    # Drawing random numbers anywhere else would then change the losses.
    "adapter.dropout=0.1",
    "compare.scored_rows=2",
    "compare.max_new_tokens=16",
    f"compare.prompt={HOSTILE}",
    f"data.system_prompt={HOSTILE}",
)


def make_recipe(*more: str) -> Recipe:
    """A recipe of a few steps on a few rows, hostile wherever a text may be."""
    files = (
        f"data.train_files={settings.home() / 'train.jsonl'}",
        "split.by=file",
        f"split.files={settings.home() / 'heldout.jsonl'}",
    )
    return loads("", settings=(*files, *SETTINGS, *more))


def write_rows(home: Path) -> None:
    """The first rows of the shipped data: enough, and quick to evaluate."""
    for name in ("train", "heldout"):
        shipped = settings.shipped_recipes() / "data" / f"extract.{name}.jsonl"
        lines = shipped.read_text(encoding="utf-8").splitlines(keepends=True)
        (home / f"{name}.jsonl").write_text("".join(lines[:40]), encoding="utf-8")


@dataclass(frozen=True)
class First:
    """The first run, what happened while it trained, and how the kernel was then."""

    run: Path
    steps_when_killed: int
    refusal: str
    folders: list[Path]
    status: Status
    stale: dict[str, list[str]]
    left_to_do: Path | None
    names: list[str]
    prompt: str

    @property
    def read(self) -> Run:
        return folder.read_run(self.run)


@pytest.fixture(scope="module")
def first(kernel_home: Path) -> First:
    """A run whose submitter started the kernel and was killed in mid-training."""
    if not settings.starter_folder().is_dir():
        pytest.skip("the starter model is not here; `make starter` fetches it")
    write_rows(kernel_home)
    submitter, run = work.submit(
        "from webui.kernel import jobs; from webui.recipe.store import loads\n"
        "from webui.kernel.kernel import this_kernel\n"
        f"run = jobs.start_run(this_kernel(), loads({dumps(make_recipe())!r}))"
    )
    work.until(lambda: work.of(run, "step"))
    submitter.kill()
    submitter.wait()
    steps = len(work.of(run, "step"))
    with pytest.raises(KernelError) as refused:
        jobs.start_run(this_kernel(), make_recipe())
    work.ended(run, 120)
    return First(
        run,
        steps,
        str(refused.value),
        folder.folders(this_kernel().runs),
        jobs.status(this_kernel()),
        {rank: stale(f"adapter.rank={rank}") for rank in ("8", "4")},
        jobs.run_all(this_kernel(), make_recipe()),
        work.value("get_ipython().run_line_magic('who_ls', '')"),
        work.value("prompt"),
    )


def stale(*more: str) -> list[str]:
    """The cells of a recipe that would have to run."""
    cells = work.rendered(make_recipe(*more))
    return jobs.stale(cells, jobs.status(this_kernel()))


# ---- one run


def test_the_training_outlives_who_submitted_it(first: First) -> None:
    assert 1 <= first.steps_when_killed < STEPS
    assert len(work.of(first.run, "step")) == STEPS
    assert first.read.status == "finished"
    assert work.cells_of(first.run) == [*RUN.cells]


def test_a_second_start_was_refused_meanwhile(first: First) -> None:
    assert f"busy with {first.run.name}" in first.refusal
    assert first.folders == [first.run]


def test_the_events_tell_the_whole_story_in_order(first: First) -> None:
    tags = work.tags(first.run)
    told = ["started", "begun", "step", "moved", "saved", "stops"]
    told += ["scoring", "scored", "finished"]
    assert sorted(told, key=tags.index) == told
    assert {*told, "cell"} <= {*tags} <= {*told, "cell", "warned"}  # by a library
    (begun,) = work.of(first.run, "begun")
    assert begun.max_steps == STEPS and 0 < begun.trainable < begun.total
    for number, step in enumerate(work.of(first.run, "step"), start=1):
        assert step.step == number and step.memory > 0
        assert step.tokens_per_second > 0
        assert {"loss", "grad_norm", "learning_rate"} <= {*step.logs}


def test_the_summary_is_complete(first: First) -> None:
    summary = first.read.summary
    unasked = {"best", "best_eval_loss", "best_eval_step", "parent"}
    assert {key for key, value in summary.items() if value is None} == unasked
    assert summary["status"] == "finished" and summary["steps"] == STEPS
    assert summary["duration"] > summary["training_seconds"] > 0
    assert summary["peak_memory"] > 2**28 and summary["device"] == "cpu"
    assert {*summary["data_sha256"]} == {"train", "heldout"}
    versions = {k: v for k, v in summary["versions"].items() if k != "tunebook"}
    assert all(versions.values())
    losses = [step.logs["loss"] for step in work.of(first.run, "step")]
    assert (summary["first_loss"], summary["last_loss"]) == (losses[0], losses[-1])
    assert [s["rows"] for s in summary["scores"]] == [2, 2]


def test_what_was_asked_took_effect(first: First) -> None:
    summary = first.read.summary
    asked, effective = summary["requested"], summary["effective"]
    assert {k: effective[k] for k in asked} == asked


def test_the_notebook_opens_with_every_output(first: First) -> None:
    _, *code = work.notebook(first.run).cells
    assert [cell.id for cell in code] == [*RUN.cells]
    counts = [cell.execution_count for cell in code]
    assert counts == sorted(counts) and None not in counts
    shown = {cell.id: plain_text(cell.outputs) for cell in code}
    assert "rows to train on" in shown["data"]
    assert f"step {STEPS}/{STEPS}" in shown["train"]
    assert "exact match on 2" in shown["score"]
    assert not any(o.output_type == "error" for cell in code for o in cell.outputs)


def test_the_log_has_the_output_of_every_cell(first: First) -> None:
    log = (first.run / folder.LOG).read_text()
    last = log.index(f"step {STEPS}/{STEPS}")
    assert log.index("rows to train on") < last < log.index("exact")


def test_the_adapter_is_saved_in_the_run(first: First) -> None:
    adapter = folder.saved_adapter(first.run)
    assert adapter == first.run / "adapter"
    assert (adapter / "adapter_model.safetensors").stat().st_size > 10**5
    assert (first.run / "checkpoints" / f"checkpoint-{STEPS}").is_dir()


def test_the_page_can_know_that_all_is_fresh(first: First) -> None:
    assert (first.status.word, first.status.run) == ("idle", first.run)
    assert first.stale == {"8": [], "4": ["adapter", "train", "compare", "score"]}
    assert first.left_to_do is None


def test_a_hostile_recipe_leaves_no_name_and_no_file(
    first: First, kernel_home: Path
) -> None:
    assigned: set[str] = set()
    for cell in work.rendered(make_recipe()):
        for statement in ast.parse(cell.code).body:
            assigned |= names_of(statement)
    assert {*first.names} == assigned
    assert [*kernel_home.parent.rglob("hacked")] == []
    assert first.prompt == HOSTILE


def names_of(statement: ast.stmt) -> set[str]:
    """The names that one statement at the top of a cell leaves."""
    match statement:
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {alias.asname or alias.name for alias in aliases}
        case ast.FunctionDef(name=name):
            return {name}
        case ast.Assign():
            return {
                node.id
                for target in statement.targets
                for node in ast.walk(target)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
        case ast.With() | ast.If():
            return set().union(*(names_of(inner) for inner in statement.body))
    return set()


# ---- another try on the base that is kept


RANK_4 = ("adapter.rank=4", "training.steps=5")


@pytest.fixture(scope="module")
def second(first: First) -> tuple[Path, dict[str, bool]]:
    """A run with another rank, on the base that the first one trained on.

    Besides, how the model then compares with an untouched one.
    """
    run = jobs.start_run(this_kernel(), make_recipe(*RANK_4), upto="train")
    return work.ended(run), check_base()


def test_another_rank_loads_nothing_again(second: tuple[Path, Any]) -> None:
    run, _ = second
    assert work.cells_of(run) == ["adapter", "train"]
    ran = {cell.id: cell.execution_count for cell in work.notebook(run).cells[1:]}
    assert ran["model"] and ran["compare"] is None


def test_another_rank_trains_as_a_fresh_script_does(
    second: tuple[Path, Any], tmp_path: Path
) -> None:
    """Where nothing of ours can be imported, and from another folder."""
    recipe = make_recipe(*RANK_4)
    rows = prepared(recipe)
    names = RUN.cells[: RUN.cells.index("train") + 1]
    cells = work.rendered(recipe, names, alone=True)
    place_rows(rows, tmp_path)
    file = tmp_path / "exported.py"
    file.write_text(
        "import sys\nsys.modules['webui'] = None  # importing it fails\n"
        f"{joined(cells)}\nimport json\n"
        "print('HISTORY', json.dumps(trainer.state.log_history))\n"
    )
    env = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(
        [sys.executable, "-X", "warm=unsloth", "-I", str(file)],
        cwd=tmp_path,
        env={name: env[name] for name in env if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    history = json.loads(done.stdout.rpartition("HISTORY ")[2])
    ours = [step.logs for step in work.of(second[0], "step")]
    theirs = [without_state(entry) for entry in history if "loss" in entry]
    assert len(ours) == 5 and ours == theirs
    assert (tmp_path / "adapter" / "adapter_model.safetensors").exists()


def without_state(entry: dict[str, Any]) -> dict[str, Any]:
    """A log entry without the step number that the Trainer adds on keeping it."""
    return {key: value for key, value in entry.items() if key != "step"}


# Defined in the kernel for a moment: compare the model with one loaded just now.
CHECK_BASE = """
def check_base(model_cell):
    import torch
    names = {"FastLanguageModel": FastLanguageModel}
    exec(model_cell, names)
    fresh, tokenizer = names["model"], names["tokenizer"]
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    kept = {
        name.replace(".base_layer", ""): weight
        for name, weight in inner.named_parameters()
        if "lora_" not in name
    }
    whole = dict(fresh.named_parameters())
    found = {
        "names": set(whole) == set(kept),
        "bits": all(torch.equal(whole[name], kept[name]) for name in whole),
        "plain": inner is model,
    }
    if inner is not model:
        for each in (model, fresh):
            FastLanguageModel.for_inference(each)
        ids = tokenizer("The capital of France is", return_tensors="pt")
        with torch.inference_mode():
            untouched, tuned = fresh(**ids).logits, model(**ids).logits
            with model.disable_adapter():
                base = model(**ids).logits
        found |= {
            "base": torch.equal(base, untouched),
            "tuned": torch.equal(tuned, untouched),
        }
    return found
"""


def check_base(before: str = "") -> dict[str, bool]:
    """How the kernel's model compares with an untouched one."""
    model_cell = work.rendered(make_recipe())[1].code
    return work.value(
        f"(check_base({model_cell!r}), globals().pop('check_base'))[0]",
        before + CHECK_BASE,
    )


def test_the_base_pane_is_the_untouched_base(second: tuple[Any, Any]) -> None:
    """With the adapter disabled the logits are equal bit by bit, else they differ."""
    _, found = second
    rest = {name: is_so for name, is_so in found.items() if name not in DIFFERENT}
    assert len(rest) == 3 and all(rest.values()), found
    assert not any(found[name] for name in DIFFERENT)


DIFFERENT = ("tuned", "plain")


# ---- a sweep


@dataclass(frozen=True)
class Sweep:
    """A sweep, and how the kernel was after it."""

    run: Path
    stale: list[str]
    base: dict[str, bool]


@pytest.fixture(scope="module")
def sweep(second: tuple[Any, Any]) -> Sweep:
    """A sweep of two ranks, on the same base."""
    recipe = make_recipe("training.steps=2", "sweep.space={adapter.rank: [2, 4]}")
    run = work.ended(jobs.start_sweep(this_kernel(), recipe))
    return Sweep(run, stale(*RANK_4), check_base("model = model.unload()\n"))


def test_a_sweep_tries_each_value_and_loads_nothing_again(sweep: Sweep) -> None:
    # Its rows to watch are drawn.
    assert work.cells_of(sweep.run) == ["data", "sweep"]
    begun = work.of(sweep.run, "begun")
    assert [event.trial for event in begun] == [0, 1]
    assert len({event.trainable for event in begun}) == 2
    steps = [(e.trial, e.step) for e in work.of(sweep.run, "step")]
    assert steps == [(0, 1), (0, 2), (1, 1), (1, 2)]
    assert [e.trial for e in work.of(sweep.run, "evaluated")] == [0, 1]


def test_a_sweep_ends_with_the_best_trial(sweep: Sweep) -> None:
    trials = work.of(sweep.run, "trial")
    assert sorted(e.params["adapter.rank"] for e in trials) == [2, 4]
    best = folder.read_run(sweep.run).summary["best"]
    assert best["value"] == min(e.value for e in trials)
    assert folder.read_run(sweep.run).kind == "sweep"
    # The attached adapter is the last trial's, so no try is fresh.
    assert sweep.stale == ["data", "adapter", "train", "compare", "score"]


def test_after_all_tries_the_base_is_what_it_was(sweep: Sweep) -> None:
    """Unloaded as the adapter cell does it, every weight is equal bit by bit."""
    assert sweep.base == {"names": True, "bits": True, "plain": True}


@pytest.fixture(scope="module")
def loaded(sweep: Sweep) -> tuple[bool, bool, list[str]]:
    """Whether the model was held before it was loaded again, whether it was gone then,
    and what had to run after that."""
    held = work.value("trainer.model is not None", "import weakref as _weakref")
    held = held and work.value("1", "_old = _weakref.ref(trainer.model)") == 1
    jobs.start_cells(this_kernel(), make_recipe(), "model")
    work.until(lambda: jobs.status(this_kernel()).word == "idle")
    return held, work.value("_old() is None"), stale()


def test_loading_a_model_again_frees_the_one_before(loaded: tuple[Any, ...]) -> None:
    """Two of them would not fit on a small GPU; the trainer holds one as well."""
    held, gone, left = loaded
    assert held and gone
    assert left == [*RUN.cells[RUN.cells.index("data") :]]


# ---- stops and deaths


@pytest.fixture(scope="module")
def stopped(loaded: tuple[Any, ...]) -> tuple[Path, list[str]]:
    """A run that was stopped in mid-training, and what had to run after that."""
    run = jobs.start_run(this_kernel(), make_recipe("training.steps=500"))
    work.until(lambda: work.of(run, "step"))
    stopping.stop(this_kernel(), wait=True)
    return work.ended(run), stale()


def test_a_stop_in_mid_training_saves_what_there_is(
    stopped: tuple[Path, list[str]],
) -> None:
    run, left = stopped
    assert folder.read_run(run).status == "stopped"
    assert folder.read_run(run).summary["steps"] < 250
    assert work.of(run, "saved") and folder.saved_adapter(run)
    last = work.of(run, "cell")[-1]
    assert (last.cell, last.status) == ("train", "stopped")
    # A training that was cut short is not one to build on.
    assert "train" in left


@pytest.fixture(scope="module")
def killed(stopped: tuple[Any, ...]) -> tuple[Path, float]:
    """A run whose kernel was killed in mid-training; how soon that was seen."""
    run = jobs.start_run(this_kernel(), make_recipe("training.steps=500"))
    work.until(lambda: work.of(run, "step"))
    process.send_signal(this_kernel(), signal.SIGKILL)
    begun = time.monotonic()
    work.until(lambda: jobs.status(this_kernel()).word == "dead", 2)
    seconds = time.monotonic() - begun
    closing.close_dead_run(this_kernel())
    return run, seconds


def test_a_kernel_killed_in_mid_training_is_noticed_and_explained(
    killed: tuple[Path, float],
) -> None:
    run, seconds = killed
    assert seconds < 2
    (failed,) = work.of(run, "failed")
    assert (failed.cell, failed.code) == ("train", 128 + signal.SIGKILL)
    assert work.tags(run)[-1] == "finished" and folder.read_run(run).status == "failed"


@pytest.fixture(scope="module")
def answered(killed: tuple[Any, ...], first: First) -> tuple[Path, Status]:
    """A copy of the first run, its sources away, after its adapter was loaded."""
    run = first.run.with_name("copied")
    shutil.copytree(first.run, run)
    recipe = folder.recipe_of_run(first.read)
    sources = [Path(f) for f in (*recipe.data.train_files, *recipe.split.files)]
    for file in sources:
        file.rename(f"{file}.away")  # the run holds all that it needs
    jobs.start_compare(this_kernel(), recipe, run, upto="score")
    work.until(lambda: jobs.status(this_kernel()).word == "idle", 120)
    for file in sources:
        Path(f"{file}.away").rename(file)
    return run, jobs.status(this_kernel())


def test_a_saved_adapter_answers_as_it_did_before_the_kernel_died(
    answered: tuple[Path, Status], first: First
) -> None:
    run, now = answered
    assert [*now.cells] == ["setup", "model", "data", "load", "compare", "score"]
    before = next(c for c in work.notebook(first.run).cells if c.id == "compare")
    assert "".join(now.cells["compare"]["pieces"]) == plain_text(before.outputs)
    one, other = work.of(run, "scored")
    assert one.scores == other.scores
    assert folder.read_run(run).status == "finished"
