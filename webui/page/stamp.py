"""The stamp: a word that changes whenever something on the page may have to."""

import time
from pathlib import Path

from webui.kernel import closing, queue_files
from webui.kernel.status import Status, state_stamp
from webui.notebook.cells import kind_of
from webui.page.observing import observed_mark
from webui.page.strip.mark import strip_mark
from webui.page.studio import Studio, job_mark
from webui.runs import events, notes
from webui.runs import folder as runs

# How often the page follows the steps of a sweep, whose chart it draws itself.
SWEEP_SECONDS = 4


def stamp_of(studio: Studio, now: Status) -> str:
    """The stamp of a moment. A dead run is closed on the way."""
    if now.word == "dead":
        closing.close_dead_run(studio.kernel)
    run = studio.shown_run(now)
    # Steps are drawn by the browser, which asks for them; a redraw is for the rest.
    cell = now.busy.get("cell") if now.word == "busy" else None
    followed = studio.follow(run) if run and cell and not in_trials(cell) else None
    marks = (
        studio.draft.version,
        studio.answers.version,
        now.word,
        state_stamp(studio.kernel),
        studio.device,
        run.name if run else "",
        followed.news if followed else 0,
        observed_mark(followed) if followed else "",
        0 if followed or not run else written_stamp(run, cell),
        swept_stamp(studio, cell),
        len(runs.folders(studio.kernel.runs)),
        notes.mark(studio.kernel.notes),
        job_mark(studio.report.job if studio.report else None),
        id(studio.kept),
        id(studio.again),
        ",".join(studio.overlaid),
        studio.searched.number if studio.searched else 0,
        job_mark(studio.unpacking),
        hash(queue_files.queue_stamp(studio.kernel.queue)),
        studio.arrived_mark(now),
        strip_mark(studio, now),
    )
    return ".".join(map(str, marks))


def written_stamp(run: Path, cell: str | None) -> int:
    """A number that changes with what a run wrote; a sweep is followed at times."""
    return int(time.time() / SWEEP_SECONDS) if in_trials(cell) else events.size(run)


def swept_stamp(studio: Studio, cell: str | None) -> int:
    """A number that changes with what the latest sweep wrote once it has ended."""
    sweep = None if in_trials(cell) else studio.latest_sweep()
    return events.size(sweep) if sweep else 0


def in_trials(cell: str | None) -> bool:
    """Whether a cell trains one model after the other."""
    return kind_of(cell).trainings == "trials"
