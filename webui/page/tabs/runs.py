"""Tab Runs: what happened before; reopen one, or delete it."""

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.figures import brief, duration, size, whole
from webui.page.frame import Page
from webui.page.language import MARKS, STATES
from webui.page.studio import View
from webui.page.tables import table
from webui.recipe.field import Text
from webui.runs import folder as runs
from webui.runs.folder import Run, RunError
from webui.settings import runs_folder

TITLES = (
    Text("run", "运行"),
    Text("how it ended", "结果"),
    Text("trained", "可训练"),
    Text("steps", "步数"),
    Text("last loss", "最终损失"),
    Text("base → tuned", "基座 → 微调"),
    Text("tokens/s", "token/秒"),
    Text("peak memory", "内存峰值"),
    Text("took", "用时"),
)
HEADING = Text("Runs", "运行记录")
SENTENCE = Text(
    "Every run is a folder that you can copy: recipe, executed notebook, log, adapter.",
    "每次运行都是一个可以复制的文件夹:配方、已执行的笔记本、日志、适配器。",
)
EMPTY = Text(
    "No run yet. Two clicks make one: the Train tab, then Run.",
    "还没有运行。两次点击即可:打开“训练”,再点“运行”。",
)
CHOOSE = Text("Choose a run", "选择一次运行")
REOPEN = Text("Make it the current recipe", "作为当前配方打开")
DELETE = Text("Delete …", "删除……")
REALLY = Text("Really delete this run and its adapter", "确认删除该运行及其适配器")
KEEP = Text("Keep it", "保留")
WHERE = Text("The runs are in", "运行保存在")
LISTED = 50


def build(page: Page) -> None:
    """The table of runs, and what can be done with one."""
    with gr.Column(elem_classes="cell"):
        gr.HTML(
            str(
                Markup(
                    '<div class="cell-head"><span class="title" role="heading"'
                    ' aria-level="2">{}</span></div><p class="sentence">{}</p>'
                ).format(page.say(HEADING), page.say(SENTENCE))
            )
        )
        page.html(lambda view: listing(page, view), elem_id="runs-table")
        chosen = gr.Dropdown(label=page.say(CHOOSE), choices=[], elem_id="runs-chosen")
        with gr.Row():
            reopen = gr.Button(page.say(REOPEN), size="sm", elem_id="reopen")
            delete = gr.Button(page.say(DELETE), size="sm", elem_id="delete")
        with gr.Row(visible=False) as confirmation:
            really = gr.Button(
                page.say(REALLY), variant="stop", size="sm", elem_id="really-delete"
            )
            keep = gr.Button(page.say(KEEP), size="sm", elem_id="keep")
    page.watch(chosen, choices)
    page.when_pressed(reopen, partial(open_run, page), [chosen], form=False)
    page.when_pressed(really, delete_run, [chosen], form=False)
    delete.click(lambda: gr.update(visible=True), None, confirmation)
    for button in (really, keep):
        button.click(lambda: gr.update(visible=False), None, confirmation)


def choices(view: View) -> Any:
    """The runs to choose from, the newest first."""
    names = [folder.name for folder in runs.folders()]
    return gr.update(choices=names, value=next(iter(names), None))


def chosen_run(name: str | None) -> Run:
    """The run of this name; one sentence when there is none."""
    folder = runs_folder() / Path(name or "").name
    if not name or folder not in runs.folders():
        raise RunError(
            "choose a run first; this one is gone.", "请先选择一次运行;该运行已不存在。"
        )
    return runs.read(folder)


def open_run(page: Page, name: str | None) -> None:
    """Make a past run's recipe the current one."""
    page.studio.draft.replace(runs.recipe_of(chosen_run(name)))


def delete_run(name: str | None) -> None:
    """Delete a run's folder; the page asked before."""
    runs.delete(chosen_run(name))


def listing(page: Page, view: View) -> Markup:
    """The newest runs with their main figures."""
    folders = runs.folders()[:LISTED]
    if not folders:
        return Markup('<p class="card">{}</p>').format(page.say(EMPTY))
    rows = [row(page, runs.read(folder)) for folder in folders]
    where = Markup('<p class="quiet">{} <code>{}</code></p>').format(
        page.say(WHERE), runs_folder()
    )
    return table([page.say(t) for t in TITLES], rows, numbers=range(2, 9)) + where


def row(page: Page, run: Run) -> list[str]:
    """The main figures of one run."""
    s = run.summary
    score = s.get("score")
    return [
        run.id,
        f"{MARKS.get(run.status, '')} {page.say(STATES.get(run.status, Text('', '')))}",
        whole(s["trainable"]) if s.get("trainable") else "–",
        whole(s["steps"]) if s.get("steps") else "–",
        brief(s.get("last_loss")),
        f"{score['base']:.0%} → {score['tuned']:.0%}" if score else "–",
        brief(s.get("tokens_per_second")),
        size(s["peak_memory"]) if s.get("peak_memory") else "–",
        duration(s["duration"]) if s.get("duration") else "–",
    ]
