"""What is said of watched rows that the run which is trained on has learned."""

from webui.figures import whole
from webui.runs.events import LearnedBefore
from webui.text import Text

LEARNED = "learned.txt"  # in a run's folder: a mark of each record, one a line


def told(event: LearnedBefore) -> Text:
    """What was learned before, in words."""
    watched, every, run = whole(event.watched), whole(event.of), event.parent
    return Text(
        f"Of the {every} rows that are watched while training {watched} were learned "
        f"by {run} or the runs before it, so that their loss says little about other "
        "rows. None of the held-out rows was learned.",
        f"评估数据 {every} 条中有 {watched} 条已被 {run} 或更早的运行学过，"
        "其损失难以反映其他数据上的表现。留出数据都没有学过。",
    )
