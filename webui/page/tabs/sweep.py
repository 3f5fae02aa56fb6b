"""Tab Sweep: the same training with other settings, one trial after the other."""

from functools import partial

import gradio as gr
from markupsafe import Markup

from webui.kernel import jobs
from webui.page import charts, mending
from webui.page.bind import bind_space
from webui.page.cell import beside_code, cell, marked, output_of
from webui.page.frame import Page
from webui.page.language import RUN
from webui.page.library_warnings import library_warnings
from webui.page.runs.trials import leaderboard, standing
from webui.page.tables import problem_card, quiet
from webui.page.tabs.split_picture import picture
from webui.page.view import View
from webui.page.waiting import run_title, start_or_wait
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.paths import with_value
from webui.recipe.watched import is_watched
from webui.runs.trials import best_trial
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
USE_BEST = Text("Make the best the current recipe", "将最佳设置用于当前配方")


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
        page.html(latest, elem_id="sweep-standing")
        mending.of_sweep(page)
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

    edits = page.edits  # those of the press: getting ready may take a while

    def start_now() -> None:
        able = ready(recipe, page.kernel.runs, sweep=True)
        jobs.start_sweep(page.kernel, able, edits)

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


def latest(page: Page, view: View) -> Markup:
    """How far the latest sweep is, and its trials, the best first."""
    if view.swept is None:
        return quiet(page.say(EMPTY))
    return standing(page, view.swept) + leaderboard(page, view.sweep)


def use_best(page: Page) -> None:
    """Put the best trial's values into the draft."""
    view = page.view()
    best = best_trial(view.sweep)
    if best is None:
        return
    values = view.recipe.model_dump()
    for path, value in best["params"].items():
        values = with_value(values, path, value)
    draft = page.studio.draft
    draft.replace(check(values), page.edits, draft.belongs)
