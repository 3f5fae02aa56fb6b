"""What the strip depends on beyond what the stamp holds anyway."""

from webui.files import written_at
from webui.kernel.status import Status
from webui.page.studio import Studio
from webui.recorder.recorder import STOP

SLOW = 1.0  # seconds, after which a question to the planner is told


def stop_mark(studio: Studio, now: Status) -> int:
    """When the job that runs was asked to stop, in ns; 0 if it was not."""
    return written_at(studio.kernel.folder / STOP) if now.word == "busy" else 0


def strip_mark(studio: Studio, now: Status) -> str:
    """A word that changes when the strip has something else to say."""
    presses = hash(tuple(studio.presses.slow()))
    questions = hash(tuple(studio.answers.slow(SLOW)))
    return f"{stop_mark(studio, now)}-{presses}-{questions}"
