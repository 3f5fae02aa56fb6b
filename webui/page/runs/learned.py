"""What a past run tells of its learning: what moved, and how its losses were made."""

from webui.figures import whole
from webui.page.frame import Page
from webui.runs.entries import Entry, number
from webui.runs.trials import BY_BATCH
from webui.text import Text

MOVED = Text("moved: {} of {} tensors", "有变化的张量：{} / {}")
ROUNDED = Text("{} of the updates rounded away", "{} 的更新因舍入丢失")
OLD = Text(
    "its evaluation loss is a mean of batch means and does not compare with others",
    "其评估损失是各批均值的平均，不能与其他运行比较",
)


def learned(page: Page, entry: Entry) -> list[str]:
    """Parts of a line; none for a run that does not tell."""
    summary, parts = entry.run.summary, []
    moved = summary.get("moved")
    if isinstance(moved, dict):
        figures = [number(moved.get(name)) for name in ("moved", "of", "rounded")]
        tensors, every, rounded = (figure or 0.0 for figure in figures)
        parts.append(page.say(MOVED).format(whole(tensors), whole(every)))
        if rounded:
            parts.append(page.say(ROUNDED).format(f"{rounded:.1%}"))
    if summary.get("losses", BY_BATCH) == BY_BATCH and summary.get("best_eval_loss"):
        parts.append(page.say(OLD))
    return parts
