"""Rows are counted from outside the score cell, which stays plain code."""

from types import SimpleNamespace
from typing import Any

from webui.recorder.scoring import count_rows, stop_counting


def recorder_with(names: dict[str, Any]) -> Any:
    """What the counting knows of a recorder."""
    told: list[Any] = []
    return SimpleNamespace(
        shell=SimpleNamespace(user_ns=names),
        cell="score",
        uncount=None,
        emit=told.append,
        told=told,
        write_log=lambda text: told.append(text),
    )


def answer(prompts: list[str], streamer: Any = None) -> list[str]:
    """Stands in for the compare cell's function."""
    return [prompt.upper() for prompt in prompts]


def test_answers_are_counted_and_unchanged() -> None:
    recorder = recorder_with({"answer": answer, "scored_rows": range(3)})
    count_rows(recorder)
    for _ in ("base", "tuned"):
        assert recorder.shell.user_ns["answer"](["a", "b", "c"]) == ["A", "B", "C"]
    events = [(event.done, event.of) for event in recorder.told]
    assert events[0] == (0, 6) and events[-1] == (6, 6)
    stop_counting(recorder)
    assert recorder.shell.user_ns["answer"] is answer


def test_another_cell_s_questions_do_not_count() -> None:
    recorder = recorder_with({"answer": answer, "scored_rows": range(3)})
    count_rows(recorder)
    recorder.cell = "compare"
    recorder.shell.user_ns["answer"](["a"])
    assert recorder.told == []


def test_a_new_function_stays_when_an_old_scoring_is_forgotten() -> None:
    """A stopped scoring leaves its counter; the compare cell then makes a function."""
    recorder = recorder_with({"answer": answer, "scored_rows": range(3)})
    count_rows(recorder)

    def newer(prompts: list[str]) -> list[str]:
        return prompts

    recorder.shell.user_ns["answer"] = newer
    count_rows(recorder)
    stop_counting(recorder)
    assert recorder.shell.user_ns["answer"] is newer


def test_what_cannot_be_counted_ends_nothing() -> None:
    recorder = recorder_with({"answer": answer})  # no scored_rows
    count_rows(recorder)
    assert recorder.shell.user_ns["answer"](["a"]) == ["A"]
    count_rows(recorder_with({}))
