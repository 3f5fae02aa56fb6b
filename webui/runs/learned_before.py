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
        f"by {run} or the runs before it, so that their loss says little about unseen "
        "rows. The held-out rows are still unseen.",
        f"训练中评估的 {every} 条数据里有 {watched} 条已被 {run} 或更早的运行学过，"
        "其损失难以反映未见数据上的表现。留出数据仍未见过。",
    )
