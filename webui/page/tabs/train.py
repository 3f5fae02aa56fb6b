"""Tab Train: how long and how fast, and everything that shows while it runs."""

import time
from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.figures import brief, duration, size, whole
from webui.kernel import jobs
from webui.page.cell import cell, code_and_output, failure
from webui.page.charts import plot, plot_update
from webui.page.frame import Page
from webui.page.language import MORE, RUN
from webui.page.studio import View
from webui.page.tables import figures, table
from webui.planner.ready import ready
from webui.recipe import Recipe
from webui.recipe.field import Text
from webui.runs.summary import requested_settings

TITLE = Text("Train", "训练")
SENTENCE = Text(
    "The adapter learns from the rows. A new run starts from the untouched base.",
    "适配器从数据中学习。每次运行都从未改动的基座重新开始。",
)
EMPTY = Text(
    "No run yet. Press Run: the page shows the loss as it falls.",
    "还没有运行。点击“运行”,这里会显示损失的下降过程。",
)
LABELS = {
    "step": Text("step", "步"),
    "loss": Text("loss", "损失"),
    "rate": Text("learning rate", "学习率"),
    "norm": Text("gradient norm", "梯度范数"),
    "speed": Text("tokens per second", "每秒 token 数"),
    "left": Text("time left, about", "剩余时间(约)"),
    "took": Text("trained for", "训练用时"),
    "memory": Text("memory", "内存"),
}
ASKED, EFFECT = Text("asked", "请求"), Text("in effect", "实际生效")
SETTING = Text("setting changed by the library or device", "被库或设备改变的设置")


def build(page: Page) -> None:
    """The train cell: form, figures, three plots, what took effect otherwise."""
    with cell(page, "train", 5, TITLE, SENTENCE):
        form(page)
        run = gr.Button(page.say(RUN), size="md", elem_id="run-train")
        page.html(lambda view: progress(page, view), min_height=70, elem_id="progress")
        page.html(lambda view: ended_kernel(page, view), elem_id="failure")
        loss = plot("loss", page.say(LABELS["loss"]), height=240)
        with gr.Row():
            rate = plot("learning_rate", page.say(LABELS["rate"]), height=170)
            norm = plot("grad_norm", page.say(LABELS["norm"]), height=170)
        page.html(lambda view: changed_settings(page, view))
        code_and_output(page, "train")
    for component, name in (
        (loss, "loss"),
        (rate, "learning_rate"),
        (norm, "grad_norm"),
    ):
        page.watch(component, partial(curve, name))
    page.when_pressed(run, train)


def curve(name: str, view: View) -> Any:
    """One logged figure of the shown run over its steps."""
    return plot_update(view.history, name)


def form(page: Page) -> None:
    """The fields: common ones first, rare ones folded."""
    with gr.Row():
        page.field("training.duration")
        page.field("training.epochs")
        page.field("training.steps")
    with gr.Row():
        page.field("training.batch_size")
        page.field("training.gradient_accumulation")
    with gr.Row():
        page.field("training.learning_rate")
        page.field("training.schedule")
        page.field("training.seed")
    with gr.Accordion(page.say(MORE), open=False):
        with gr.Row():
            page.field("training.warmup_steps")
            page.field("training.optimizer")
            page.field("training.weight_decay")
        with gr.Row():
            page.field("training.max_grad_norm")
            page.field("training.save_every")
            page.field("training.gradient_checkpointing")


def train(recipe: Recipe) -> None:
    """Begin a run that ends with the training."""
    jobs.start_run(ready(recipe), upto="train")


def progress(page: Page, view: View) -> Markup:
    """The figures of the shown run's training, with a bar while it goes on."""
    step, begun = view.last("step"), view.last("begun")
    if not begun:
        return Markup('<p class="quiet">{}</p>').format(page.say(EMPTY))
    logs, done, total = step.get("logs", {}), step.get("step", 0), begun["max_steps"]
    steps = [e for e in view.history if e["event"] == "step"]
    going = view.state("train") == "running" or view.state("sweep") == "running"
    spent = (step or begun)["time"] - begun["time"]
    timing = ("left", "–") if going else ("took", duration(spent))
    if going and len(steps) > 1 and done:
        left = spent / done * (total - done) - (time.time() - step["time"])
        timing = ("left", duration(max(left, 0)))
    named = [
        ("step", f"{whole(done)} / {whole(total)}"),
        ("loss", brief(logs.get("loss"))),
        ("rate", brief(logs.get("learning_rate"), 3)),
        ("norm", brief(logs.get("grad_norm"), 3)),
        ("speed", brief(step.get("tokens_per_second"))),
        timing,
        ("memory", size(step["memory"]) if step.get("memory") else "–"),
    ]
    bar = Markup(
        '<div class="track" role="progressbar" aria-valuenow="{0}" aria-valuemin="0"'
        ' aria-valuemax="100"><div style="width:{0}%"></div></div>'
    ).format(round(100 * done / max(total, 1)))
    return figures([(page.say(LABELS[name]), value) for name, value in named]) + bar


def ended_kernel(page: Page, view: View) -> Markup:
    """How the kernel of the shown run ended; a cell that failed says so itself."""
    failed = view.last("failed")
    if failed.get("error") != "KernelDied":
        return Markup("")
    return failure(page, failed)


def changed_settings(page: Page, view: View) -> Markup:
    """Settings that took effect otherwise than asked; nothing when all did."""
    effective = view.last("begun").get("effective", {})
    asked = requested_settings(view.recipe) if effective else {}
    rows = [
        (name, value, effective[name])
        for name, value in asked.items()
        if name in effective and str(effective[name]) != str(value)
    ]
    if not rows or view.state("train") not in ("fresh", "running"):
        return Markup("")
    return table([page.say(SETTING), page.say(ASKED), page.say(EFFECT)], rows)
