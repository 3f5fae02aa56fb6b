"""The trials of a sweep: how far it is, and its table, the best first."""

from collections.abc import Sequence

from markupsafe import Markup

from webui.metrics import metric
from webui.page.cell import cell_failure
from webui.page.frame import Page
from webui.page.observing import recipe_or_none
from webui.page.tables import html_table, quiet
from webui.recipe.paths import FIELDS
from webui.recipe.sweeps import coming_trials
from webui.runs import folder as runs
from webui.runs.events import Event, Failed, Trial, of_kind
from webui.runs.followed import Followed
from webui.runs.trials import no_best, ranked
from webui.text import Text

GOES_ON = Text("{} of {} trials have ended.", "已完成 {} / {} 次试验。")
NONE_YET = Text("The first of {} trials goes on.", "共 {} 次试验，正在进行第一次。")
ENDED = {
    "finished": Text("{} trials, finished.", "{} 次试验，已完成。"),
    "stopped": Text("Stopped after {} of {} trials.", "已停止，完成 {} / {} 次试验。"),
    "failed": Text(
        "It ended early, after {} of {} trials.", "提前中断，完成 {} / {} 次试验。"
    ),
}
TRIAL = Text("trial", "试验")
JUDGED = {"eval_loss": Text("loss on the watched rows", "评估数据上的损失")}


def standing(page: Page, swept: Followed) -> Markup:
    """How far a sweep is, how it ended, and why where its kernel died."""
    recipe = recipe_or_none(swept.folder)
    done = len(of_kind(swept.history, Trial))
    coming = max(coming_trials(recipe) if recipe else 0, done)
    failed = swept.last(Failed)
    status = runs.status_of(swept.history)
    told = ENDED.get(status, GOES_ON if done else NONE_YET)
    counts = (done, coming) if told is not NONE_YET else (coming,)
    line = quiet(page.say(told).format(*counts))
    # What failed in the kernel's cell stands there; of a kernel that died none is left.
    died = failed is not None and failed.error == "KernelDied"
    return line + (cell_failure(page, failed) if failed and died else Markup(""))


def leaderboard(page: Page, history: Sequence[Event]) -> Markup:
    """Trials that have ended, the best first."""
    trials = ranked(history)
    if not trials:
        return Markup("")
    swept, kind = list(trials[0].params), metric(trials[0].metric)
    rows = [
        [e.trial, *(e.params.get(p) for p in swept), kind.written(e.value)]
        for e in trials
    ]
    titles = [
        page.say(TRIAL),
        *(page.say(FIELDS[p].declaration.title) if p in FIELDS else p for p in swept),
        page.say(JUDGED.get(kind.name, kind.title)),
    ]
    why = no_best(history)
    told = quiet(page.say(why)) if why else ""
    return html_table(titles, rows, numbers=range(len(titles))) + told
