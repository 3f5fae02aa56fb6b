"""How the shown training stands, in figures, and what took effect otherwise."""

from markupsafe import Markup

from webui.kernel.keeper import TRIES, gave_up
from webui.metrics import metric
from webui.page.cell import cell_failure
from webui.page.curves import figures_of
from webui.page.frame import Page
from webui.page.observing import recipe_or_none
from webui.page.strip.inline import before_first_step
from webui.page.tables import figures, html_table, quiet, track
from webui.page.view import View
from webui.runs.events import Begun, Failed
from webui.runs.summary import requested_settings
from webui.text import Text

EMPTY = Text(
    "No run yet. Press Run: the page shows the loss as it falls.",
    "还没有运行。点击“运行”，这里会显示损失的下降过程。",
)
SWEEPS = Text(
    "A sweep goes on: its trials, with their curves, are in the Sweep tab.",
    "正在进行超参数搜索：各次试验及其曲线在“搜索”标签页中。",
)
BEFORE = Text("The training of this run has not begun.", "该运行尚未开始训练。")
GAVE_UP = Text(
    "It resumed by itself {} times from step {} and ended each time, so it waits for "
    "you now.",
    "已自动续训 {} 次（从第 {} 步开始），每次都中途退出，现在等待你处理。",
)
LABELS = {
    "step": Text("step", "步"),
    "epoch": Text("epoch", "轮"),
    "left": Text("time left, about", "剩余时间（约）"),
    "took": Text("trained for", "训练用时"),
}
ASKED, EFFECT = Text("asked", "请求"), Text("in effect", "实际生效")
SETTINGS = {
    "loaded_in_8bit": Text("8-bit base", "8 位基座"),
    "loaded_in_4bit": Text("4-bit base", "4 位基座"),
    "base_precision": Text("base precision", "基座精度"),
    "quant_type": Text("4-bit type", "4 位类型"),
    "double_quant": Text("double quantization", "二次量化"),
    "optimizer": Text("optimizer", "优化器"),
    "packing": Text("packing", "样本打包"),
    "gradient_checkpointing": Text("gradient checkpointing", "梯度检查点"),
    "batch_size": Text("batch size", "批大小"),
    "gradient_accumulation": Text("gradient accumulation", "梯度累积"),
    "learning_rate": Text("learning rate", "学习率"),
    "seed": Text("seed", "随机种子"),
}
SETTING = Text("setting changed by the library or device", "被库或设备改变的设置")


def draw_progress(page: Page, view: View) -> Markup:
    """The figures of the shown run's training, with a bar.

    While it goes on, the browser puts newer figures into these places.
    """
    training = view.training
    now = view.kernel
    if training is None and now.word == "busy" and now.run == view.run:
        return before_first_step(page, view)
    if training is None:
        told = SWEEPS if view.is_sweep else BEFORE if view.run else EMPTY
        return quiet(page.say(told))
    live = now.word == "busy" and now.run == view.run
    values = figures_of(training, live, view.studio.memory)
    # A metric has its own title.
    labels = (page.say(LABELS.get(name) or metric(name).title) for name in values)
    shown = figures([*zip(labels, values.values(), strict=True)], [*values])
    share = training.step / max(training.max_steps, 1)
    return shown + track(share, page.say(LABELS["step"]))


def ended_kernel(page: Page, view: View) -> Markup:
    """How the kernel of the shown run ended; a cell that failed says so itself."""
    failed = view.last(Failed)
    if failed is None or failed.error != "KernelDied":
        return Markup("")
    step = gave_up(view.history)
    told = page.say(GAVE_UP).format(TRIES, step) if step is not None else ""
    waits = quiet(told) if told else Markup("")
    return cell_failure(page, failed) + waits


def changed_settings(page: Page, view: View) -> Markup:
    """Settings of the shown run that took effect otherwise than it asked."""
    begun = None if view.is_sweep else view.last(Begun)
    effective = begun.effective if begun else {}
    recipe = recipe_or_none(view.run) if view.run and effective else None
    asked = requested_settings(recipe) if recipe else {}
    rows = [
        (page.say(SETTINGS[name]), value, effective[name])
        for name, value in asked.items()
        if name in effective and str(effective[name]) != str(value)
    ]
    if not rows:
        return Markup("")
    return html_table([page.say(SETTING), page.say(ASKED), page.say(EFFECT)], rows)
