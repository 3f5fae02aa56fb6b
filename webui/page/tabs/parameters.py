"""Tab Parameters: which weights learn, and how many; exact before any is loaded."""

import gradio as gr
from markupsafe import Markup

from webui.figures import size, whole
from webui.kernel import jobs
from webui.page.cell import cell, code_and_output
from webui.page.frame import Page
from webui.page.language import MORE, RUN, WAIT
from webui.page.studio import View
from webui.page.tables import bars, figures, problem_card
from webui.planner.errors import PlannerError
from webui.planner.ready import ready
from webui.recipe.field import Text

TITLE = Text("Parameters", "参数")
SENTENCE = Text(
    "Which weights learn, and how many. Exact, before anything is loaded.",
    "训练哪些权重、有多少。加载模型之前即可得到精确数字。",
)
TRAINABLE = Text("trainable", "可训练")
TOTAL = Text("of", "总数")
SHARE = Text("share", "占比")
MEMORY = Text("memory to train, about", "训练内存(约)")
LOADED = Text("the loaded model counts", "已加载模型的计数")
BY_MODULE = Text("By module", "按模块")


def build(page: Page) -> None:
    """The adapter cell with its counts."""
    with cell(page, "adapter", 4, TITLE, SENTENCE):
        with gr.Row():
            page.field("adapter.rank")
            page.field("adapter.alpha")
        page.field("adapter.target_modules")
        with gr.Accordion(page.say(MORE), open=False), gr.Row():
            page.field("adapter.dropout")
            page.field("adapter.use_rslora")
        page.html(lambda view: counted(page, view), min_height=210, elem_id="counts")
        run = gr.Button(page.say(RUN), elem_id="run-adapter", size="sm")
        code_and_output(page, "adapter")
    page.when_pressed(run, lambda recipe: jobs.start_cells(ready(recipe), "adapter"))


def counted(page: Page, view: View) -> Markup:
    """Trainable, total and share; the bars by module; about how much memory."""
    count = view.count
    if count is None:
        return Markup('<p class="quiet">{}</p>').format(page.say(WAIT))
    if isinstance(count, PlannerError):
        return problem_card(page.say(count.text))
    pairs = [
        (page.say(TRAINABLE), whole(count.trainable)),
        (page.say(TOTAL), whole(count.total)),
        (page.say(SHARE), f"{count.percent:.4f} %"),
    ]
    memory = view.memory
    if memory is not None and not isinstance(memory, PlannerError):
        pairs.append((page.say(MEMORY), size(memory.total)))
    loaded = view.last("begun")
    if loaded and view.state("adapter") == "fresh":
        agrees = (loaded["trainable"], loaded["total"])
        pairs.append((page.say(LOADED), " / ".join(map(whole, agrees))))
    modules = [(name, n, whole(n)) for name, n in count.by_module.items()]
    return figures(pairs) + Markup('<p class="quiet">{}</p>{}').format(
        page.say(BY_MODULE), bars(modules)
    )
