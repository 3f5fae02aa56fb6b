"""What a past run tells of its learning: what moved, and how its losses were made."""

from webui.figures import finite
from webui.page.frame import Page
from webui.runs.entries import Entry
from webui.runs.events import BY_BATCH
from webui.runs.moving import moved_parts
from webui.text import Text

MOVED = Text("moved: {}", "有变化的：{}")
OLD = Text(
    "its evaluation loss is a mean of batch means and does not compare with others",
    "其评估损失是各批均值的平均，不能与其他运行比较",
)


def learned_line(page: Page, entry: Entry) -> list[str]:
    """Parts of a line; none for a run that does not tell."""
    summary, parts = entry.run.summary, []
    moved = summary.get("moved")
    if isinstance(moved, dict):
        first, *more = moved_parts({name: finite(n) for name, n in moved.items()})
        parts += [page.say(MOVED).format(page.say(first)), *map(page.say, more)]
    if summary.get("losses", BY_BATCH) == BY_BATCH and summary.get("best_eval_loss"):
        parts.append(page.say(OLD))
    return parts
