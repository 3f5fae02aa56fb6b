"""Kernels that are told to stop, that die, and that are ended."""

import os
import signal
import time

import pytest
import work

from webui.files import read_json
from webui.kernel import closing, jobs, process, stopping
from webui.kernel.kernel import this_kernel
from webui.recipe import Recipe
from webui.runs import folder
from webui.settings import kernel_folder

pytestmark = pytest.mark.usefixtures("kernel_home")


# ---- stopped

DEAF = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
open("deaf", "w").close()
while True: time.sleep(0.01)
"""


def test_a_stop_interrupts_a_cell_and_skips_the_rest() -> None:
    run = work.start(model="import time\nwhile True: time.sleep(0.01)")
    work.until(lambda: work.of(run, "cell"))
    began = time.monotonic()
    stopping.stop(this_kernel(), wait=True)
    work.ended(run)
    assert time.monotonic() - began < 3
    assert folder.read_run(run).status == "stopped" and not work.of(run, "failed")
    assert folder.read_run(work.run(model="1")).status == "finished"


def test_a_stop_of_one_job_does_not_end_the_next() -> None:
    run = work.start(model="import time\nwhile True: time.sleep(0.01)")
    stopping.stop(this_kernel(), seconds=0.5)
    work.until(lambda: jobs.status(this_kernel()).word != "busy")
    work.run(model="import time\ntime.sleep(0.7)")
    assert (folder.read_run(run).status, jobs.status(this_kernel()).word) == (
        "stopped",
        "idle",
    )


def test_an_interrupt_that_is_lost_is_sent_again() -> None:
    """One that falls into a finalizer, for example, ends nothing."""
    loop = "while True: time.sleep(0.01)"
    run = work.start(
        model=f"import time\ntry:\n  {loop}\nexcept KeyboardInterrupt: lost = 1\n{loop}"
    )
    work.until(lambda: work.of(run, "cell"))
    time.sleep(0.3)  # until it is in its first loop
    stopping.stop(this_kernel(), wait=True, seconds=5)
    assert folder.read_run(work.ended(run)).status == "stopped"
    assert work.value("lost") == 1


def test_a_training_that_sees_the_flag_saves_before_it_stops() -> None:
    flag = kernel_folder() / "stop"
    loop = f"import os, time\nwhile not os.path.exists({str(flag)!r}): time.sleep(0.01)"
    run = work.start(train=f"{loop}\nopen('saved', 'w').close()", compare="a\nb\nc")
    stopping.stop(this_kernel(), wait=True)
    work.ended(run)
    assert folder.read_run(run).status == "stopped" and (run / "saved").exists()
    assert [e.cell for e in work.of(run, "cell")] == ["train"] * 2


def test_a_discarded_run_is_gone_even_if_its_kernel_had_to_be_killed() -> None:
    run = work.start(model=DEAF)
    work.until((run / "deaf").exists)
    stopping.stop(this_kernel(), discard=True, wait=True, seconds=0.5)
    assert not run.exists() and jobs.status(this_kernel()).word == "none"
    assert jobs.status(this_kernel()).run is None


def test_an_interrupt_while_the_last_words_are_written_changes_nothing() -> None:
    slow = (
        "import time\nours = get_ipython().tunebook\n"
        "def wait(ended):\n  open('last', 'w').close(); time.sleep(1); end(ended)\n"
        "end, ours.end = ours.end, wait"
    )
    run = work.start(model=slow)
    work.until((run / "last").exists)
    os.kill(jobs.status(this_kernel()).pid, signal.SIGINT)
    work.ended(run)
    assert (
        folder.read_run(run).status == "finished"
        and jobs.status(this_kernel()).word == "idle"
    )
    stopping.restart(this_kernel())  # this kernel's recorder waits for good


def test_a_cell_that_ignores_the_stop_and_the_interrupt_is_killed() -> None:
    run = work.start(model=DEAF)
    work.until((run / "deaf").exists)
    os.kill(jobs.status(this_kernel()).pid, signal.SIGINT)
    time.sleep(0.2)
    assert jobs.status(this_kernel()).word == "busy"
    stopping.stop(this_kernel(), wait=True, seconds=0.5)
    work.until(lambda: jobs.status(this_kernel()).word == "dead", 2)


# ---- a kernel that dies


def test_a_dead_kernel_is_noticed_and_the_next_job_starts_another() -> None:
    run = work.start(model="import time\ntime.sleep(60)")
    process.send_signal(this_kernel(), signal.SIGKILL)
    work.until(lambda: jobs.status(this_kernel()).word == "dead", 2)
    assert folder.read_run(run).status == "running"
    fresh = work.run(model="x = 1")
    assert folder.read_run(run).status == "failed"
    assert (
        folder.read_run(fresh).status == "finished"
        and jobs.status(this_kernel()).word == "idle"
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_how_a_kernel_died_is_the_last_event(number: int) -> None:
    run = work.start(model="import time\ntime.sleep(60)")
    process.send_signal(this_kernel(), number)
    work.until(lambda: jobs.status(this_kernel()).word == "dead", 2)
    closing.close_dead_run(this_kernel())
    (failed,) = work.of(run, "failed")
    assert (failed.cell, failed.code) == ("model", 128 + number)
    assert work.tags(run)[-2:] == ["failed", "finished"]
    closing.close_dead_run(this_kernel())
    assert len(work.of(run, "failed")) == 1


def test_a_run_left_by_a_kernel_that_is_long_gone_is_closed() -> None:
    left = folder.create(this_kernel().runs, Recipe(), work.cells(model="1"), "run")
    process.end(this_kernel())
    assert jobs.status(this_kernel()).word == "none"
    closing.close_dead_run(this_kernel())
    assert folder.read_run(left).status == "failed"
    assert work.of(left, "failed")[0].code is None


def test_a_restart_frees_everything() -> None:
    work.run(model="1")
    pid = jobs.status(this_kernel()).pid
    stopping.restart(this_kernel())
    assert jobs.status(this_kernel()).word == "none" and not process.is_kernel(
        this_kernel(), pid or 0
    )
    assert read_json(kernel_folder() / "state.json") is None
