"""How much of a model's weights moved while it learned, in words."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from webui.figures import brief, whole
from webui.runs.events import Moved
from webui.text import Text

# Weights that moved no further than this leave what a model answers as it was, though
# all of them be others: what begins at zero moves at any rate.
FAINT = 1e-7
LOST = Text(
    "{} of the updates of 16-bit weights rounded away",
    "16 位权重的更新有 {} 因舍入丢失",
)


def is_faint(figures: Mapping[str, Any]) -> bool:
    """Whether no weight moved so far that it could matter; not known of older runs."""
    furthest = figures.get("furthest")
    return isinstance(furthest, int | float) and furthest < FAINT


def movement(event: Moved | None) -> dict[str, Any]:
    """The figures of an event, as a summary has them; none where there is none."""
    return asdict(event) if event else {}


def moved_parts(figures: Mapping[str, Any]) -> list[Text]:
    """What a run's ``moved`` figures say, in parts of a line."""
    tensors, every = (whole(figures.get(name) or 0) for name in ("moved", "of"))
    parts = [Text(f"{tensors} of {every} tensors", f"{tensors} / {every} 个张量")]
    if rounded := figures.get("rounded"):
        share = f"{rounded:.1%}"
        parts.append(Text(LOST.en.format(share), LOST.zh.format(share)))
    if is_faint(figures):
        parts.append(too_faint(figures))
    return parts


def too_faint(figures: Mapping[str, Any]) -> Text:
    """That a training moved its weights too little to teach anything."""
    far = brief(figures["furthest"], 2)
    return Text(
        f"none of their numbers by more than {far}, so nothing was learned",
        f"但没有数值的变化超过 {far}，即什么都没学到",
    )
