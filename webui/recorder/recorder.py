"""Inside the kernel: run the cells of a job and write down everything that lasts.

Loaded by the kernel as an IPython extension. The server sends one silent request
for a whole job, so a server that dies changes nothing: cells, outputs, events and
keys are recorded here, and the server only reads.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from webui.files import read_json, write_json
from webui.notebook.compare_cell import pieces
from webui.notebook.ipynb import write_notebook
from webui.recorder import hooks, library_warnings, memory, outputs, stops
from webui.recorder.notify import notify
from webui.runs import events
from webui.runs import folder as runs
from webui.runs.events import CellState, Event, Failed, Finished, Resumed, Scored, Stops
from webui.runs.folder import LOG, NOTEBOOK, PLAN, SUMMARY
from webui.runs.scores import BASE, TUNED, Score
from webui.runs.summary import write_summary
from webui.settings import kernel_folder

STATE, STOP = "state.json", "stop"
MOST_CAUSES = 5
DISCARD = "discard"  # in the stop file: the run is not wanted

# Sent before each cell and each piece of the compare cell, so that a listener
# knows who speaks.
PANE_MIME = "application/x-tunebook-pane"
PANES = ("compare", "base", "tuned")

# The cells that speak of one adapter, attached and trained.
TRIES = ("adapter", "load", "train", "compare", "score")

# What a cell wipes out by running: a new adapter replaces the one that was trained.
REPLACED_BY = {
    "setup": ("model", "data", *TRIES),
    "model": ("data", *TRIES),
    "adapter": TRIES,
    "load": TRIES,
}


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython when the kernel starts."""
    shell.tunebook = Recorder(shell)


class Recorder:
    """Runs jobs in this kernel. Its state file is what the server knows of it."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.folder = kernel_folder()
        self.run_folder: Path | None = None
        self.job: dict[str, Any] = {}
        self.cell = ""
        self.trial: int | None = None
        self.optuna_trial: Any = None
        self.captured: list[outputs.Output] | None = None
        self.state: dict[str, Any] = {"pid": os.getpid(), "run": None, "cells": {}}
        self.warned = library_warnings.Listener(self)
        self.listen()
        self.set_busy(None)

    def listen(self) -> None:
        """See every message that the kernel publishes, on its way out."""
        session = self.shell.kernel.session
        send = session.send

        def send_and_record(
            stream: Any, message: Any, *args: Any, **kwargs: Any
        ) -> Any:
            if self.captured is not None:
                self.capture(message, args[0] if args else kwargs.get("content"))
            return send(stream, message, *args, **kwargs)

        session.send = send_and_record

    def capture(self, message: Any, content: Any) -> None:
        """Fold one published message into the outputs of the cell that runs now."""
        kind, content = (
            (message, content)
            if isinstance(message, str)
            else (message["header"]["msg_type"], message["content"])
        )
        if not content or PANE_MIME in content.get("data", {}):
            return
        fresh: list[outputs.Output] = []
        for folded in (self.captured, fresh):
            if folded is not None:
                outputs.fold(folded, kind, content)
        self.write_log(outputs.plain_text(fresh))
        if kind == "stream" and content["name"] == "stdout":
            self.warned.hear_printed(content["text"])

    def write_log(self, text: str) -> None:
        """Append to the run's log; a full disk must not end a training."""
        try:
            with ((self.run_folder or self.folder) / LOG).open("ab") as log:
                log.write(text.encode("utf-8", "backslashreplace"))
        except OSError:
            pass

    # ---- jobs

    def run(self, job_file: str) -> None:
        """Run the cells of a job in order, up to the first that fails or is stopped."""
        self.job = read_json(Path(job_file))
        self.begin()
        status = "finished"
        try:
            for cell in self.job["cells"]:
                if cell["name"] in self.job["to_run"]:
                    status = self.run_cell(cell)
                    if status != "finished":
                        break
        except KeyboardInterrupt:
            status = "stopped"  # between two cells
        except BaseException:
            # Ours to answer for, so it goes to the log and not into the notebook.
            self.write_log(traceback.format_exc())
            status = "failed"
        finally:
            # A stop interrupts until the kernel is free, which it becomes by this.
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)
            self.end(status)
            signal.signal(signal.SIGINT, before or signal.default_int_handler)

    def begin(self) -> None:
        """Enter the run's folder: what the cells save by relative names lands there."""
        (self.folder / STOP).unlink(missing_ok=True)
        self.run_folder = Path(self.job["run"]) if self.job["run"] else None
        os.chdir(self.run_folder or self.folder)
        self.warned.begin()
        if self.job["new"]:
            self.state["run"] = self.job["run"]
            # If it ends before its try, an earlier run's try is not shown as its own.
            self.forget(*self.job["to_run"])
        self.trial = self.optuna_trial = None
        memory.reset_peak()
        if (resumed := self.job.get("resumed")) and self.run_folder:
            # It told how the run had ended, which it no longer has.
            (self.run_folder / SUMMARY).unlink(missing_ok=True)
            self.emit(Resumed(**resumed))

    def end(self, status: str) -> None:
        """Write what a run leaves, then its last event, then be free again."""
        # A kept traceback would pin the tensors of the failed cell.
        sys.last_traceback = sys.last_value = None
        if self.job["new"] and self.discard_asked:
            self.discard()
        if self.job["kind"] == "sweep":
            # The last trial's adapter is attached now.
            self.forget(*TRIES)
        try:
            self.write_notebook()
            if self.run_folder:
                ended = status if self.job["new"] else None
                write_summary(self.run_folder, ended, peak_memory=memory.peak())
        except Exception:
            self.write_log(traceback.format_exc())
        finally:
            if self.job["new"]:
                self.emit(Finished(status=status))
                if self.run_folder:
                    notify(self.run_folder)
            self.set_busy(None)

    def discard(self) -> None:
        """Delete the run: its user does not want what it learned."""
        os.chdir(self.folder)
        unwanted, self.run_folder, self.state["run"] = self.run_folder, None, None
        if unwanted:
            runs.remove(unwanted)
        self.forget(*TRIES)

    def run_cell(self, cell: dict[str, Any]) -> str:
        """Run one cell; finished, failed or stopped."""
        name = self.cell = cell["name"]
        self.forget(name, *REPLACED_BY.get(name, ()))
        record = {**cell, "status": "running", "started": time.time(), "outputs": []}
        self.state["cells"][name] = record
        self.set_busy(name)
        self.emit(CellState(cell=name, status="running"))
        if name == "model":
            self.free_old_model()
        if name == "sweep":
            hooks.install_sweep(self)
        status, record["pieces"] = "finished", []
        panes = PANES if name == "compare" else (name,)
        # What is kept and shown is the whole training; what runs may go on with it.
        code = self.job.get("going_on", {}).get(name, cell["code"])
        codes = pieces(code) if name == "compare" else [code]
        for pane, code in zip(panes, codes, strict=True):
            status = self.run_piece(pane, code, record)
            if status != "finished":
                break
        if self.stop_asked and status == "finished":
            status = "stopped"
        record |= {"status": status, "ended": time.time()}
        if name == "setup" and status == "finished":
            hooks.install_callback(self)
            self.warned.hear_loading()
        if name == "train" and status == "finished":
            self.ask_once()
        if name in ("adapter", "load"):
            self.state["run"] = self.job["run"]
        if name == "score" and status == "finished":
            self.emit_scores()
        self.emit(CellState(cell=name, status=status))
        self.write_state()
        self.write_notebook()
        return status

    def run_piece(self, pane: str, code: str, record: dict[str, Any]) -> str:
        """Run a piece of a cell with everything it shows recorded."""
        self.shell.display_pub.publish({PANE_MIME: {"pane": pane}})
        self.captured = []
        try:
            result = self.shell.run_cell(code, store_history=True)
        finally:
            # Printed text travels through another thread; wait for it.
            sys.stdout.flush()
            sys.stderr.flush()
            shown, self.captured = self.captured, None
        record["outputs"] += shown
        record["execution_count"] = self.shell.execution_count - 1
        record["pieces"].append(outputs.plain_text(shown, streams=["stdout"]))
        error = result.error_before_exec or result.error_in_exec
        if isinstance(error, KeyboardInterrupt):
            return "stopped"
        if error is not None:
            self.emit_failure(error)
            return "failed"
        return "finished"

    def free_old_model(self) -> None:
        """Let go of the model before another is loaded: two may not fit."""
        names = self.shell.user_ns
        if [names.pop(name) for name in ("trainer", "model") if name in names]:
            memory.release()

    def emit_failure(self, error: BaseException) -> None:
        """The event that says which cell failed and with what."""
        message = str(error)[:2000]
        kind = type(error).__name__
        failure: dict[str, Any] = {"cell": self.cell, "error": kind, "message": message}
        if causes := [*islice(causes_of(error), MOST_CAUSES)]:
            failure["causes"] = causes
        self.state["cells"][self.cell]["failure"] = failure
        self.emit(Failed(**failure))

    def emit_scores(self) -> None:
        """The event with the held-out scores, as the score cell left them."""
        names = self.shell.user_ns
        rows = names["scored_rows"]
        metric = "tokens_guessed" if "text" in rows.column_names else "exact_match"
        scores = [
            Score(who, metric, names[f"{who}_score"], rows=len(rows))
            for who in (BASE, TUNED)
        ]
        self.emit(Scored(scores=scores))

    def ask_once(self) -> None:
        """The event that says whether the tuned model stops by itself."""
        if "trainer" not in self.shell.user_ns or "checkpointing" not in self.watch:
            return
        try:
            if told := stops.asked_once(self.watch, self.shell.user_ns):
                self.emit(Stops(**told))
        except Exception:  # it must not end what was trained well
            self.write_log(traceback.format_exc())

    # ---- what lasts

    def emit(self, event: Event) -> None:
        """Append an event to the current run; observing must not end a training."""
        if self.run_folder is None:
            return
        try:
            events.append(self.run_folder, event)
        except (OSError, TypeError, ValueError):
            self.write_log(traceback.format_exc())

    def set_busy(self, cell: str | None) -> None:
        """Note in the state file what runs now; None when the job is over."""
        job = {"cell": cell, "kind": self.job.get("kind"), "since": time.time()}
        self.state["busy"] = job if cell else None
        self.write_state()

    def forget(self, *names: str) -> None:
        """Drop the records of cells whose effect is gone."""
        for name in names:
            self.state["cells"].pop(name, None)

    def write_state(self) -> None:
        try:
            write_json(self.folder / STATE, self.state)
        except OSError:
            self.write_log(traceback.format_exc())

    def write_notebook(self) -> None:
        """The run's notebook: all of its cells, with the outputs of their last run.

        A comparison that loaded a saved adapter leaves the notebook of its training.
        """
        loaded = any(cell["name"] == "load" for cell in self.job["cells"])
        if self.run_folder and not loaded:
            plan = (read_json(self.run_folder / PLAN) or self.job)["cells"]
            ran = [self.state["cells"].get(cell["name"], cell) for cell in plan]
            write_notebook(
                self.run_folder / NOTEBOOK,
                ran,
                title=self.run_folder.name,
                resumed=resumed_at(self.run_folder),
                parent=runs.parent_of(self.run_folder),
            )

    @property
    def watch(self) -> dict[str, Any]:
        """What of a training is to be shown beyond its figures."""
        return self.job.get("watch") or {}

    @property
    def planned(self) -> list[dict[str, Any]]:
        """What a loaded model must have before it learns; empty if nobody knows."""
        return self.job.get("planned") or []

    @property
    def tried(self) -> dict[str, Any]:
        """The values that a sweep chose for the trial of now."""
        return self.optuna_trial.params if self.optuna_trial else {}

    @property
    def stop_asked(self) -> bool:
        return (self.folder / STOP).exists()

    @property
    def discard_asked(self) -> bool:
        try:
            return (self.folder / STOP).read_text() == DISCARD
        except OSError:
            return False


def resumed_at(run: Path) -> list[str]:
    """Where a run went on when it was resumed: after which step, with what changed."""
    history, _ = events.read(run)
    told = (event for event in events.of_kind(history, Resumed) if event.step)
    return [", ".join([f"step {event.step}", *changed(event)]) for event in told]


def changed(event: Resumed) -> list[str]:
    """The settings that a resume changed."""
    return [f"{path}={value}" for path, value in sorted(event.values.items())]


def causes_of(error: BaseException) -> Iterator[str]:
    """The errors behind an error, where it does not say itself what went wrong."""
    while (behind := error.__cause__ or error.__context__) is not None:
        yield f"{type(behind).__name__}: {str(behind)[:500]}"
        error = behind
