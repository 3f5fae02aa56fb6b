"""The stamp: a word that changes whenever something on the page may have to."""

from webui.kernel import closing, queue_files
from webui.kernel.status import Status, state_stamp
from webui.page.observing import observed_mark
from webui.page.studio import Studio
from webui.runs import events, notes
from webui.runs import folder as runs


def stamp_of(studio: Studio, now: Status) -> str:
    """The stamp of a moment. A dead run is closed on the way."""
    if now.word == "dead":
        closing.close_dead_run()
    run = studio.shown_run(now)
    # Steps are drawn by the browser, which asks for them; a redraw is for the rest.
    live = now.word == "busy" and now.busy.get("cell") != "sweep"
    followed = studio.follow(run) if run and live else None
    marks = (
        studio.draft.version,
        studio.answers.version,
        now.word,
        state_stamp(),
        studio.device,
        run.name if run else "",
        followed.news if followed else 0,
        observed_mark(followed) if followed else "",
        events.size(run) if run and not live else 0,
        len(runs.folders()),
        notes.mark(),
        studio.report.mark if studio.report else "",
        id(studio.kept),
        ",".join(studio.overlaid),
        studio.searched.number if studio.searched else 0,
        studio.unpacking_mark,
        hash(queue_files.stamp()),
        studio.arrived_mark(now),
    )
    return ".".join(map(str, marks))
