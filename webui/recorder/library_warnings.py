"""Hear what the libraries warn of while a run's cells run, and record each once.

Python's warnings, the libraries' logs from the level of a warning on, and the notices
that Unsloth prints. All is still printed as before. Only what is written is read: no
setting changes and no random number is drawn.
"""

import logging
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webui.runs.events import Warned, of_kind, read
from webui.runs.known_warnings import UNKNOWN

if TYPE_CHECKING:
    from webui.recorder.recorder import Recorder

# Different warnings that one run keeps, and characters of each.
MOST, LENGTH = 40, 600
LIBRARIES = (
    "accelerate",
    "bitsandbytes",
    "datasets",
    "huggingface_hub",
    "optuna",
    "peft",
    "safetensors",
    "tokenizers",
    "torch",
    "transformers",
    "trl",
    "unsloth",
    "unsloth_zoo",
)
# "Unsloth: ...", "Unsloth (CPU): ...", "Unsloth 2026.1: ..."
NOTICE = re.compile(r"^\W*(?:WARNING: )?Unsloth(?: [^\s:]+)?: .+", re.MULTILINE)


class Listener:
    """Records what the libraries warn of as events of the recorder's run."""

    def __init__(self, recorder: "Recorder") -> None:
        self.recorder = recorder
        self.run: Path | None = None
        self.known: set[str] = set()
        self.noting = False
        self.line = ""
        self.hear_warnings()
        self.hear_logs()

    def begin(self) -> None:
        """Listen for a job: what its run has recorded before is not recorded again."""
        self.run, self.line = self.recorder.run_folder, ""
        self.known = recorded(self.run)
        # What is warned of once in a process is warned of once in each run.
        with warnings.catch_warnings():
            pass  # leaving it makes Python forget what it has shown
        forget_once()

    def hear_warnings(self) -> None:
        """See each warning of Python's that is shown."""
        show = warnings.showwarning

        def show_and_note(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            *more: Any,
            **named: Any,
        ) -> None:
            text = str(message)
            if issubclass(category, FutureWarning | DeprecationWarning):
                text = f"{category.__name__}: {text}"
            self.note(library_of(filename), text)
            show(message, category, filename, *more, **named)

        warnings.showwarning = show_and_note

    def hear_logs(self) -> None:
        """See each record that a library's logger hands on.

        A handler of our own would silence Python's last resort, which prints.
        """
        hand_on = logging.Logger.callHandlers

        def note_and_hand_on(logger: logging.Logger, record: logging.LogRecord) -> None:
            library = record.name.partition(".")[0]
            if record.levelno >= logging.WARNING and library in LIBRARIES:
                self.note(library, message_of(record))
            hand_on(logger, record)

        logging.Logger.callHandlers = note_and_hand_on  # type: ignore

    def hear_loading(self) -> None:
        """See which weights of an adapter's files fit nothing: PEFT says nothing."""
        from peft import PeftModel

        load = PeftModel.load_adapter
        if hasattr(load, "tells"):
            return

        def load_and_tell(model: Any, *args: Any, **named: Any) -> Any:
            result = load(model, *args, **named)
            if unknown := list(getattr(result, "unexpected_keys", None) or ()):
                first = ", ".join(unknown[:5])
                self.note("peft", f"{UNKNOWN}: {len(unknown)}, as {first}")
            return result

        load_and_tell.tells = True  # type: ignore[attr-defined]
        PeftModel.load_adapter = load_and_tell

    def hear_printed(self, text: str) -> None:
        """Note Unsloth's notices in what a cell prints; a line may come in pieces."""
        if self.recorder.kind.answers:
            return  # what a model says is no notice, even if it begins like one
        whole, _, self.line = (self.line + text).rpartition("\n")
        self.line = self.line[-LENGTH:]
        for notice in NOTICE.findall(whole):
            self.note("unsloth", notice)

    def note(self, library: str, text: str) -> None:
        """Record a warning unless it was, or too many were; this never fails."""
        if self.noting or self.recorder.captured is None:
            return
        self.noting = True  # what recording itself would warn of
        try:
            told = " ".join(text.split())[:LENGTH]
            mark = mark_of(told)
            if told and mark not in self.known and len(self.known) < MOST:
                self.known.add(mark)
                cell = self.recorder.cell
                self.recorder.emit(Warned(cell=cell, library=library, message=told))
        except Exception as error:
            self.recorder.write_log(f"a warning was not recorded: {error!r}\n")
        finally:
            self.noting = False


def mark_of(text: str) -> str:
    """What makes a warning the same as another: its words, whatever its numbers."""
    return re.sub(r"\W+|\d+", " ", text)[:200]


def recorded(run: Path | None) -> set[str]:
    """The marks of what a run has recorded before."""
    history = read(run)[0] if run else []
    return {mark_of(event.message) for event in of_kind(history, Warned)}


def message_of(record: logging.LogRecord) -> str:
    """What a record says; its bare text where its values do not fit."""
    try:
        return record.getMessage()
    except Exception:
        return str(record.msg)


def library_of(filename: str) -> str:
    """The library that a file belongs to; empty for a cell."""
    parts = Path(filename).parts
    if "site-packages" not in parts:
        return ""
    return Path(parts[parts.index("site-packages") + 1]).stem


def forget_once() -> None:
    """Let Transformers say again what it says once in a process."""
    once = getattr(logging.Logger, "warning_once", None)
    if clear := getattr(once, "cache_clear", None):
        clear()
