"""The chosen run: what it is, its name and note, and what can be done with it."""

from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.components import Component
from markupsafe import Markup

from webui.figures import finite, whole
from webui.kernel import resuming
from webui.kernel.process import KernelError
from webui.notebook.edits import titles_of
from webui.page.frame import QUIET, Page
from webui.page.library_warnings import library_warnings
from webui.page.runs import files, further
from webui.page.runs.difference import CHOOSE, CURRENT, differences
from webui.page.runs.further import chosen_entry, known_entry
from webui.page.runs.learned import learned_line
from webui.page.runs.table import edited_by_hand, state
from webui.page.runs.trials import leaderboard, standing
from webui.page.tables import heading, quiet
from webui.page.view import View
from webui.runs import events, notes
from webui.runs import folder as runs
from webui.runs.entries import Entry
from webui.runs.events import Warned
from webui.runs.notes import About
from webui.text import Text, filled

REOPEN = Text("Make it the current recipe", "作为当前配方打开")
RESUME = Text("Resume", "继续训练")
OVERLAY = Text("Lay its curves over in Train", "在“训练”中叠加其曲线")
TAKE_OFF = Text("Take its curves off", "取消叠加曲线")
DELETE = Text("Delete …", "删除……")
REALLY = Text("Really delete {} with its adapter", "确认删除 {} 及其适配器")
KEEP = Text("Keep it", "保留")
ABOUT = Text("Name and note", "名称与备注")
NAME = Text("Shown name", "显示名称")
NAME_HELP = Text(
    "The folder keeps its own name; empty shows that one.",
    "文件夹名称不变；留空则显示文件夹名称。",
)
NOTE = Text("Note", "备注")
SAVE = Text("Save name and note", "保存名称与备注")
DIFFERENCE = Text("Difference of two recipes", "两个配方的差异")
OTHER = Text("Compare its recipe with", "与哪个配方比较")
TAKEN = Text(
    "This run had code edited by hand, which is now yours: {}. Read it before you run.",
    "此运行含有手动修改的代码，现已归你使用：{}。运行前请先阅读。",
)
NONE = Text("Choose a run in the table.", "请在表格中选择一次运行。")
GONE = Text("This run is gone.", "该运行已不存在。")
FROM_STEP = Text("can go on from step {}", "可从第 {} 步继续")
FROM_BEGINNING = Text("has no checkpoint: begins again", "没有检查点：将从头开始")
FROM_RUN = Text("trained on from {}", "从 {} 接着训练")
RESUMED = Text("resumed {} times", "已继续 {} 次")
RESUMED_ONCE = Text("resumed once", "已继续 1 次")
HERE = ""  # the other recipe: the current one

# Through the queue, which alone brings a warning to the browser.
TELLING = {key: value for key, value in QUIET.items() if key != "queue"}


def build(page: Page, chosen: gr.Dropdown) -> gr.Dropdown:
    """Everything about the chosen run; returns the list of runs to compare with."""
    facts = gr.HTML(elem_id="run-facts")
    page.watch_chosen(facts, [chosen], describe_run)
    tried = gr.HTML(elem_id="run-trials")
    page.watch_chosen(tried, [chosen], trials_of)
    taken = gr.HTML(elem_id="run-files", js_on_load=files.copy_script())
    page.watch_chosen(taken, [chosen], files.run_files)
    page.watch_chosen(
        gr.HTML(elem_id="run-warnings"),
        [chosen],
        warned_of,
    )
    build_actions(page, chosen)
    further.build(page, chosen)
    build_about(page, chosen)
    with gr.Accordion(page.say(DIFFERENCE), open=False, elem_id="run-difference"):
        other = gr.Dropdown(
            label=page.say(OTHER),
            choices=[(page.say(CURRENT), HERE)],
            value=HERE,
            allow_custom_value=True,
            elem_id="runs-other",
        )
        table = gr.HTML(elem_id="differences")
        page.watch_chosen(table, [chosen, other], difference_of)
    return other


def trials_of(page: Page, view: View, name: str | None) -> Markup:
    """The trials of the chosen run, where it is a sweep."""
    entry = known_entry(page, name)
    if entry is None or entry.trials is None:
        return Markup("")
    swept = page.studio.follow(entry.run.folder)
    return standing(page, swept) + leaderboard(page, swept.history)


def warned_of(page: Page, view: View, name: str | None) -> Markup:
    """What the libraries warned of in the chosen run."""
    entry = known_entry(page, name)
    if entry is None:
        return Markup("")
    folder = entry.run.folder
    return library_warnings(page, warned_in(folder, events.size(folder)))


@lru_cache(maxsize=64)
def warned_in(folder: Path, size: int) -> list[Warned]:
    """The warnings of a run whose log is so long; its many steps are not parsed."""
    return events.of(folder, Warned)


def describe_run(page: Page, view: View, name: str | None) -> Markup:
    """What the chosen run is."""
    entry = known_entry(page, name)
    if entry is None:
        return Markup('<p class="card">{}</p>').format(page.say(GONE if name else NONE))
    times = int(finite(entry.run.summary.get("resumed")) or 0)
    step = resume_step(entry)
    parts = [
        entry.id if entry.about.name else "",
        entry.model,
        entry.method,
        state(entry, page.language),
    ]
    if entry.parent:
        parts.append(page.say(FROM_RUN).format(entry.parent))
    if entry.edited:
        parts.append(page.say(edited_by_hand(entry.edited)))
    if times:
        parts.append(page.say(RESUMED_ONCE if times == 1 else RESUMED).format(times))
    if step is not None:
        text = FROM_STEP if step else FROM_BEGINNING
        parts.append(page.say(text).format(whole(step)))
    parts += learned_line(page, entry)
    note = Markup('<p class="note" dir="auto">{}</p>').format(entry.about.note)
    return Markup("{}<p class='quiet'>{}</p>{}").format(
        heading(("★ " if entry.about.star else "") + entry.title),
        " · ".join(filter(None, parts)),
        note if entry.about.note else "",
    )


def difference_of(
    page: Page, view: View, name: str | None, other: str | None
) -> Markup:
    """Where the chosen run's recipe differs from the other."""
    left, right = known_entry(page, name), known_entry(page, other)
    if left is None or (other and right is None):
        return quiet(page.say(CHOOSE))
    return differences(page, view, left, right)


# ---- what can be done


def build_actions(page: Page, chosen: gr.Dropdown) -> None:
    """Reopen, resume, lay curves over, delete."""
    doomed = gr.State(None)
    with gr.Row():
        _, resume, overlay = (
            page.button(title, name, partial(action, page), [chosen], form=False)
            for title, name, action in (
                (REOPEN, "reopen", reopen_run),
                (RESUME, "resume-run", resume_run),
                (OVERLAY, "overlay-run", turn_overlay),
            )
        )
        delete = page.button(DELETE, "delete")
    with gr.Row(visible=False) as confirmation:
        # The run that was asked about: what is chosen may change until the answer.
        sure = partial(delete_run, page)
        really = page.button(
            REALLY, "really-delete", sure, [doomed], form=False, variant="stop"
        )
        keep = page.button(KEEP, "keep")
    why = gr.HTML(elem_id="no-resume")
    page.watch_chosen(why, [chosen], further.no_resume)
    page.watch_chosen(resume, [chosen], resume_button)
    page.watch_chosen(overlay, [chosen], overlay_button)
    delete.click(partial(ask, page), chosen, [doomed, really, confirmation], **TELLING)
    for hidden in (really.click, keep.click, chosen.change):
        hidden(lambda: gr.update(visible=False), None, confirmation, **QUIET)


def ask(page: Page, name: str | None) -> list[Any]:
    """Ask whether this very run is to be deleted."""
    entry = known_entry(page, name)
    if entry is None:
        page.warn(page.say(NONE))
        return [None, gr.skip(), gr.update(visible=False)]
    question = page.say(REALLY).format(notes.short(entry.title))
    return [entry.id, question, gr.update(visible=True)]


def reopen_run(page: Page, name: str | None) -> None:
    """Make a past run's recipe the current one."""
    run = chosen_entry(page, name).run
    edits = runs.edits_of_run(run.folder)
    page.studio.draft.replace(runs.recipe_of_run(run), edits)
    if edits:
        page.tell(page.say(filled(TAKEN, titles_of(edits))))


def delete_run(page: Page, name: str | None) -> None:
    """Delete a run's folder; the page asked before."""
    runs.delete(chosen_entry(page, name).run)


def resume_run(page: Page, name: str | None) -> None:
    """Go on with a run from its last whole checkpoint."""
    resuming.resume(page.kernel, chosen_entry(page, name).run.folder)


def resume_button(page: Page, view: View, name: str | None) -> Any:
    """Shown for a run that can go on; not to be pressed while the kernel is busy."""
    entry = known_entry(page, name)
    can = entry is not None and resume_step(entry) is not None
    return gr.update(visible=can, interactive=view.kernel.word != "busy")


@lru_cache(maxsize=256)
def resume_step(entry: Entry) -> int | None:
    """The step that a run can go on from; None when it cannot."""
    if entry.run.kind != "run":
        return None
    try:
        return resuming.resumable(entry.run.folder).step
    except KernelError:
        return None


def overlay_button(page: Page, view: View, name: str | None) -> Any:
    """Lay over, or take off what lies over."""
    over = name in view.studio.overlaid
    return gr.update(value=page.say(TAKE_OFF if over else OVERLAY))


def turn_overlay(page: Page, name: str | None) -> None:
    """Lay a run's curves over the shown run's, or take them off again."""
    run, over = chosen_entry(page, name).id, page.studio.overlaid
    page.studio.overlaid = (
        tuple(each for each in over if each != run) if run in over else (*over, run)
    )


# ---- name and note


def build_about(page: Page, chosen: gr.Dropdown) -> None:
    """The fields for name and note; they are saved by their button."""
    was = gr.State(None)
    with gr.Accordion(page.say(ABOUT), open=False, elem_id="run-about"):
        name = gr.Textbox(
            label=page.say(NAME), info=page.say(NAME_HELP), elem_id="run-name"
        )
        note = gr.Textbox(
            label=page.say(NOTE), lines=3, max_lines=12, elem_id="run-note"
        )
        save = page.button(SAVE, "save-about")
    fields: list[Component] = [name, note, was]
    chosen.change(partial(fields_on_disk, page), chosen, fields, **QUIET)
    saved = save.click(partial(save_about, page), [chosen, *fields], fields, **TELLING)
    saved.then(*page.looks, **QUIET)


def fields_on_disk(page: Page, chosen: str | None) -> list[Any]:
    """Name and note as they are on disk, and whose they are."""
    entry = known_entry(page, chosen)
    about = entry.about if entry else notes.NOTHING
    return [about.name, about.note, (chosen, about)]


def save_about(
    page: Page,
    chosen: str | None,
    name: str | None,
    note: str | None,
    was: tuple[str, About] | None,
) -> list[Any]:
    """Save what was changed in this tab; what another tab changed is not lost."""
    shown = [gr.skip(), gr.skip(), gr.skip()]
    with page.problems_told():
        entry = chosen_entry(page, chosen)
        if was is None or was[0] != chosen:  # the fields are another run's
            return fields_on_disk(page, chosen)
        wanted = {"name": name or "", "note": note or ""}
        changed = {k: v for k, v in wanted.items() if v != getattr(was[1], k)}
        # If this is refused, a second press replaces what is there.
        shown[-1] = (chosen, entry.about)
        notes.change(entry.run.folder, page.kernel.notes, was=was[1], **changed)  # type: ignore[arg-type]
        shown = fields_on_disk(page, chosen)
    return shown
