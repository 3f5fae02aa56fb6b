"""What the kernel does before or after a cell whose declaration asks for it."""

import traceback
from typing import TYPE_CHECKING

from webui.recorder import hooks, memory, scoring, stops
from webui.runs.events import Scored, Stops
from webui.runs.scores import BASE, TUNED, Score

if TYPE_CHECKING:
    from webui.recorder.recorder import Recorder


def listen_to_libraries(recorder: "Recorder") -> None:
    """They are imported now: see what trains, and what an adapter's files lack."""
    hooks.install_callback(recorder)
    recorder.warned.hear_loading()


def free_old_model(recorder: "Recorder") -> None:
    """Let go of the model before another is loaded: two may not fit."""
    names = recorder.shell.user_ns
    if [names.pop(name) for name in ("trainer", "model") if name in names]:
        memory.release()


def hear_trials(recorder: "Recorder") -> None:
    """See each trial of a sweep."""
    hooks.install_sweep(recorder)


def ask_once(recorder: "Recorder") -> None:
    """The event that says whether the tuned model stops by itself."""
    names = recorder.shell.user_ns
    if "trainer" not in names or "checkpointing" not in recorder.watch:
        return
    try:
        if told := stops.asked_once(recorder.watch, names):
            recorder.emit(Stops(**told))
    except Exception:  # it must not end what was trained well
        recorder.write_log(traceback.format_exc())


def tell_scores(recorder: "Recorder") -> None:
    """The event with the held-out scores, as the score cell left them."""
    scoring.stop_counting(recorder)
    names = recorder.shell.user_ns
    rows = names["scored_rows"]
    metric = "tokens_guessed" if "text" in rows.column_names else "exact_match"
    scores = [
        Score(who, metric, names[f"{who}_score"], rows=len(rows))
        for who in (BASE, TUNED)
    ]
    recorder.emit(Scored(scores=scores))
