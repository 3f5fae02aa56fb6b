"""Tab Sweep: the same training with other settings, one trial after the other."""

from functools import partial

import gradio as gr
from markupsafe import Markup

from webui.kernel import jobs
from webui.metrics import metric
from webui.page import charts
from webui.page.bind import bind_space
from webui.page.cell import beside_code, cell, cell_failure, marked, output_of
from webui.page.frame import Page
from webui.page.language import RUN
from webui.page.library_warnings import library_warnings
from webui.page.observing import recipe_or_none
from webui.page.tables import html_table, problem_card, quiet
from webui.page.tabs.split_picture import picture
from webui.page.view import View
from webui.page.waiting import run_title, start_or_wait
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.paths import FIELDS, with_value
from webui.recipe.sweeps import coming_trials
from webui.recipe.watched import is_watched
from webui.runs import folder as runs
from webui.runs.events import Failed, Trial, of_kind
from webui.runs.trials import best_trial, no_best, ranked
from webui.text import Text

EMPTY = Text(
    "No sweep yet. Choose one to three settings and their values, then press Run: a "
    "table of the trials, the best first, and their curves will stand here.",
    "还没有搜索。选择一到三个设置及其取值，然后点击“运行”："
    "这里会显示试验排名（最好的在前）及其曲线。",
)
UNTIL_CHOSEN = Text(
    "Rows are watched here once a setting is chosen.",
    "选择设置后，才会划出评估数据。",
)
GOES_ON = Text("{} of {} trials have ended.", "已完成 {} / {} 次试验。")
NONE_YET = Text("The first of {} trials goes on.", "共 {} 次试验，正在进行第一次。")
ENDED = {
    "finished": Text("{} trials, finished.", "{} 次试验，已完成。"),
    "stopped": Text("Stopped after {} of {} trials.", "已停止，完成 {} / {} 次试验。"),
    "failed": Text(
        "It ended early, after {} of {} trials.", "提前中断，完成 {} / {} 次试验。"
    ),
}
USE_BEST = Text("Make the best the current recipe", "将最佳设置用于当前配方")
TRIAL = Text("trial", "试验")
JUDGED = {"eval_loss": Text("loss on the watched rows", "评估数据上的损失")}


def build(page: Page) -> None:
    """The sweep cell: what to try, the leaderboard, the curves, the best."""
    begin = partial(start_sweep_or_wait, page)
    with cell(page, "sweep", RUN, "run-sweep", begin) as run:
        with beside_code(page, "sweep"):
            page.add_binding(bind_space(page.language))
            page.html(wrong_space, elem_id="sweep-problem")
            page.place("sweep.method sweep.trials")
            picture(page)
            page.html(until_chosen)
        page.html(standing, elem_id="sweep-standing")
        page.html(leaderboard, elem_id="leaderboard")
        page.html(lambda page, view: library_warnings(page, view.sweep))
        charts.build(page)
        best = page.button(USE_BEST, "use-best", partial(use_best, page), form=False)
        output_of(page, "sweep")
    page.watch(best, lambda view: gr.update(visible=bool(best_trial(view.sweep))))
    page.watch(run, run_title(page, marked(RUN)))


def start_sweep_or_wait(page: Page, recipe: Recipe) -> None:
    """Begin a sweep if there is anything to try, or let it wait for the kernel."""
    if not recipe.sweep.space:
        raise jobs.KernelError.of(
            "choose at least one setting and its values.",
            "请至少选择一个设置及其取值。",
        )

    def start_now() -> None:
        able = ready(recipe, page.kernel.runs, sweep=True)
        jobs.start_sweep(page.kernel, able, page.edits)

    start_or_wait(page, start_now, recipe, "sweep")


def wrong_space(page: Page, view: View) -> Markup:
    """What is wrong with the settings or their values."""
    problem = view.studio.draft.problems.get("sweep.space")
    return problem_card(page.say(problem)) if problem else Markup("")


def until_chosen(page: Page, view: View) -> Markup:
    """Why the picture watches no rows before there is anything to try."""
    if is_watched(view.recipe) or not view.is_readable:
        return Markup("")
    return quiet(page.say(UNTIL_CHOSEN))


def standing(page: Page, view: View) -> Markup:
    """How far the latest sweep is, how it ended, and why where it failed."""
    if view.swept is None:
        return quiet(page.say(EMPTY))
    recipe = recipe_or_none(view.swept.folder)
    done = len(of_kind(view.sweep, Trial))
    coming = max(coming_trials(recipe) if recipe else 0, done)
    failed = view.swept.last(Failed)
    status = runs.status_of(view.sweep)
    told = ENDED.get(status, GOES_ON if done else NONE_YET)
    counts = (done, coming) if told is not NONE_YET else (coming,)
    line = quiet(page.say(told).format(*counts))
    # What failed in the kernel's cell stands there; of a kernel that died none is left.
    died = failed is not None and failed.error == "KernelDied"
    return line + (cell_failure(page, failed) if failed and died else Markup(""))


def leaderboard(page: Page, view: View) -> Markup:
    """Finished trials, the best first."""
    trials = ranked(view.sweep)
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
    why = no_best(view.sweep)
    told = quiet(page.say(why)) if why else ""
    return html_table(titles, rows, numbers=range(len(titles))) + told


def use_best(page: Page) -> None:
    """Put the best trial's values into the draft."""
    view = page.view()
    best = best_trial(view.sweep)
    if best is None:
        return
    values = view.recipe.model_dump()
    for path, value in best["params"].items():
        values = with_value(values, path, value)
    page.studio.draft.replace(check(values), page.edits)
