"""The server's own state: the draft, what was asked of it, the runs that it follows."""

import contextlib
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from webui.counts.memory.cards import Card
from webui.doctor import choose_precision
from webui.errors import PlannerError
from webui.kernel.kernel import Kernel
from webui.kernel.queue_files import Kind
from webui.kernel.status import Status
from webui.models import unpack
from webui.models.cache import bytes_arrived
from webui.models.source import Source, source_of
from webui.notebook.cells import kind_of
from webui.notebook.edits import Edits
from webui.notebook.render import Cell
from webui.notebook.rows import Rows
from webui.page.answers import Answers
from webui.page.code.places import Place
from webui.page.draft import Draft
from webui.page.strip.pressed import Presses
from webui.page.turns import Turns
from webui.planner.job import Job
from webui.preflight.machine import main_memory, this_card, this_device
from webui.recipe import Recipe
from webui.rows.report import job as report_job
from webui.rows.report.report import Report
from webui.runs import folder as runs
from webui.runs.followed import Followed


@dataclass(frozen=True)
class ReportAsked:
    """The report of all rows that was last asked for, and for which recipe."""

    recipe: Recipe
    job: Job[Report]


def job_mark(job: Job | None) -> str:
    """A word that changes as a job goes on."""
    if job is None:
        return ""
    return f"{id(job)}-{int(time.time()) if job.result is None else ''}"


# Runs whose curves stay at hand: the shown one, and those laid over it.
FOLLOWED = 12


class Searched(NamedTuple):
    """What was last looked for among models, and which search it was."""

    text: str
    number: int


class Asked(NamedTuple):
    """A training that was asked for: its recipe, of what kind, up to which cell."""

    recipe: Recipe
    kind: Kind
    upto: str
    edits: Edits


@dataclass
class Studio:
    """The server's own state, shared by every browser tab. All else is on disk."""

    kernel: Kernel
    draft: Draft
    # Whether a password is asked, so that one can sign out.
    guarded: bool = False
    answers: Answers = field(default_factory=Answers)
    device: str = ""
    card: Card | None = None
    kept: Recipe | None = None
    report: ReportAsked | None = None
    searched: Searched | None = None
    # What was asked for once more while it waits or runs.
    again: Asked | None = None
    asking: threading.Lock = field(default_factory=threading.Lock)
    unpacking: Job[Path] | None = None
    abouts: dict[Source, Any] = field(default_factory=dict)
    # The ids of runs that the Train tab lays over the shown one, as last asked for.
    overlaid: tuple[str, ...] = ()
    rendered: tuple[Recipe, Rows, dict[str, Cell], Edits] | None = None
    # What each field decides of that code, as far as it was asked for.
    decided: tuple[Recipe, Rows, dict] | None = None
    # Where the fields stand on the page, by the ids of their components.
    places: dict[str, Place] = field(default_factory=dict)
    offered: dict[Path, tuple[Recipe, str, Edits]] = field(default_factory=dict)
    followed: dict[Path, Followed] = field(default_factory=dict)
    following: threading.Lock = field(default_factory=threading.Lock)
    turns: Turns = field(default_factory=Turns)
    presses: Presses = field(default_factory=Presses)

    def look_at_device(self) -> None:
        """Find out, in the background, what this machine computes on and in."""

        def look() -> None:
            with contextlib.suppress(PlannerError):  # a start will say why
                device = this_device()
                self.card = this_card()
                self.device = f"{device.name}, {choose_precision(device)[0]}"

        threading.Thread(target=look, daemon=True).start()

    @property
    def memory(self) -> int:
        """Bytes of memory that a training has here: the card's, else the machine's."""
        return self.card.memory if self.card else main_memory()

    def start_report(self, recipe: Recipe) -> None:
        """Begin to check all rows of a recipe; an earlier report that goes on ends."""
        self.cancel_report()
        self.report = ReportAsked(recipe, report_job.start_report(recipe))

    def keep(self, recipe: Recipe) -> None:
        """Hold a recipe to compare others with."""
        self.kept = recipe

    def forget(self) -> None:
        """Compare with nothing any more."""
        self.kept = None

    def search_models(self, text: str) -> None:
        """Look for models by name, again if the same was looked for before."""
        number = self.searched.number + 1 if self.searched else 1
        self.searched = Searched(text, number)

    def start_unpacking(self, file: Path) -> None:
        """Begin to unpack a GGUF file; the folder then becomes the draft's model."""
        self.cancel_unpacking()
        job = self.unpacking = unpack.start(file)
        named = self.draft.recipe.model.name

        def take() -> None:
            folder = job.wait()
            if isinstance(folder, Path) and self.draft.recipe.model.name == named:
                self.draft.commit("model.name", str(folder))

        threading.Thread(target=take, daemon=True).start()

    def cancel_unpacking(self) -> None:
        """End the unpacking that goes on, if one does."""
        if self.unpacking is not None:
            self.unpacking.cancel()

    def arrived_mark(self, now: Status) -> int:
        """A number that grows as a model's files arrive, while its cell waits."""
        loads = now.word == "busy" and kind_of(now.busy.get("cell")).begins == "model"
        return bytes_arrived(source_of(self.draft.recipe.model).path) if loads else 0

    def cancel_report(self) -> None:
        """End the report that is being made, if one is."""
        if self.report is not None:
            self.report.job.cancel()

    def shown_run(self, now: Status) -> Path | None:
        """The run that goes on, else the kernel's last training, else the latest on
        disk. A sweep that has ended is no training: Sweep shows it."""
        if now.run and now.run.is_dir():
            if now.word == "busy" or not runs.is_sweep(now.run):
                return now.run
        listed = runs.folders(self.kernel.runs)
        return next((each for each in listed if not runs.is_sweep(each)), None)

    def follow(self, run: Path) -> Followed:
        """A run with all that is known of it now; a few of them are kept."""
        with self.following:
            followed = self.followed.pop(run, None) or Followed(run)
            self.followed[run] = followed
            for old in list(self.followed)[:-FOLLOWED]:
                del self.followed[old]
        return followed.look()

    def latest_sweep(self) -> Path | None:
        """The newest sweep on disk."""
        listed = runs.folders(self.kernel.runs)
        return next((each for each in listed if runs.is_sweep(each)), None)
