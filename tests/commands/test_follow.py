"""Following a run from the terminal: its end, its kernel's end, and Ctrl-C."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from webui import cli
from webui.commands import follow
from webui.commands.machine import kernel_line
from webui.kernel import jobs, process
from webui.kernel.kernel import Kernel, this_kernel
from webui.notebook.render import Cell
from webui.recipe import Recipe
from webui.recorder.recorder import STOP
from webui.runs.events import Event
from webui.settings import kernel_folder

pytestmark = pytest.mark.usefixtures("ended_kernel")


@pytest.fixture
def ended_kernel(tunebook_home: Path) -> Iterator[None]:
    """End the kernel after the test, whatever it did."""
    yield
    process.end(this_kernel())


def start(code: str, kernel: Kernel | None = None) -> Path:
    """A run of one small cell on a real kernel."""
    cell = Cell("train", code, str(hash(code)))
    kernel = kernel or this_kernel()
    return jobs.start_in_new_folder(kernel, Recipe(), [cell], "run", ["train"])


def follow_to_its_end(run: Path) -> list[Event]:
    """All events of a run, once it has ended."""
    return list(follow.follow(this_kernel(), run))


def test_following_ends_with_the_run() -> None:
    run = start("print(1)")
    tags = [event.tag for event in follow_to_its_end(run)]
    assert tags[0] == "started" and tags[-1] == "finished"


def test_a_dead_kernel_ends_the_run_with_its_cause() -> None:
    run = start("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    begun = time.monotonic()
    failed, finished = follow_to_its_end(run)[-2:]
    assert time.monotonic() - begun < 10
    assert (failed.error, failed.code) == ("KernelDied", 137)
    assert finished.status == "failed"


def test_a_kernel_ended_by_another_command_ends_the_run(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = start("import time; time.sleep(60)")
    assert "runs train" in kernel_line()
    assert cli.main(["doctor", "--end-kernel"]) == 0
    assert "was ended" in capsys.readouterr().err
    assert jobs.status(this_kernel()).word == "none"
    history = follow_to_its_end(run)
    assert [event.tag for event in history[-2:]] == ["failed", "finished"]
    assert history[-2].cell == "train"
    assert cli.main(["doctor", "--end-kernel"]) == 0
    assert capsys.readouterr().err == "No kernel runs.\n"


def test_interrupt_stops_once_and_leaves_the_second_time() -> None:
    said: list[str] = []
    before = signal.getsignal(signal.SIGINT)
    run = start("import time; time.sleep(60)")
    with follow.stop_on_interrupt(this_kernel(), said.append):
        os.kill(os.getpid(), signal.SIGINT)
        assert said == [follow.STOPPING] and (kernel_folder() / STOP).exists()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
    assert said == [follow.STOPPING]
    assert signal.getsignal(signal.SIGINT) is before
    # A train cell is asked to save first; this one never looks, so hurry it.
    process.send_signal(this_kernel(), signal.SIGINT)
    assert follow_to_its_end(run)[-1].status == "stopped"


def test_a_kernel_that_was_there_stays() -> None:
    with follow.kernel() as kernel:
        follow_to_its_end(start("1", kernel))
        assert jobs.status(this_kernel()).word == "idle"
    assert jobs.status(this_kernel()).word == "none"
    with jobs.lock(this_kernel()):
        process.start_process(this_kernel())
    with follow.kernel() as kernel:
        follow_to_its_end(start("2", kernel))
    assert jobs.status(this_kernel()).word == "idle"
