"""The last events are read from the end, whatever the file looks like."""

import json
from pathlib import Path

import pytest

from webui.runs import events
from webui.runs.tail import BLOCK, Ending, backwards, ending


def steps(run: Path, count: int) -> None:
    for step in range(count):
        events.append(run, events.Step(step=step, logs={"loss": 1.0, "text": "é" * 40}))


ODD = 'no json\n[1]\n{"event": 3}\n\n{"event": "late"}\n{"event": "no end"}'


@pytest.mark.parametrize("beyond", [-1, 0, 1, 2, len(ODD), BLOCK, 3 * BLOCK])
def test_backwards_is_the_reading_turned_round(tmp_path: Path, beyond: int) -> None:
    """The last events fill a block of the reading and so many bytes beyond."""
    steps(tmp_path, 9)
    empty = len('{"event": "long", "text": ""}\n' + ODD)
    text = "-" * (BLOCK + beyond - empty)
    with (tmp_path / events.FILE).open("a") as file:
        file.write(json.dumps({"event": "long", "text": text}) + "\n" + ODD)
    late, long, *earlier = backwards(tmp_path)
    assert isinstance(late, events.Other) and late.named == "late"
    assert isinstance(long, events.Other) and long.values == {"text": text}
    assert [e.step for e in events.of_kind(earlier, events.Step)] == [
        8,
        7,
        6,
        5,
        4,
        3,
        2,
        1,
        0,
    ]


@pytest.mark.parametrize("content", [b"", b"\n", b"{", b'{"event": "step"}', b"\xff\n"])
def test_a_file_without_a_whole_event_has_none(tmp_path: Path, content: bytes) -> None:
    assert [*backwards(tmp_path)] == []
    (tmp_path / events.FILE).write_bytes(content)
    assert [*backwards(tmp_path)] == []


def test_only_the_end_of_a_long_file_is_read(tmp_path: Path) -> None:
    steps(tmp_path, 3000)
    # A step decides that it runs; what stands before it is not even looked at.
    with (tmp_path / events.FILE).open("r+b") as file:
        file.write(b"\xff" * 100_000)
    assert ending(backwards(tmp_path)) == Ending("running", False)
    first = next(backwards(tmp_path))
    assert isinstance(first, events.Step) and first.step == 2999


STEP, FAILED, RESUMED = events.Step(step=1), events.Failed(), events.Resumed(step=1)
BEGUN, STARTED = events.Begun(), events.Started()


def finished(status: str) -> events.Event:
    return events.Finished(status=status)


@pytest.mark.parametrize(
    ("history", "status"),
    [
        ([], "running"),
        ([STARTED], "running"),
        ([STARTED, BEGUN, STEP], "running"),
        ([STARTED, FAILED], "failed"),
        ([STARTED, STEP, FAILED, finished("failed")], "failed"),
        ([STARTED, STEP, finished("stopped"), RESUMED], "running"),
        ([STARTED, STEP, FAILED, finished("failed"), RESUMED], "running"),
        ([STARTED, finished("failed"), RESUMED, events.CellState()], "running"),
        ([STARTED, finished("failed"), RESUMED, BEGUN, STEP], "running"),
        ([STARTED, finished("stopped"), RESUMED, finished("finished")], "finished"),
        ([STARTED, finished("stopped"), RESUMED, FAILED], "failed"),
        ([STARTED, STEP, finished("finished"), FAILED], "finished"),
        ([STARTED, STEP, finished("finished"), events.Scored()], "finished"),
    ],
)
def test_how_a_run_stands(history: list[events.Event], status: str) -> None:
    assert ending(reversed(history)).status == status
