"""Train on from the chosen run; where that or Resume cannot be, why."""

from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.page.bind import titled_choices
from webui.page.frame import Page
from webui.page.number_box import number_box, typed_number
from webui.page.tables import quiet
from webui.page.view import View
from webui.recipe.paths import FIELDS
from webui.runs import entries
from webui.runs import folder as runs
from webui.runs.entries import Entry
from webui.runs.error import RunError
from webui.runs.parent import child, why_not_trainable
from webui.text import Text

TITLE = Text("Train on", "接着训练")
WHAT = Text(
    "A new run that begins with this run's weights, for more epochs or on other rows. "
    "The optimizer's state is not carried over and the schedule starts anew, so say "
    "both again; a lower rate than before is usual.",
    "新的运行将从此运行的权重开始，可增加轮数或换用其他数据。优化器状态不会保留，"
    "学习率调度重新开始，因此请重新填写；通常取比之前更低的学习率。",
)
MAKE = Text("Make it the current recipe", "作为当前配方打开")
AS_BEFORE = Text("0: as many as before.", "0 表示与之前相同。")
SAY_BOTH = Text(
    "say the learning rate and the schedule: those of the first training are over.",
    "请填写学习率和学习率调度：第一次训练的已经结束。",
)
READY = Text(
    "The recipe now trains on from {}. Choose other rows in Data if you like, then "
    "press Run in Train.",
    "当前配方将从 {} 接着训练。可在“数据”中换用其他数据，然后在“训练”中点击“运行”。",
)
NO_RESUME = Text("Resume: {}", "继续训练：{}")
NO_FURTHER = Text("Train on: {}", "接着训练：{}")
SWEPT = Text(
    "a sweep keeps no checkpoints; start it again.",
    "超参数搜索不保留检查点；请重新开始。",
)
FINISHED = Text(
    "it has finished, so nothing is left; “Train on” goes further.",
    "该运行已完成，无需继续；可用“接着训练”。",
)
GOES_ON = Text("it is running.", "正在运行。")


def build(page: Page, chosen: gr.Dropdown) -> None:
    """What has to be said again, and a button; or why there is none."""
    with gr.Accordion(page.say(TITLE), open=False, elem_id="train-on"):
        gr.HTML(str(Markup('<p class="sentence">{}</p>').format(page.say(WHAT))))
        with gr.Row():
            fields = [empty_field(page, path) for path in ("learning_rate", "schedule")]
            fields.append(empty_field(page, "epochs", page.say(AS_BEFORE)))
        given = [chosen, *fields]
        make = page.button(MAKE, "train-on-run", partial(take, page), given, form=False)
        why = gr.HTML(elem_id="no-train-on")
    page.watch_chosen(make, [chosen], can)
    page.watch_chosen(why, [chosen], no_further)


def empty_field(page: Page, name: str, info: str = "") -> Any:
    """An empty field for a setting of the training."""
    declared = FIELDS[f"training.{name}"]
    common: dict[str, Any] = {
        "label": page.say(declared.declaration.title),
        "value": None,
        "interactive": True,
        "elem_id": f"train-on-{name}",
        "info": info or None,
    }
    if declared.choices:
        return gr.Dropdown(choices=titled_choices(declared, page.language), **common)
    return number_box(declared, **common)


def chosen_entry(page: Page, name: str | None) -> Entry:
    """The run of this id; one sentence when there is none."""
    folder = page.kernel.runs / Path(name or "").name
    if not name or folder not in runs.folders(page.kernel.runs):
        raise RunError.of(
            "choose a run first; this one is gone.",
            "请先选择一次运行；该运行已不存在。",
        )
    return entries.entry(folder)


def known_entry(page: Page, name: str | None) -> Entry | None:
    """The run of this id, if it is there."""
    try:
        return chosen_entry(page, name)
    except RunError:
        return None


def can(page: Page, view: View, name: str | None) -> Any:
    """The button is shown for a run that can be trained on."""
    entry = known_entry(page, name)
    return gr.update(visible=entry is not None and why_not_further(entry) is None)


@lru_cache(maxsize=256)
def why_not_further(entry: Entry) -> Text | None:
    """Why a run cannot be trained on; a run that did not change is not read again."""
    return why_not_trainable(entry.run)


def no_further(page: Page, view: View, name: str | None) -> Markup:
    """Why the chosen run cannot be trained on, where the button would be."""
    entry = known_entry(page, name)
    why = why_not_further(entry) if entry else None
    return quiet(page.say(NO_FURTHER).format(page.say(why))) if why else Markup("")


def no_resume(page: Page, view: View, name: str | None) -> Markup:
    """Why the chosen run cannot be resumed, where the button would be."""
    entry = known_entry(page, name)
    if entry is None:
        return Markup("")
    why = {"finished": FINISHED, "running": GOES_ON}.get(entry.run.status)
    if entry.run.kind != "run":
        why = SWEPT
    return quiet(page.say(NO_RESUME).format(page.say(why))) if why else Markup("")


def take(
    page: Page,
    name: str | None,
    rate: str | None,
    schedule: str | None,
    epochs: str | None,
) -> None:
    """Make the recipe that trains on from a run the current one."""
    entry = known_entry(page, name)
    if entry is None:
        raise RunError.of("choose a run first.", "请先选择一次运行。")
    if (why := why_not_trainable(entry.run)) is not None:
        raise RunError(why)
    if not (rate or "").strip() or not schedule:
        raise RunError(SAY_BOTH)
    values: dict[str, Any] = {
        "training.learning_rate": typed_number(FIELDS["training.learning_rate"], rate),
        "training.schedule": schedule,
    }
    if more := typed_number(FIELDS["training.epochs"], epochs):
        values |= {"training.duration": "epochs", "training.epochs": more}
    page.studio.draft.replace(child(entry.run, values))
    page.tell(page.say(READY).format(entry.id))
