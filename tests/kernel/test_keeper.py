"""A run that was cut off goes on by itself; then comes what waits."""

import os
import signal
from pathlib import Path

import pytest
import work
from cut_off import resume_and_die, save

from webui import settings
from webui.kernel import closing, jobs, keeper, process, queue
from webui.kernel.kernel import this_kernel
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.recorder.recorder import STOP
from webui.runs import events, folder
from webui.settings import kernel_folder

RESUME = "training.auto_resume=true"


def make_recipe(*more: str) -> Recipe:
    """A recipe that only has a name."""
    return loads("", name="cut-off", settings=more)


def ended_early(*more: str, steps: int = 0, code: int | None = None) -> Path:
    """A run whose kernel died, with a whole checkpoint if it came that far."""
    run = folder.create(this_kernel().runs, make_recipe(*more), [], "run")
    if steps:
        save(run, steps)
    closing.close(run, "train", code)
    return run


def gave_up(run: Path) -> int | None:
    """What the page is told of a run that resumed in vain."""
    return keeper.gave_up(events.read(run)[0])


# ---- decided by what lies in its folder


@pytest.mark.usefixtures("tunebook_home")
def test_one_that_was_cut_off_and_asks_for_it() -> None:
    assert keeper.wants_to_go_on(ended_early(RESUME, steps=2, code=137))
    assert keeper.wants_to_go_on(ended_early(RESUME, steps=2))  # a restarted machine
    assert not keeper.wants_to_go_on(ended_early(steps=2))
    assert not keeper.wants_to_go_on(ended_early(RESUME))


@pytest.mark.usefixtures("tunebook_home")
def test_not_one_that_a_person_ended_or_that_failed_by_itself() -> None:
    assert not keeper.wants_to_go_on(ended_early(RESUME, steps=2, code=-15))
    run = ended_early(RESUME, steps=2)
    events.append(run, events.Failed(cell="train", error="ValueError", message="x"))
    events.append(run, events.Finished(status="failed"))
    assert not keeper.wants_to_go_on(run)
    run = ended_early(RESUME, steps=2)
    events.append(run, events.Resumed(step=2, checkpoint="checkpoint-2"))
    assert not keeper.wants_to_go_on(run)  # it goes on already
    events.append(run, events.Finished(status="stopped"))
    assert not keeper.wants_to_go_on(run)


@pytest.mark.usefixtures("tunebook_home")
def test_at_most_three_times_from_the_same_step() -> None:
    run = ended_early(RESUME, steps=2)
    for _ in range(3):
        assert keeper.wants_to_go_on(run) and gave_up(run) is None
        resume_and_die(run, 2)
    assert not keeper.wants_to_go_on(run) and gave_up(run) == 2
    save(run, 4)  # it came forward
    assert keeper.wants_to_go_on(run) and gave_up(run) is None
    for _ in range(3):
        resume_and_die(run, 4)
    assert not keeper.wants_to_go_on(run)
    resume_and_die(run, 4, automatic=False)  # a person tried again
    assert keeper.wants_to_go_on(run)


@pytest.mark.usefixtures("tunebook_home")
def test_only_the_run_that_was_written_to_last() -> None:
    old, new = ended_early(RESUME, steps=2), ended_early()
    os.utime(old / events.FILE, ns=(0, 10))
    assert keeper.latest(this_kernel()) == new
    os.utime(new / events.FILE, ns=(0, 9))
    assert keeper.latest(this_kernel()) == old


@pytest.mark.usefixtures("tunebook_home")
def test_the_thread_survives_an_error(caplog: pytest.LogCaptureFixture) -> None:
    # Without rows it cannot start, which the next look notes.
    queue.add(this_kernel(), make_recipe())
    kernel_folder().parent.mkdir(parents=True)
    kernel_folder().write_text("no folder can be made here")
    ended = keeper.start_keeper(this_kernel())
    try:
        work.until(lambda: caplog.messages.count("the keeper") > 1)
        kernel_folder().unlink()
        # While it is tried, the entry is taken out for a moment.
        work.until(lambda: any(entry.reason for entry in queue.waiting(this_kernel())))
    finally:
        ended.set()


def test_what_a_person_stopped_stays_stopped(kernel_home: Path) -> None:
    """It did not stop when asked, so it was killed: no accident."""
    cells = work.cells(train="import time; time.sleep(600)")
    run = jobs.start_in_new_folder(
        this_kernel(), make_recipe(RESUME), cells, "run", ["train"]
    )
    save(run, 2)
    (kernel_folder() / STOP).touch()
    pid = jobs.status(this_kernel()).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    work.until(lambda: jobs.status(this_kernel()).word == "dead")
    settled, begun = keeper.look(this_kernel())
    assert begun is None and keeper.look(this_kernel(), settled) == (settled, None)
    assert folder.read_run(run).status == "failed" and work.of(run, "resumed") == []
    assert keeper.wants_to_go_on(run)  # but for its being stopped
    folder.remove_run(run)
    process.end(this_kernel())


def test_nobody_waits_for_a_run_that_cannot_go_on(
    kernel_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = ended_early(RESUME, steps=2)  # whose plan has lost its cells
    _, begun = keeper.look(this_kernel())  # the kernel was started for it
    assert begun is None and f"{run.name} does not resume" in caplog.messages
    settled, _ = keeper.look(this_kernel())
    assert keeper.look(this_kernel(), settled) == (settled, None)
    process.end(this_kernel())


# ---- a training, really killed


STEPS = (
    *("training.duration=steps", "training.steps=30", "training.batch_size=1"),
    *("training.save_every=2", RESUME),
)


def short_recipe(name: str, *more: str) -> Recipe:
    """A few steps, and a checkpoint after each two of them."""
    shipped = settings.shipped_recipes() / "data" / "extract.train.jsonl"
    rows = shipped.read_text(encoding="utf-8").splitlines(keepends=True)[:20]
    file = settings.home() / "rows.jsonl"
    file.write_text("".join(rows), encoding="utf-8")
    return loads("", name=name, settings=(f"data.train_files={file}", *STEPS, *more))


def die_after(run: Path, step: int) -> None:
    """kill -9 the kernel once the run has a checkpoint after this step."""
    saved = f"checkpoint-{step}"
    work.until(
        lambda: saved in [event.checkpoint for event in work.of(run, "saved")], 120
    )
    pid = jobs.status(this_kernel()).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    work.until(lambda: jobs.status(this_kernel()).word == "dead")


@pytest.mark.train
@pytest.mark.timeout(600)
def test_a_killed_kernel_goes_on_before_the_queue_does(kernel_home: Path) -> None:
    if not (settings.starter_folder() / "config.json").is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    run = jobs.start_run(this_kernel(), short_recipe("cut"), upto="train")
    queue.add(this_kernel(), short_recipe("next", "training.steps=1"), "run", "train")
    assert keeper.look(this_kernel()) == (None, None)  # busy
    die_after(run, 2)

    settled, begun = keeper.look(this_kernel())
    assert begun == run and settled is None
    (resumed,) = work.of(run, "resumed")
    assert resumed.automatic is True and resumed.step >= 2
    assert folder.read_run(run).status == "running"
    assert len(queue.waiting(this_kernel())) == 1
    # It had told its end before: not that, but the kernel says when it is over.
    work.until(lambda: jobs.status(this_kernel()).word != "busy", 150)
    assert folder.read_run(run).status == "finished"
    steps = [e.step for e in events.current(events.read(run)[0]) if e.tag == "step"]
    assert sorted({*steps}) == [*range(1, 31)]

    _, follower = keeper.look(this_kernel())
    assert follower and folder.recipe_of_run(folder.read_run(follower)).name == "next"
    work.ended(follower, 120)
    assert queue.waiting(this_kernel()) == []
    settled, begun = keeper.look(this_kernel())
    assert begun is None and keeper.look(this_kernel(), settled) == (settled, None)
    process.end(this_kernel())
