"""How many weights learn: the figures, the modules' shares, other ranks and targets."""

import gradio as gr
from markupsafe import Markup

from webui.counts.parameters.count import Count, count
from webui.counts.parameters.grid import RANKED, TARGETS, Grid, grid
from webui.errors import PlannerError
from webui.figures import whole
from webui.page.frame import Page
from webui.page.steady import not_yet, steady
from webui.page.tables import bars, figures, heading, html_table, problem_card, quiet
from webui.page.view import View
from webui.recipe.sections import Adapter
from webui.recipe.sections.adapter import ALL_LINEAR
from webui.runs.events import Begun
from webui.text import Text

TITLE = Text("How many learn", "训练多少参数")
TRAINABLE = Text("parameters that learn", "可训练参数")
TOTAL = Text("of all", "全部参数")
SHARE = Text("share", "占比")
PACKED = Text(
    "In 4 bits two weights share one byte, so that other tools count {} for the model "
    "instead of {}.",
    "4 位量化时两个权重共用一个字节，因此其他工具会把模型计为 {}，而不是 {}。",
)
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
HOW_TO_READ = Text(
    "How many parameters learn, and their share. ● marks what is chosen now.",
    "可训练参数的数量及其占比。● 表示当前的选择。",
)
NOW = "● "

# What the seven usual names of modules amount to.
NAMED = {
    frozenset(): "all-linear",
    frozenset(ALL_LINEAR[:4]): "attention",
    frozenset(ALL_LINEAR[4:]): "mlp",
    frozenset(ALL_LINEAR): "all-linear",
    frozenset(("q_proj", "v_proj")): "q_v",
}


def build(page: Page) -> None:
    """The figures, always in sight, and other ranks and targets in a fold."""
    wait = not_yet(page)
    gr.HTML(str(heading(page.say(TITLE))))
    page.html(steady(counted), value=wait, min_height=230, elem_id="counts")
    with gr.Accordion(page.say(OTHERS), open=False, elem_id="grid-fold"):
        page.html(
            steady(other_counts),
            value=wait,
            min_height=230,
            elem_id="grid",
        )


def counted(page: Page, view: View) -> Markup | None:
    """Trainable, total and share; what was loaded; the bars by module."""
    found = view.planned(count)
    if found is None:
        return None
    if isinstance(found, PlannerError):
        return problem_card(page.say(found.text))
    modules = [(name, n, whole(n)) for name, n in found.by_module.items()]
    return (
        figures(count_figures(page, found))
        + (quiet(page.say(found.note)) if found.note else "")
        + draw_loaded_counts(page, view, found)
        + quiet(page.say(BY_MODULE))
        + bars(modules)
        + seen_elsewhere(page, found)
    )


def count_figures(page: Page, count: Count) -> list[tuple[str, str]]:
    return [
        (page.say(TRAINABLE), whole(count.trainable)),
        (page.say(TOTAL), whole(count.total)),
        (page.say(SHARE), f"{count.percent:.4f} %"),
    ]


def seen_elsewhere(page: Page, count: Count) -> Markup:
    """What other tools print for a base in 4 bits, so that no figure is a riddle."""
    if count.packed is None:
        return Markup("")
    told = page.say(PACKED).format(whole(count.packed), whole(count.base))
    return Markup('<p class="quiet aside">{}</p>').format(told)


def draw_loaded_counts(page: Page, view: View, count: Count) -> Markup:
    """What the model counts that really is loaded with this adapter."""
    real = view.last(Begun)
    if real is None or real.trainable is None or view.state("adapter") != "fresh":
        return Markup("")
    told = f"{page.say(LOADED)} {whole(real.trainable)} / {whole(real.total or 0)}"
    line = Markup('<p class="quiet"><span class="good">✓</span> {}</p>').format(told)
    if real.trainable == count.trainable:
        return line
    return problem_card(page.say(DIFFERS).format(whole(real.trainable)))


def other_counts(page: Page, view: View) -> Markup | None:
    """Trainable parameters over ranks and target modules."""
    if view.recipe.adapter.method not in RANKED:
        return quiet(page.say(NO_RANK))
    found = view.planned(grid)
    if found is None:
        return None
    if isinstance(found, PlannerError):
        return problem_card(page.say(found.text))
    how = quiet(page.say(HOW_TO_READ))
    return how + grid_table(page, found, view.recipe.adapter)


def grid_table(page: Page, grid: Grid, adapter: Adapter) -> Markup:
    """The counts; a mark stands at the present rank, targets, and where they meet."""
    rank = adapter.initial_rank if adapter.method == "adalora" else adapter.rank
    titles = ["", *(f"{now(r == rank)}{page.say(RANK)} {r}" for r in grid.ranks)]
    rows = []
    for row in grid.rows:
        chosen = row.targets == targets_of(adapter)
        counts = zip(grid.ranks, row.trainable, strict=True)
        cells = [
            draw_learned(n, grid.base, chosen=chosen and r == rank) for r, n in counts
        ]
        rows.append([now(chosen) + page.say(row.title), *cells])
    return html_table(titles, rows, numbers=range(1, len(titles)))


def now(chosen: bool) -> str:
    """The mark of what is chosen now."""
    return NOW if chosen else ""


def targets_of(adapter: Adapter) -> str:
    """The row of the grid that an adapter's targets stand for; "" for none."""
    if adapter.targets == "names":
        return NAMED.get(frozenset(adapter.target_modules), "")
    return adapter.targets if adapter.targets in TARGETS else ""


def draw_learned(trainable: int, base: int, *, chosen: bool) -> Markup:
    """A count, and below it its share of the whole."""
    share = 100 * trainable / (base + trainable)
    return Markup('<span{}>{}{}</span><br><span class="quiet">{}</span>').format(
        Markup(' class="chosen"') if chosen else "",
        now(chosen),
        whole(trainable),
        f"{share:.3f} %",
    )
