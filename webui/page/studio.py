"""What the server knows at one moment: the draft, the kernel, the run, the plans."""

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from webui.doctor import choose_precision
from webui.kernel import closing, queue_files
from webui.kernel.status import Status, state_stamp, status
from webui.notebook.render import RUN_CELLS, SWEEP_CELLS, Cell, render_cells
from webui.page.answers import Answers
from webui.page.draft import Draft
from webui.page.observing import observed_mark
from webui.page.plans import Plans
from webui.planner.detection.found import Found, found
from webui.planner.errors import PlannerError
from webui.planner.machine import this_card, this_device
from webui.planner.memory.cards import Card
from webui.planner.memory.measured import measured_here
from webui.planner.models.about import about
from webui.planner.models.cache import bytes_arrived, files_here
from webui.planner.models.search import search
from webui.planner.models.source import Source, source_of
from webui.planner.models.unpack import Unpacking
from webui.planner.preview import preview
from webui.planner.report import job as report_job
from webui.recipe import Recipe
from webui.recipe.field import Text
from webui.runs import entries, events, notes
from webui.runs import folder as runs
from webui.runs.entries import Entry
from webui.runs.followed import Followed, Training


@dataclass(frozen=True)
class ReportAsked:
    """The report of all rows that was last asked for, and for which recipe."""

    recipe: Recipe
    job: report_job.Job

    @property
    def mark(self) -> str:
        """A word that changes as the report goes on."""
        if self.job.result is not None:
            return f"{id(self.job)}"
        return f"{id(self.job)}-{int(time.time())}"


# Runs whose curves stay at hand: the shown one, and those laid over it.
FOLLOWED = 12


class Searched(NamedTuple):
    """What was last looked for among models, and which search it was."""

    text: str
    number: int


@dataclass
class Studio:
    """The server's own state, shared by every browser tab. All else is on disk."""

    draft: Draft
    answers: Answers = field(default_factory=Answers)
    device: str = ""
    card: Card | None = None
    kept: Recipe | None = None
    report: ReportAsked | None = None
    searched: Searched | None = None
    unpacking: Unpacking | None = None
    abouts: dict[Source, Any] = field(default_factory=dict)
    # The ids of runs that the Train tab lays over the shown one, as last asked for.
    overlaid: tuple[str, ...] = ()
    rendered: tuple[Recipe, dict[str, Cell]] | None = None
    offered: dict[Path, Recipe] = field(default_factory=dict)
    followed: dict[Path, Followed] = field(default_factory=dict)
    following: threading.Lock = field(default_factory=threading.Lock)

    def look_at_device(self) -> None:
        """Find out, in the background, what this machine computes on and in."""

        def look() -> None:
            with contextlib.suppress(PlannerError):  # a start will say why
                device = this_device()
                self.card = this_card()
                self.device = f"{device.name}, {choose_precision(device)[0]}"

        threading.Thread(target=look, daemon=True).start()

    def start_report(self, recipe: Recipe) -> None:
        """Begin to check all rows of a recipe; an earlier report that goes on ends."""
        self.cancel_report()
        self.report = ReportAsked(recipe, report_job.start(recipe))

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
        job = self.unpacking = Unpacking(file)
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

    @property
    def unpacking_mark(self) -> str:
        """A word that changes as an unpacking goes on."""
        if self.unpacking is None:
            return ""
        done = self.unpacking.result is not None
        return f"{id(self.unpacking)}-{'' if done else int(time.time())}"

    def arrived_mark(self, now: Status) -> int:
        """A number that grows as a model's files arrive, while its cell waits."""
        loads = now.word == "busy" and now.busy.get("cell") == "model"
        return bytes_arrived(source_of(self.draft.recipe.model).path) if loads else 0

    def cancel_report(self) -> None:
        """End the report that is being made, if one is."""
        if self.report is not None:
            self.report.job.cancel()

    def stamp(self) -> str:
        """A short word that changes whenever something on the page may have to."""
        now = status()
        if now.word == "dead":
            closing.close_dead_run()
        run = self.shown_run(now)
        # Steps are drawn by the browser, which asks for them; a redraw is for the rest.
        live = now.word == "busy" and now.busy.get("cell") != "sweep"
        news = self.follow(run).news if run and live else 0
        size = events.size(run) if run and not live else 0
        count_of_runs = f"{len(runs.folders())}-{notes.mark()}"
        reported = self.report.mark if self.report else ""
        return (
            f"{self.draft.version}.{self.answers.version}.{now.word}.{state_stamp()}"
            f".{self.device}.{run.name if run else ''}.{news}.{size}.{count_of_runs}"
            f".{reported}.{id(self.kept)}.{','.join(self.overlaid)}"
            f".{self.searched.number if self.searched else 0}.{self.unpacking_mark}"
            f".{hash(queue_files.stamp())}.{self.arrived_mark(now)}"
            f".{observed_mark(self.follow(run)) if run and live else ''}"
        )

    def shown_run(self, now: Status) -> Path | None:
        """The run in the kernel, else the latest one on disk."""
        if now.run and now.run.is_dir():
            return now.run
        return next(iter(runs.folders()), None)

    def follow(self, run: Path) -> Followed:
        """A run with all that is known of it now; a few of them are kept."""
        with self.following:
            followed = self.followed.pop(run, None) or Followed(run)
            self.followed[run] = followed
            for old in list(self.followed)[:-FOLLOWED]:
                del self.followed[old]
        return followed.look()

    def latest_sweep(self) -> Sequence[events.Event]:
        """All events of the newest sweep on disk."""
        for folder in runs.folders():
            if runs.kind_of(folder) == "sweep":
                return events.read(folder)[0]
        return []

    def view(self) -> "View":
        """A snapshot for one redraw."""
        now = status()
        run = self.shown_run(now)
        followed = self.follow(run) if run else None
        return View(self, self.draft.recipe, now, run, followed)


@dataclass(frozen=True)
class View:
    """One moment, as every part of the page sees it in one redraw."""

    studio: Studio
    recipe: Recipe
    kernel: Status
    run: Path | None
    followed: Followed | None

    @property
    def history(self) -> Sequence[events.Event]:
        """The events of the shown run but the steps of a training: those are many."""
        return self.followed.history if self.followed else ()

    @cached_property
    def training(self) -> Training | None:
        """How the shown run's training stands; None before it began."""
        return self.followed.training if self.followed else None

    @cached_property
    def entries(self) -> list[Entry]:
        """All runs as the table shows them; looked up once for a redraw."""
        return entries.entries()

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Every cell of the current recipe, by name."""
        known = self.studio.rendered
        if known is None or known[0] is not self.recipe:
            cells = (
                *render_cells(self.recipe, RUN_CELLS),
                *render_cells(self.recipe, SWEEP_CELLS),
            )
            known = self.recipe, {cell.name: cell for cell in cells}
            self.studio.rendered = known
        return known[1]

    def state(self, name: str) -> str:
        """A cell's state in a word: new, fresh, stale, running, failed or stopped."""
        record = self.kernel.cells.get(name, {})
        status = record.get("status")
        if status == "running":
            return "running" if self.kernel.word == "busy" else "failed"
        if record and record.get("key") != self.cells[name].key:
            return "stale"
        return {"finished": "fresh"}.get(status or "", status or "new")

    def plan(self, function: Any, key: Any, *args: Any) -> Any:
        """What the planner says of this recipe; None while it is worked out."""
        question = (function.__name__, key, args)
        return self.studio.answers.get(question, function, self.recipe, *args)

    @cached_property
    def about(self) -> Any:
        """What is known of the model, a PlannerError, or None while it comes.

        What was known of it before stands until there is news.
        """
        source = source_of(self.recipe.model)
        files = files_here(source)
        news = self.plan(about, (source, files))
        if news is not None:
            self.studio.abouts = {source: news}
        return self.studio.abouts.get(source)

    @property
    def models_found(self) -> Any:
        """The models that were looked for, or None while they come."""
        asked = self.studio.searched
        if asked is None:
            return None
        return self.studio.answers.get(("search", asked), search, asked.text)

    @cached_property
    def plans(self) -> Plans:
        """What the planner says of the recipe's parameters and memory."""
        return self.plans_of(self.recipe)

    def plans_of(self, recipe: Recipe) -> Plans:
        """The same for another recipe."""
        return Plans(self.studio.answers, recipe)

    @cached_property
    def measured_peak(self) -> int | None:
        """Bytes that the latest run of this very shape took here; None if none did."""
        card = self.studio.card
        return measured_here(runs.folders(), self.recipe, card) if card else None

    @property
    def has_source(self) -> bool:
        """Whether the recipe says where rows come from."""
        data = self.recipe.data
        return bool(data.train_files if data.source == "files" else data.hub_dataset)

    @property
    def is_readable(self) -> bool:
        """Whether there is a source, and nothing is known to be wrong with it."""
        return self.has_source and not isinstance(self.found, PlannerError)

    @cached_property
    def stamps(self) -> tuple[int, ...]:
        """When the training files last changed, in ns."""
        files = [Path(file) for file in self.recipe.data.train_files]
        return tuple(file.stat().st_mtime_ns for file in files if file.exists())

    @cached_property
    def found(self) -> Any:
        """What the source turned out to be, a PlannerError, or None while it comes."""
        if not self.has_source:
            return None
        data = self.recipe.data
        hub = (data.hub_dataset, data.hub_config, data.hub_split, data.hub_revision)
        key = (data.source, data.train_files, self.stamps, hub)
        return self.plan(found, key)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the source, as far as they are known."""
        return self.found.columns if isinstance(self.found, Found) else ()

    @property
    def report(self) -> Any:
        """The report of all rows, a PlannerError, or None if none is there (yet)."""
        return self.studio.report.job.result if self.studio.report else None

    @property
    def report_runs(self) -> bool:
        """Whether a report is being made."""
        return self.studio.report is not None and self.report is None

    @property
    def report_progress(self) -> report_job.Progress | None:
        """How far the report is that is being made."""
        asked = self.studio.report
        return asked.job.progress if asked and self.report_runs else None

    @property
    def report_is_old(self) -> bool:
        """Whether the recipe's rows are no longer those of the report."""
        asked = self.studio.report
        return asked is not None and about_rows(asked.recipe) != about_rows(self.recipe)

    def preview(self, first: int, rows: int) -> Any:
        """Rendered and masked rows, a PlannerError, or None while they come."""
        key = (self.recipe.model, self.recipe.data.model_dump_json(), self.stamps)
        return self.plan(preview, key, first, rows)

    @cached_property
    def sweep(self) -> Sequence[events.Event]:
        """The events of the latest sweep; empty when there was none."""
        if any(e["event"] == "started" and e["kind"] == "sweep" for e in self.history):
            return self.history
        return self.studio.latest_sweep()

    def last(self, tag: str) -> events.Event:
        """The last event of the shown run with this tag; empty without one."""
        return self.followed.latest.get(tag, {}) if self.followed else {}


def about_rows(recipe: Recipe) -> tuple:
    """What a report of a recipe's rows depends on."""
    return recipe.model, recipe.data, recipe.split, recipe.training.seed


NOTHING_STALE = Text("Everything is fresh already.", "所有单元都是最新的。")
