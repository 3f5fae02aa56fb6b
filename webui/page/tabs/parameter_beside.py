"""Two settings side by side: what differs, and what each of them means."""

import gradio as gr
from markupsafe import Markup

from webui.counts.memory.cards import CARDS
from webui.counts.memory.fit import Fit, fit
from webui.counts.parameters.count import Count, count
from webui.figures import in_bytes, whole
from webui.page.frame import Page
from webui.page.steady import steady
from webui.page.tables import html_table, quiet
from webui.page.tabs.parameter_counts import SHARE, TRAINABLE
from webui.page.tabs.parameter_memory import HERE, THIS_MACHINE, chosen_card
from webui.page.view import View
from webui.recipe import Recipe
from webui.recipe.paths import FIELDS, value_at
from webui.runs.difference import value_text
from webui.text import Text

BESIDE = Text("Set two settings side by side", "并排比较两组设置")
KEEP = Text("Keep these settings to compare", "保留当前设置用于比较")
FORGET = Text("Forget them", "清除")
NOTHING_KEPT = Text(
    "Press the button, then change a setting: both stand here side by side.",
    "先按下按钮，再改动设置：两组会并排显示在这里。",
)
NO_DIFFERENCE = Text(
    "Nothing differs yet: change a setting above, or on another tab.",
    "目前没有差别：请改动上方或其他标签页的设置。",
)
MEMORY = Text("memory to train on {}, about", "在{}上训练的内存（约）")
KEPT, NOW = Text("kept", "已保留"), Text("now", "当前")
SECTIONS = ("model.", "adapter.", "training.")


def build(page: Page, card: gr.Dropdown) -> None:
    """Two buttons and a table in a fold; the memory is that of the chosen card."""
    with gr.Accordion(page.say(BESIDE), open=False, elem_id="beside-fold"):
        with gr.Row():
            studio = page.studio
            page.button(KEEP, "keep-settings", studio.keep)
            page.button(
                FORGET, "forget-settings", studio.forget, form=False, shown=is_kept
            )
        nothing = str(quiet(page.say(NOTHING_KEPT)))
        table = gr.HTML(nothing, min_height=60, elem_id="beside")
        page.watch_chosen(table, [card], steady(beside))


def is_kept(view: View) -> bool:
    """Whether there are settings to compare with."""
    return view.studio.kept is not None


def beside(page: Page, view: View, name: str) -> Markup | None:
    """The kept settings and those of now: what differs, and what each means."""
    kept = view.studio.kept
    if kept is None:
        return quiet(page.say(NOTHING_KEPT))
    means = results(page, view, kept, name)
    if means is None:
        return None
    differ = differing(kept, view.recipe)
    rows = [
        [
            page.say(FIELDS[path].declaration.title),
            *(page.say(value_text(value, path)) for value in two),
        ]
        for path, two in differ.items()
    ]
    told = Markup("") if differ else quiet(page.say(NO_DIFFERENCE))
    return told + html_table(["", page.say(KEPT), page.say(NOW)], [*rows, *means])


def differing(kept: Recipe, now: Recipe) -> dict[str, tuple]:
    """The fields in which two recipes differ, as far as parameters and memory go."""
    both = {
        path: (value_at(kept, path), value_at(now, path))
        for path in FIELDS
        if path.startswith(SECTIONS)
    }
    return {path: pair for path, pair in both.items() if pair[0] != pair[1]}


def results(page: Page, view: View, kept: Recipe, name: str) -> list[list[str]] | None:
    """Counts of both, and their memory on a card; None while they come."""
    both, card = (kept, view.recipe), chosen_card(view, name)
    counts = [view.planned(count, recipe=each) for each in both]
    fits = [view.planned(fit, card, None, recipe=each) for each in both] if card else []
    if None in (*counts, *fits):
        return None
    rows = []
    if all(isinstance(each, Count) for each in counts):
        rows.append([page.say(TRAINABLE), *(whole(c.trainable) for c in counts)])
        rows.append([page.say(SHARE), *(f"{c.percent:.4f} %" for c in counts)])
    if fits and all(isinstance(each, Fit) for each in fits):
        peaks = [in_bytes(each.verdict.memory.total) for each in fits]
        where = page.say(THIS_MACHINE if name == HERE else CARDS[name].title)
        rows.append([page.say(MEMORY).format(where), *peaks])
    return rows
