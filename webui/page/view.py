"""One moment, as every part of the page sees it: the draft, the kernel, the run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from webui.counts.about import about
from webui.counts.memory.measured import measured_here
from webui.errors import PlannerError
from webui.kernel.status import Status, status
from webui.models.cache import files_here
from webui.models.here import cells_here
from webui.models.search import search
from webui.models.source import source_of
from webui.notebook.cells import SHOWN
from webui.notebook.edits import Edits
from webui.notebook.render import Cell
from webui.notebook.rows import Rows, expected
from webui.page.studio import Studio
from webui.planner.job import Progress
from webui.recipe import Recipe
from webui.rows.detection.found import Found, found
from webui.rows.detection.kept import kept_columns
from webui.rows.named_columns import missing_columns
from webui.rows.prepare.ask import is_large, rows_at_hand
from webui.rows.prepare.prepare import prepare
from webui.rows.prepare.store import rows_key
from webui.rows.preview import preview
from webui.runs import entries, events
from webui.runs import folder as runs
from webui.runs.entries import Entry
from webui.runs.events.history import Kind
from webui.runs.followed import Followed, Training
from webui.text import Text


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
        """How the shown run's training stands; None before it began, and of a sweep."""
        return self.followed.training if self.followed and not self.is_sweep else None

    @cached_property
    def entries(self) -> list[Entry]:
        """All runs as the table shows them; looked up once for a redraw."""
        return entries.list_entries(self.studio.kernel.runs)

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """Every cell of the current recipe, by name."""
        known, rows, edits = self.studio.rendered, self.rows, self.edits
        if (
            known is None
            or known[0] is not self.recipe
            or (known[1], known[3]) != (rows, edits)
        ):
            cells = cells_here(self.recipe, SHOWN, rows=rows, edits=edits)
            known = self.recipe, rows, {cell.name: cell for cell in cells}, edits
            self.studio.rendered = known
        return known[2]

    @cached_property
    def edits(self) -> Edits:
        """The cells that are edited by hand, beside the recipe."""
        return self.studio.draft.edits

    @cached_property
    def rows(self) -> Rows:
        """What is known of the recipe's rows."""
        return (
            self.prepared if isinstance(self.prepared, Rows) else expected(self.recipe)
        )

    @cached_property
    def prepared(self) -> Any:
        """The rows once they are prepared, in the background where they are few; a
        PlannerError where they cannot be, or None."""
        known = rows_at_hand(self.recipe)
        if known is None and self.is_readable and self.found is not None:
            if not is_large(self.recipe):
                return self.plan(prepare, rows_key(self.recipe))
        return known

    def state(self, name: str) -> str:
        """A cell's state in a word: new, fresh, stale, running, failed or stopped."""
        record = self.kernel.cells.get(name, {})
        status = record.get("status")
        if status == "running":
            return "running" if self.kernel.word == "busy" else "failed"
        if record and record.get("key") != self.cells[name].key:
            return "stale"
        return {"finished": "fresh"}.get(status or "", status or "new")

    def plan(
        self, function: Any, key: Any, *args: Any, recipe: Recipe | None = None
    ) -> Any:
        """What the planner says of this recipe or another; None while it is worked
        out."""
        question = (function.__name__, key, args)
        return self.studio.answers.get(question, function, recipe or self.recipe, *args)

    def planned(self, function: Any, *args: Any, recipe: Recipe | None = None) -> Any:
        """The answer to a question that model, adapter and training decide, a
        PlannerError, or None while it comes."""
        asked = recipe or self.recipe
        about = (asked.model, asked.adapter, asked.training)
        return self.plan(function, about, *args, recipe=asked)

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
    def measured_peak(self) -> int | None:
        """Bytes that the latest run of this very shape took here; None if none did."""
        card = self.studio.card
        listed = runs.folders(self.studio.kernel.runs)
        return measured_here(listed, self.recipe, card) if card else None

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

    @cached_property
    def missing_columns(self) -> dict[str, Text]:
        """What to say of columns that are named and not there, by their fields."""
        if not isinstance(self.found, Found) or not self.found.columns:
            return {}
        data, split = self.recipe.data.model_dump_json(), self.recipe.split
        answer = self.plan(missing_columns, (data, split, self.stamps))
        return dict(answer) if isinstance(answer, tuple) else {}

    def columns_kept(self, format: str) -> dict[str, str]:
        """The mapping that another format of the same rows would have."""
        if not isinstance(self.found, Found):
            return {}
        known = self.found.fitting.get(format, {})
        return kept_columns(self.recipe, format, known, self.found.columns)

    @property
    def report(self) -> Any:
        """The report of all rows, a PlannerError, or None if none is there (yet)."""
        return self.studio.report.job.result if self.studio.report else None

    @property
    def report_runs(self) -> bool:
        """Whether a report is being made."""
        return self.studio.report is not None and self.report is None

    @property
    def report_progress(self) -> Progress | None:
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
        data, learned = self.recipe.data, self.recipe.training.objective
        key = (self.recipe.model, data.model_dump_json(), learned, self.stamps)
        return self.plan(preview, key, first, rows)

    @cached_property
    def swept(self) -> Followed | None:
        """The latest sweep; None when there was none."""
        run = self.studio.latest_sweep()
        return self.studio.follow(run) if run else None

    @property
    def sweep(self) -> Sequence[events.Event]:
        """The events of the latest sweep; empty when there was none."""
        return self.swept.history if self.swept else ()

    @property
    def is_sweep(self) -> bool:
        """Whether the shown run is a sweep, which goes on."""
        return self.run is not None and runs.is_sweep(self.run)

    def last(self, kind: type[Kind]) -> Kind | None:
        """The last event of a kind in the shown run; None without one."""
        return self.followed.last(kind) if self.followed else None

    @property
    def ended(self) -> str:
        """How the shown run ended; empty while it goes on, or where there is none."""
        finished = self.last(events.Finished)
        return finished.status if finished else ""


def view_of(studio: Studio) -> View:
    """A snapshot for one redraw."""
    now = status(studio.kernel)
    run = studio.shown_run(now)
    followed = studio.follow(run) if run else None
    return View(studio, studio.draft.recipe, now, run, followed)


def about_rows(recipe: Recipe) -> tuple:
    """What a report of a recipe's rows depends on."""
    training = recipe.training
    return recipe.model, recipe.data, recipe.split, training.seed, training.objective
