"""Events are appended whole and read on from an offset, whatever a crash left."""

import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from webui.runs import events


def tags(run: Path, offset: int = 0) -> list[str]:
    return [named(event) for event in events.read(run, offset)[0]]


def named(event: events.Event) -> str:
    return event.named if isinstance(event, events.Other) else event.tag


def other(tag: str, **values: Any) -> events.Other:
    """An event that nobody declared."""
    return events.Other(named=tag, values=values)


def test_a_run_without_events_has_none(tmp_path: Path) -> None:
    assert events.read(tmp_path) == ([], 0)
    assert events.read(tmp_path / "gone", 7) == ([], 7)
    assert events.size(tmp_path) == 0


def test_events_are_read_on_from_an_offset(tmp_path: Path) -> None:
    events.append(tmp_path, events.Started(kind="run"))
    first, offset = events.read(tmp_path)
    assert first == [events.Started(time=first[0].time, kind="run")]
    assert events.read(tmp_path, offset) == ([], offset)
    events.append(tmp_path, events.Step(step=1))
    events.append(tmp_path, events.Step(step=2))
    more, end = events.read(tmp_path, offset)
    assert [e.step for e in events.of_kind(more, events.Step)] == [1, 2]
    assert end == events.size(tmp_path)


def test_half_a_line_is_read_once_it_is_whole(tmp_path: Path) -> None:
    events.append(tmp_path, events.Started())
    line = json.dumps({"event": "步骤", "step": 1}, ensure_ascii=False).encode() + b"\n"
    offset = events.size(tmp_path)
    with (tmp_path / events.FILE).open("ab") as file:
        for cut in range(len(line)):
            assert events.read(tmp_path, offset) == ([], offset)
            file.write(line[cut : cut + 1])
            file.flush()
    assert tags(tmp_path, offset) == ["步骤"]


def test_a_line_that_a_crash_cut_off_costs_only_itself(tmp_path: Path) -> None:
    events.append(tmp_path, events.Started())
    with (tmp_path / events.FILE).open("ab") as file:
        file.write(b'{"event": "step", "lo')
    events.append(tmp_path, events.Failed(error="KernelDied"))
    events.append(tmp_path, events.Finished(status="failed"))
    assert tags(tmp_path) == ["started", "failed", "finished"]


def test_a_line_that_is_no_event_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / events.FILE).write_bytes(b"\xff\xfe\n{}x\n\n5\nnull\n[1]\n")
    events.append(tmp_path, events.Started())
    assert tags(tmp_path) == ["started"]


def test_odd_texts_stay_on_their_line(tmp_path: Path) -> None:
    odd = "a\nb\r\x00\u2028\x85\udcff😀'\"\\"
    events.append(tmp_path, events.Failed(message=odd))
    events.append(tmp_path, events.Finished())
    failed, finished = events.read(tmp_path)[0]
    assert isinstance(failed, events.Failed) and failed.message == odd
    assert isinstance(finished, events.Finished)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec=None)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(values=st.lists(VALUES, max_size=4))
def test_any_values_come_back(values: list[Any], tmp_path: Path) -> None:
    offset = events.size(tmp_path)
    for value in values:
        events.append(tmp_path, other("value", value=value))
    read = events.of_kind(events.read(tmp_path, offset)[0], events.Other)
    assert [e.values["value"] for e in read] == values


def test_two_writers_do_not_mix_their_lines(tmp_path: Path) -> None:
    def write(name: str) -> None:
        for number in range(100):
            filling = "x" * 20_000
            events.append(tmp_path, other(name, number=number, filling=filling))

    writers = [Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for name in "ab":
        read = events.of_kind(events.read(tmp_path)[0], events.Other)
        assert [e.values["number"] for e in read if e.named == name] == [*range(100)]


def test_what_cannot_be_written_leaves_no_half_line(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        events.append(tmp_path, events.Step(step=1, logs={"loss": object()}))
    events.append(tmp_path, events.Step(step=1))
    assert tags(tmp_path) == ["step"]
