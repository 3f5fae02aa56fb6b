"""Stop a training and keep it, or discard it; go on with one that was cut off."""

from typing import Any

import gradio as gr

from webui.kernel import jobs, resuming, stopping
from webui.page.frame import Page
from webui.page.view import View
from webui.recipe.field import Text

SAVE = Text("Stop and save", "停止并保存")
DISCARD = Text("Stop and discard …", "停止并丢弃……")
REALLY = Text(
    "Really discard: this run, its checkpoints and curves are deleted",
    "确认丢弃：删除该运行及其检查点与曲线",
)
KEEP = Text("Let it go on", "继续训练")
RESUME = Text("Resume after step {}", "从第 {} 步继续")
NO_RUN = Text("There is no run to resume.", "没有可继续的运行。")


def after(page: Page) -> None:
    """The buttons, each shown only while it can do something."""
    with gr.Row():
        resume = gr.Button(page.say(RESUME), size="md", elem_id="resume", visible=False)
        save = gr.Button(page.say(SAVE), size="md", elem_id="stop-save", visible=False)
        discard = gr.Button(
            page.say(DISCARD), size="md", elem_id="stop-discard", visible=False
        )
    with gr.Row(visible=False) as question:
        really = gr.Button(
            page.say(REALLY), variant="stop", size="sm", elem_id="really-discard"
        )
        keep = gr.Button(page.say(KEEP), size="sm", elem_id="keep-training")
    for button in (save, discard):
        page.watch(button, lambda view: gr.update(visible=goes_on(view)))
    page.watch(resume, lambda view: resume_button(page, view))
    page.watch(really, lambda view: gr.update(interactive=goes_on(view)))
    page.when_pressed(save, lambda: stopping.stop(), form=False)
    page.when_pressed(really, lambda: stopping.stop(discard=True), form=False)
    page.when_pressed(resume, lambda: resume_shown(page), form=False)
    discard.click(lambda: gr.update(visible=True), None, question)
    for button in (really, keep):
        button.click(lambda: gr.update(visible=False), None, question)


def goes_on(view: View) -> bool:
    """Whether a run's job goes on in the kernel."""
    return view.kernel.word == "busy" and view.kernel.busy.get("kind") in stopping.NEW


def resume_button(page: Page, view: View) -> Any:
    """Shown when the shown run was cut off or stopped after it saved a checkpoint."""
    ended, saved = view.last("finished").get("status"), view.last("saved")
    step = saved.get("step") or saved.get("checkpoint", "").rpartition("-")[2]
    training = view.training
    left = training is not None and training.step < training.max_steps
    can = bool(saved) and left and ended in ("stopped", "failed")
    can = can and view.kernel.word != "busy"
    return gr.update(visible=can, value=page.say(RESUME).format(step))


def resume_shown(page: Page) -> None:
    """Go on with the shown run from its last whole checkpoint."""
    run = page.view().run
    if run is None:
        raise jobs.KernelError(*NO_RUN)
    resuming.resume(run)
