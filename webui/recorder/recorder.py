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
from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from ipykernel import get_connection_file

from webui.files import read_json, write_json
from webui.notebook.cells import TRIES, CellKind, kind_of, undone_by
from webui.recorder import by_hand, library_warnings, memory, outputs
from webui.recorder.failure import failure_of
from webui.recorder.kept import give_recipe, write_notebook
from webui.recorder.notify import notify
from webui.runs import events
from webui.runs import folder as runs
from webui.runs.events import CellState, Event, Failed, Finished, Resumed
from webui.runs.folder import LOG, SUMMARY
from webui.runs.summary import write_summary

STATE, STOP = "state.json", "stop"
DISCARD = "discard"  # in the stop file: the run is not wanted

# Sent before each piece of a cell, so that a listener knows who speaks.
PANE_MIME = "application/x-tunebook-pane"


def load_ipython_extension(shell: Any) -> None:
    """Called by IPython when the kernel starts."""
    shell.tunebook = Recorder(shell)


class Recorder:
    """Runs jobs in this kernel. Its state file is what the server knows of it."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        # Whoever started this kernel put its connection file into its folder.
        self.folder = Path(get_connection_file()).parent
        self.run_folder: Path | None = None
        self.job: dict[str, Any] = {}
        self.cell = ""
        self.optuna_trial: Any = None
        self.uncount: Callable[[], None] | None = None
        self.trainings = 0  # of this cell, those that came to their end
        self.captured: list[outputs.Output] | None = None
        self.state: dict[str, Any] = {"pid": os.getpid(), "run": None, "cells": {}}
        self.warned = library_warnings.Listener(self)
        outputs.listen(shell.kernel.session, self.capture)
        self.set_busy(None)

    def capture(self, kind: str, content: Any) -> None:
        """Fold one published message into the outputs of the cell that runs now."""
        captured = self.captured  # may be gone in a moment: another thread speaks too
        if captured is None or not content or PANE_MIME in content.get("data", {}):
            return
        fresh: list[outputs.Output] = []
        for folded in (captured, fresh):
            outputs.fold_message(folded, kind, content)
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
            self.forget(*self.job["to_run"], *TRIES)
        self.optuna_trial = None
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
        try:
            self.write_notebook()
            if self.run_folder:
                ended = status if self.job["new"] else None
                write_summary(self.run_folder, ended, peak_memory=memory.peak())
                give_recipe(self.run_folder)
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
            runs.remove_run(unwanted)
        self.forget(*TRIES)

    def run_cell(self, cell: dict[str, Any]) -> str:
        """Run one cell; finished, failed or stopped."""
        name = self.cell = cell["name"]
        kind = self.kind
        self.forget(name, *undone_by(name))
        record = {**cell, "status": "running", "started": time.time(), "outputs": []}
        self.state["cells"][name] = record
        self.set_busy(name)
        self.emit(CellState(cell=name, status="running"))
        self.call(kind.at_begin)
        self.trainings = 0
        by_hand.forget_names(self, cell)
        status, record["pieces"] = "finished", []
        # What is kept and shown is the whole training; what runs may go on with it.
        code = self.job.get("going_on", {}).get(name, cell["code"])
        for pane, piece in kind.in_pieces(code).items():
            status = self.run_piece(pane, piece, record)
            if status != "finished":
                break
        if self.stop_asked and status == "finished":
            status = "stopped"
        record |= {"status": status, "ended": time.time()}
        if kind.begins == "try":
            self.state["run"] = self.job["run"]
        if status == "finished" and not self.closed_well(cell):
            record["status"] = status = "failed"
        self.emit(CellState(cell=name, status=status))
        self.write_state()
        self.write_notebook()
        return status

    def closed_well(self, cell: dict[str, Any]) -> bool:
        """Do what is due once a cell has run to its end.

        False where code by hand left out what is then needed.
        """
        try:
            by_hand.refuse_lacking(self, cell)
            self.call(self.kind.at_end)
        except Exception as error:
            if not cell.get("form"):
                raise
            self.emit_failure(error)
            return False
        return True

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

    def call(self, hook: str) -> None:
        """What a cell's declaration asks for before or after it, if anything."""
        if hook:
            resolve_name(hook)(self)

    def emit_failure(self, error: BaseException) -> None:
        """The event that says which cell failed and with what."""
        failure = {"cell": self.cell, **failure_of(error)}
        if edited := by_hand.edited_upto(self.job["cells"], self.cell):
            failure["by_hand"] = edited
        self.state["cells"][self.cell]["failure"] = failure
        self.emit(Failed(**failure))

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
        """The run's notebook, as far as its cells have run."""
        if self.run_folder:
            write_notebook(self.run_folder, self.job, self.state["cells"])

    @property
    def kind(self) -> CellKind:
        """How the cell that runs is declared."""
        return kind_of(self.cell)

    @property
    def in_trials(self) -> bool:
        """Whether a training of now is one of several: if it fails, others go on."""
        return self.kind.trainings == "trials"

    @property
    def watch(self) -> dict[str, Any]:
        """What of a training is to be shown beyond its figures."""
        return self.job.get("watch") or {}

    @property
    def planned(self) -> list[dict[str, Any]]:
        """What a loaded model must have before it learns; empty if nobody knows."""
        return self.job.get("planned") or []

    @property
    def trial(self) -> int | None:
        """The number of the trial of now, as Optuna counts; None in a training."""
        return self.optuna_trial.number if self.optuna_trial else None

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
