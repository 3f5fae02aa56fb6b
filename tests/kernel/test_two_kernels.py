"""Two kernels with two homes in one process: what one does leaves the other alone."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import work
from homes import make_home

from webui import settings
from webui.kernel import closing, jobs, keeper, process, queue, stopping
from webui.kernel.kernel import Kernel
from webui.kernel.process import BusyError
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import checkpoints, folder

pytestmark = pytest.mark.usefixtures("tunebook_home")

Two = tuple[Kernel, Kernel]
LOOP = """
import os, time
for n in range(3000):
    if os.path.exists("enough"): break
    time.sleep(0.01)
print(os.environ["TUNEBOOK_HOME"])
"""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    """Two kernels with folders and homes of their own, both of which end here."""
    left, right = (
        Kernel(tmp_path / name / "runtime", make_home(tmp_path / name / "home"))
        for name in ("left", "right")
    )
    yield left, right
    for kernel in (left, right):
        process.end(kernel)


def start(kernel: Kernel, code: str = LOOP) -> Path:
    """Start a run of one small cell."""
    cells = work.cells(model=code)
    return jobs.start_in_new_folder(kernel, Recipe(), cells, "run", ["model"])


def ended(kernel: Kernel, run: Path, seconds: float = 60) -> str:
    """How a run ended, once its kernel is free again."""
    work.until(lambda: jobs.status(kernel).word != "busy", seconds)
    return folder.read_run(run).status


def test_a_stop_of_one_lets_the_other_finish(two: Two) -> None:
    left, right = two
    first, second = start(left), start(right)
    assert (jobs.status(left).run, jobs.status(right).run) == (first, second)
    assert jobs.status(left).pid != jobs.status(right).pid
    assert (first.parent, second.parent) == (left.runs, right.runs)
    assert folder.folders(left.runs) == [first] != folder.folders(right.runs)
    stopping.stop(left, wait=True)
    assert ended(left, first) == "stopped" and jobs.status(right).word == "busy"
    (second / "enough").touch()
    assert ended(right, second) == "finished"
    # The cell saw the home that its kernel works for, and not this process's.
    assert (second / folder.LOG).read_text().strip() == str(right.home)


def test_a_killed_one_leaves_the_other(two: Two) -> None:
    left, right = two
    first, second = start(left), start(right)
    process.send_signal(left, signal.SIGKILL)
    work.until(lambda: jobs.status(left).word == "dead", 5)
    for kernel in two:
        closing.close_dead_run(kernel)
    assert folder.read_run(first).status == "failed"
    assert work.of(first, "failed")[0].code == 128 + signal.SIGKILL
    assert jobs.status(right).word == "busy" and not work.of(second, "failed")
    third = start(left, "1")  # a new one beside the other
    assert ended(left, third) == "finished" and jobs.status(right).run == second
    (second / "enough").touch()
    assert ended(right, second) == "finished"


def test_each_has_a_lock_and_a_queue_of_its_own(two: Two) -> None:
    left, right = two
    with jobs.lock(left):
        with pytest.raises(BusyError, match="another start"):
            start(left, "1")
        assert ended(right, start(right, "1")) == "finished"
    entry = queue.add(left, Recipe())
    assert queue.waiting(left) == [entry] and queue.waiting(right) == []
    stopping.restart(right)
    assert jobs.status(right).word == jobs.status(left).word == "none"


def test_equal_folders_are_one_kernel(two: Two) -> None:
    left, right = two
    again = Kernel(left.folder, left.home)
    assert again == left != right
    run = start(left, "1")
    assert ended(again, run) == "finished"
    assert jobs.status(again).pid == jobs.status(left).pid
    stopping.restart(again)
    assert jobs.status(left).word == "none"


# ---- the starter


STEPS = (
    *("training.duration=steps", "training.batch_size=1", "training.auto_resume=true"),
    "training.save_every=2",
)


def short(steps: int) -> Recipe:
    """A training of the starter on a few rows."""
    shipped = settings.shipped_recipes() / "data" / "extract.train.jsonl"
    rows = shipped.read_text(encoding="utf-8").splitlines(keepends=True)[:20]
    file = settings.home() / "rows.jsonl"
    file.write_text("".join(rows), encoding="utf-8")
    more = (f"data.train_files={file}", f"training.steps={steps}")
    return loads("", name=f"of {steps}", settings=(*STEPS, *more))


def steps_of(run: Path) -> int:
    """How many steps a run has come."""
    return len(work.of(run, "step"))


@pytest.mark.train
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("starter_home")
def test_two_train_side_by_side(two: Two) -> None:
    """One is stopped, and then killed, while the other goes on; the killed one resumes
    where its own keeper looks, and nowhere else."""
    left, right = two
    first = jobs.start_run(left, short(400), upto="train")
    second = jobs.start_run(right, short(40), upto="train")
    work.until(lambda: steps_of(first) and steps_of(second), 240)
    stopping.stop(left, wait=True)
    assert ended(left, first) == "stopped" and folder.saved_adapter(first)
    assert jobs.status(right).word == "busy" and steps_of(second) < 40
    cut_off = jobs.start_run(left, short(6), upto="train")
    work.until(lambda: checkpoints.complete(cut_off), 120)
    process.send_signal(left, signal.SIGKILL)
    work.until(lambda: jobs.status(left).word == "dead", 5)
    assert keeper.look(right)[1] is None
    assert keeper.look(left)[1] == cut_off
    assert ended(left, cut_off, 240) == "finished"
    assert len(work.of(cut_off, "resumed")) == 1
    assert ended(right, second, 240) == "finished"
    assert steps_of(second) == 40 and not work.of(second, "resumed")
