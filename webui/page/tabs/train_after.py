"""Stop a training and keep it, or discard it; go on with one that was cut off."""

from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.kernel import jobs, resuming, stopping
from webui.notebook.cells import has_own_run
from webui.page.frame import Page
from webui.page.tables import quiet
from webui.page.view import View
from webui.runs.events import Saved, Started
from webui.text import Text

SAVE = Text("Stop and save", "停止并保存")
DISCARD = Text("Stop and discard …", "停止并丢弃……")
REALLY = Text(
    "Really discard: this run, its checkpoints and curves are deleted",
    "确认丢弃：删除该运行及其检查点与曲线",
)
KEEP = Text("Let it go on", "继续训练")
RESUME = Text("Resume after step {}", "从第 {} 步继续")
FINISHED = Text(
    "Nothing is left to resume: the run has finished. “Train on” in Runs goes further.",
    "该运行已完成，无需继续。可在“运行记录”中“接着训练”。",
)
NOT_SAVED = Text(
    "It saved no checkpoint to resume from; “Resume” in Runs begins it again.",
    "没有可继续的检查点；“运行记录”中的“继续训练”会从头开始。",
)
ALL_STEPS = Text(
    "Its training had all of its steps; “Resume” in Runs makes what follows it.",
    "训练的所有步骤已完成；“运行记录”中的“继续训练”会完成其余部分。",
)
NO_RUN = Text("There is no run to resume.", "没有可继续的运行。")


def buttons_after(page: Page) -> None:
    """The buttons, each shown only while it can do something."""
    stop = partial(stopping.stop, page.kernel)
    with gr.Row():
        go_on = partial(resume_shown, page)
        resume = page.button(
            RESUME, "resume", go_on, form=False, size="md", visible=False
        )
        page.button(SAVE, "stop-save", stop, form=False, shown=goes_on, size="md")
        discard = page.button(DISCARD, "stop-discard", shown=goes_on, size="md")
    page.html(no_resume, elem_id="why-no-resume")
    with gr.Row(visible=False) as question:
        throw_away = partial(stop, discard=True)
        really = page.button(
            REALLY, "really-discard", throw_away, form=False, variant="stop"
        )
        keep = page.button(KEEP, "keep-training")
    page.watch(resume, lambda view: resume_button(page, view))
    page.watch(really, lambda view: gr.update(interactive=goes_on(view)))
    discard.click(lambda: gr.update(visible=True), None, question)
    for button in (really, keep):
        button.click(lambda: gr.update(visible=False), None, question)


def goes_on(view: View) -> bool:
    """Whether a run's job goes on in the kernel."""
    now = view.kernel
    return now.word == "busy" and has_own_run(now.busy.get("kind"))


def resume_button(page: Page, view: View) -> Any:
    """Shown when the shown run was cut off or stopped after it saved a checkpoint."""
    saved, ended = view.last(Saved), view.ended and view.kernel.word != "busy"
    can = bool(ended) and saved is not None and why_no_resume(view) is None
    step = saved.step if saved else ""
    return gr.update(visible=can, value=page.say(RESUME).format(step))


def why_no_resume(view: View) -> Text | None:
    """Why the shown run, which has ended, cannot be resumed; None if it can."""
    training = view.training
    if view.ended == "finished":
        return FINISHED
    if not view.last(Saved):
        return NOT_SAVED
    left = training is not None and training.step < training.max_steps
    return None if left else ALL_STEPS


def no_resume(page: Page, view: View) -> Markup:
    """Why there is no Resume for the shown run, where the button would be."""
    started = view.last(Started)
    ended = started is not None and started.kind == "run" and bool(view.ended)
    why = why_no_resume(view) if ended else None
    return quiet(page.say(why)) if why else Markup("")


def resume_shown(page: Page) -> None:
    """Go on with the shown run from its last whole checkpoint."""
    run = page.view().run
    if run is None:
        raise jobs.KernelError(NO_RUN)
    resuming.resume(page.kernel, run)
