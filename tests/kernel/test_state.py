"""What the recorder wrote is read once, and never old."""

import os
import time
from pathlib import Path

from webui.files import write_json
from webui.kernel import process
from webui.kernel.kernel import this_kernel
from webui.recorder.recorder import STATE
from webui.settings import kernel_folder


def written(pid: int, at: float) -> Path:
    """A state file as of a time."""
    kernel_folder().mkdir(parents=True, exist_ok=True)
    file = kernel_folder() / STATE
    write_json(file, {"pid": pid})
    os.utime(file, (at, at))
    return file


def test_a_state_that_has_settled_is_parsed_once(tunebook_home: Path) -> None:
    assert process.read_state(this_kernel()) == {}
    written(1, time.time() - 60)
    first = process.read_state(this_kernel())
    assert first == {"pid": 1} and process.read_state(this_kernel()) is first
    written(2, time.time() - 30)
    assert process.read_state(this_kernel()) == {"pid": 2}


def test_two_states_within_a_tick_of_the_clock_are_told_apart(
    tunebook_home: Path,
) -> None:
    now = time.time()
    for pid in (1, 2, 3):
        written(pid, now)
        assert process.read_state(this_kernel()) == {"pid": pid}


def test_a_state_that_is_no_json_is_none(tunebook_home: Path) -> None:
    for seconds in (60, 0):
        written(1, time.time()).write_text("{")
        os.utime(kernel_folder() / STATE, (time.time() - seconds,) * 2)
        assert process.read_state(this_kernel()) == {}
