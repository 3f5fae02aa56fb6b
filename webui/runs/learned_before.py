"""What is said of watched rows that the run which is trained on has learned."""

from typing import Any

from webui.figures import whole
from webui.text import Text

LEARNED = "learned.txt"  # in a run's folder: a mark of each record, one a line
KIND = "learned_before"  # of a ``warned`` event


def told(event: dict[str, Any]) -> Text:
    """A ``warned`` event of this kind in words."""
    watched, every = whole(event.get("watched") or 0), whole(event.get("of") or 0)
    run = event.get("parent", "")
    return Text(
        f"Of the {every} rows that are watched while training {watched} were learned "
        f"by {run} or the runs before it, so that their loss says little about unseen "
        "rows. The held-out rows are still unseen.",
        f"训练中评估的 {every} 条数据里有 {watched} 条已被 {run} 或更早的运行学过，"
        "其损失难以反映未见数据上的表现。留出数据仍未见过。",
    )
