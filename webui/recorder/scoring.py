"""Inside the kernel: how far a scoring is, told while it goes on.

The cell stays plain: what it asks the model for is counted from outside.
"""

import functools
import time
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from webui.runs.events import Scoring

if TYPE_CHECKING:
    from webui.recorder.recorder import Recorder

APART = 1.0  # seconds between two events, at least
SIDES = 2  # the base and the tuned model


class Count:
    """The rows that one scoring has asked for so far."""

    def __init__(self, recorder: "Recorder") -> None:
        self.recorder, self.done, self.told = recorder, 0, 0.0

    def add(self, rows: int) -> None:
        """So many rows more. Counting must not end what it counts."""
        if self.recorder.cell != "score":
            return
        self.done += rows
        try:
            self.tell()
        except Exception:
            self.recorder.write_log(traceback.format_exc())

    def tell(self) -> None:
        """The event, not more often than one reads."""
        of = SIDES * len(self.recorder.shell.user_ns["scored_rows"])
        if 0 < self.done < of and time.monotonic() - self.told < APART:
            return
        self.told = time.monotonic()
        self.recorder.emit(Scoring(done=self.done, of=of))


def count_rows(recorder: "Recorder") -> None:
    """See every row that the score cell asks for: its answers, or a text's tokens."""
    names, count = recorder.shell.user_ns, Count(recorder)
    stop_counting(recorder)
    model, answer = names.get("model"), names.get("answer")
    if "text" in (getattr(names.get("heldout_data"), "column_names", None) or ()):
        if hasattr(model, "register_forward_hook"):
            hook = model.register_forward_hook(lambda *_: count.add(1))
            recorder.uncount = hook.remove
    elif callable(answer):
        names["answer"] = counting = counted(answer, count)

        def uncount() -> None:
            if names.get("answer") is counting:  # else the cell has made another
                names["answer"] = answer

        recorder.uncount = uncount


def counted(answer: Callable[..., Any], count: Count) -> Callable[..., Any]:
    """The cell's own function, with its prompts counted."""

    @functools.wraps(answer)
    def answer_and_count(prompts: Any, *given: Any, **named: Any) -> Any:
        if not count.done:
            count.add(0)  # so that the time of the first rows is known
        answers = answer(prompts, *given, **named)
        count.add(len(prompts))
        return answers

    return answer_and_count


def stop_counting(recorder: "Recorder") -> None:
    """Take away what counts, however the scoring ended."""
    uncount, recorder.uncount = recorder.uncount, None
    if uncount:
        uncount()
