"""How many weights learn: the figures, the modules' shares, other ranks and targets."""

import gradio as gr
from markupsafe import Markup

from webui.figures import size, whole
from webui.page.frame import Page
from webui.page.language import WAIT
from webui.page.studio import View
from webui.page.tables import bars, figures, problem_card, table
from webui.planner.errors import PlannerError
from webui.planner.memory.cards import DEFAULT
from webui.planner.memory.fit import Fit
from webui.planner.parameters.count import Count
from webui.recipe import Recipe
from webui.recipe.checks import FIELDS, value_at
from webui.recipe.field import Text

TRAINABLE = Text("trainable", "可训练")
TOTAL = Text("of", "总数")
SHARE = Text("share", "占比")
BEFORE = Text(
    "before any adapter, Unsloth on a GPU shows", "加适配器前（GPU 上 Unsloth 显示）"
)
PACKED = Text("4-bit weights counted as packed", "4 位权重按打包后计数")
LOADED = Text("the loaded model counts", "已加载模型的计数")
DIFFERS = Text(
    "The loaded model counts otherwise than the plan ({} trainable): Unsloth or PEFT "
    "changed something for this model.",
    "已加载模型的计数与计划不同（可训练 {}）：Unsloth 或 PEFT 对该模型做了改动。",
)
BY_MODULE = Text("What each kind of module contributes", "各类模块的贡献")
OTHERS = Text("Other ranks and targets", "其他秩与目标模块")
NO_RANK = Text("This method has no rank.", "该方法没有秩。")
RANK = Text("rank", "秩")
BESIDE = Text("Set two settings side by side", "并排比较两组设置")
KEEP = Text("Keep these settings to compare", "保留当前设置用于比较")
FORGET = Text("Forget them", "清除")
NOTHING_KEPT = Text(
    "Press the button, then change a setting: both stand here side by side.",
    "先按下按钮，再改动设置：两组会并排显示在这里。",
)
MEMORY = Text("memory to train here, about", "在本机训练的内存（约）")
KEPT, NOW = Text("kept", "已保留"), Text("now", "当前")


def build(page: Page) -> None:
    """The figures, always in sight, and two folds."""
    page.html(lambda view: counted(page, view), min_height=210, elem_id="counts")
    with gr.Accordion(page.say(OTHERS), open=False, elem_id="grid-fold"):
        page.html(lambda view: grid_table(page, view), min_height=120, elem_id="grid")
    with gr.Accordion(page.say(BESIDE), open=False, elem_id="beside-fold"):
        with gr.Row():
            keep = gr.Button(page.say(KEEP), size="sm", elem_id="keep-settings")
            forget = gr.Button(page.say(FORGET), size="sm", elem_id="forget-settings")
        page.html(lambda view: beside(page, view), min_height=60, elem_id="beside")
    page.when_pressed(keep, page.studio.keep)
    page.when_pressed(forget, page.studio.forget, form=False)


def counted(page: Page, view: View) -> Markup:
    """Trainable, total and share; what was loaded; the bars by module."""
    count = view.plans.count
    if count is None:
        return Markup('<p class="quiet">{}</p>').format(page.say(WAIT))
    if isinstance(count, PlannerError):
        return problem_card(page.say(count.text))
    modules = [(name, n, whole(n)) for name, n in count.by_module.items()]
    return (
        figures(main_figures(page, count))
        + loaded(page, view, count)
        + more_figures(page, count)
        + Markup('<p class="quiet">{}</p>{}').format(page.say(BY_MODULE), bars(modules))
    )


def main_figures(page: Page, count: Count) -> list[tuple[str, str]]:
    return [
        (page.say(TRAINABLE), whole(count.trainable)),
        (page.say(TOTAL), whole(count.total)),
        (page.say(SHARE), f"{count.percent:.4f} %"),
    ]


def more_figures(page: Page, count: Count) -> Markup:
    """What other tools print for the same model, so that no figure is a riddle."""
    share = 100 * count.before / count.base
    told = [f"{page.say(BEFORE)} {whole(count.before)} ({share:.2f} %)"]
    if count.packed is not None:
        told.append(f"{page.say(PACKED)} {whole(count.packed)}")
    return Markup('<p class="quiet">{}</p>').format(" · ".join(told))


def loaded(page: Page, view: View, count: Count) -> Markup:
    """What the model counts that really is loaded with this adapter."""
    real = view.last("begun")
    if not real or view.state("adapter") != "fresh":
        return Markup("")
    told = f"{page.say(LOADED)} {whole(real['trainable'])} / {whole(real['total'])}"
    line = Markup('<p class="quiet"><span class="good">✓</span> {}</p>').format(told)
    if real["trainable"] == count.trainable:
        return line
    return problem_card(page.say(DIFFERS).format(whole(real["trainable"])))


def grid_table(page: Page, view: View) -> Markup:
    """Trainable parameters over ranks and target modules; the present rank is bold."""
    grid = view.plans.grid
    if grid is None and view.plans.has_rank:
        return Markup('<p class="quiet">{}</p>').format(page.say(WAIT))
    if grid is None:
        return Markup('<p class="quiet">{}</p>').format(page.say(NO_RANK))
    if isinstance(grid, PlannerError):
        return problem_card(page.say(grid.text))
    titles = ["", *(f"{page.say(RANK)} {rank}" for rank in grid.ranks)]
    rows = [
        [page.say(row.title), *(learned(n, grid.base) for n in row.trainable)]
        for row in grid.rows
    ]
    return table(titles, rows, numbers=range(1, len(titles)))


def learned(trainable: int, base: int) -> Markup:
    """A count, and below it its share of the whole."""
    share = 100 * trainable / (base + trainable)
    return Markup('{}<br><span class="quiet">{}</span>').format(
        whole(trainable), f"{share:.3f} %"
    )


def beside(page: Page, view: View) -> Markup:
    """The kept settings and those of now: what differs, and what each means."""
    kept = view.studio.kept
    if kept is None:
        return Markup('<p class="quiet">{}</p>').format(page.say(NOTHING_KEPT))
    rows = [
        [page.say(FIELDS[path].declaration.title), *map(shown, values)]
        for path, values in differing(kept, view.recipe).items()
    ]
    rows += results(page, view, kept)
    return table(["", page.say(KEPT), page.say(NOW)], rows, numbers=(1, 2))


def differing(kept: Recipe, now: Recipe) -> dict[str, tuple]:
    """The fields in which two recipes differ, as far as parameters and memory go."""
    sections = ("model.", "adapter.", "training.")
    both = {
        path: (value_at(kept, path), value_at(now, path))
        for path in FIELDS
        if path.startswith(sections)
    }
    return {path: pair for path, pair in both.items() if pair[0] != pair[1]}


def shown(value: object) -> str:
    """A value of a recipe for a table."""
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def results(page: Page, view: View, kept: Recipe) -> list[list[str]]:
    """Counts and memory of both."""
    both = [view.plans_of(kept), view.plans]
    card = view.studio.card or DEFAULT
    counts = [plans.count for plans in both]
    fits = [plans.fit(card) for plans in both]
    rows = []
    if all(isinstance(count, Count) for count in counts):
        rows.append([page.say(TRAINABLE), *(whole(c.trainable) for c in counts)])
        rows.append([page.say(SHARE), *(f"{c.percent:.4f} %" for c in counts)])
    if all(isinstance(fit, Fit) for fit in fits):
        peaks = [size(fit.verdict.memory.total) for fit in fits]
        rows.append([page.say(MEMORY), *peaks])
    return rows
