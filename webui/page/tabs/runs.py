"""Tab Runs: what happened before, to find, sort, mark, compare and go on from."""

from collections.abc import Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.page.frame import QUIET, Page
from webui.page.runs import one, table
from webui.page.runs.further import chosen_entry, known_entry
from webui.page.runs.running import with_figures_of_now
from webui.page.runs.table import NEWEST, TITLES, falls, title_of, turned
from webui.page.view import View
from webui.runs import entries, notes
from webui.runs.entries import COLUMNS, Entry, columns_of
from webui.text import Text

HEADING = Text("Runs", "运行记录")
SENTENCE = Text(
    "Every run is a folder that you can copy: recipe, executed notebook, log, adapter.",
    "每次运行都是一个可以复制的文件夹：配方、已执行的笔记本、日志、适配器。",
)
EMPTY = Text(
    "No run yet. Two clicks make one: the Train tab, then Run.",
    "还没有运行。两次点击即可：打开“训练”，再点“运行”。",
)
FIND = Text("Find", "查找")
FIND_HELP = Text(
    "words of the name, note, model, method or how it ended",
    "名称、备注、模型、方法或结果中的词",
)
STARRED = Text("Only with a star", "只看星标")
SORTED = Text("Sorted by", "排序方式")
RISING_FIRST = Text("{}, lowest first", "{}，从低到高")
FALLING_FIRST = Text("{}, highest first", "{}，从高到低")
NEWEST_FIRST = Text("newest first", "最新在前")
OLDEST_FIRST = Text("oldest first", "最早在前")
BY_NAME = Text("name", "名称")
COLUMNS_TITLE = Text("Columns", "列")
# What may be left out; what nobody declared stands where a run has it.
OFFERED = {name: title for name, title in TITLES.items() if name not in table.FIRST}
STARRED_FIRST = Text("those with a star first", "星标在前")
STARRED_LAST = Text("those with a star last", "星标在后")
CHOOSE = Text("Chosen run", "所选运行")
WHERE = Text("{} of {} runs are shown; they are in", "共 {1} 次运行，显示 {0} 次；位于")
NOTHING_FOUND = Text("No run matches.", "没有符合条件的运行。")
MORE = Text("Show more", "显示更多")
LISTED = 50
# The longest list that anyone reads on; beyond it, words find a run.
MOST = 1000


def build(page: Page) -> None:
    """The table of runs, and what can be done with one."""
    with gr.Column(elem_classes="cell", elem_id="cell-runs"):
        gr.HTML(
            str(
                Markup(
                    '<div class="cell-head"><span class="title" role="heading"'
                    ' aria-level="2">{}</span></div><p class="sentence">{}</p>'
                ).format(page.say(HEADING), page.say(SENTENCE))
            )
        )
        words, starred, order = build_filter(page)
        columns = build_columns(page)
        count = gr.State(LISTED)
        listed = gr.HTML(elem_id="runs-table", js_on_load=table.table_script())
        more = gr.Button(page.say(MORE), size="sm", visible=False, elem_id="runs-more")
        chosen = gr.Dropdown(
            label=page.say(CHOOSE),
            choices=[],
            allow_custom_value=True,
            elem_id="runs-chosen",
        )
        other = one.build(page, chosen)
    asked = [words, starred, order, count]
    page.watch_chosen(listed, [*asked, columns, chosen], listing)
    page.watch_chosen(more, asked, more_button)
    page.watch_chosen(chosen, [*asked, chosen], runs_to_choose)
    page.watch_chosen(other, asked, others)
    # In the queue, for Gradio tells of a changed state only what came through it.
    counted = {**QUIET, "queue": True}
    more.click(lambda shown: min(shown + LISTED, MOST), count, count, **counted)

    # Gradio hands the event only to a plain function that names its type.
    def press(sorted_by: str, event: gr.EventData) -> list[Any]:
        said = [getattr(event, name, None) for name in ("what", "value")]
        return pressed(page, sorted_by, *said)

    # By default a press is lost that comes before the last one is answered.
    often = {**one.TELLING, "trigger_mode": "multiple"}
    clicked = listed.click(press, order, [order, chosen], **often)
    clicked.then(*page.looks, **QUIET)


def build_filter(page: Page) -> tuple[gr.Textbox, gr.Checkbox, gr.Dropdown]:
    """What to look for, and how to sort."""
    with gr.Row(elem_id="find-runs"):
        words = gr.Textbox(
            label=page.say(FIND), placeholder=page.say(FIND_HELP), elem_id="runs-words"
        )
        order = gr.Dropdown(
            label=page.say(SORTED),
            choices=orders(page, []),
            value=NEWEST,
            elem_id="runs-order",
        )
        page.watch(order, lambda view: gr.update(choices=orders(page, view.entries)))
        starred = gr.Checkbox(label=page.say(STARRED), elem_id="runs-starred")
    return words, starred, order


def build_columns(page: Page) -> gr.CheckboxGroup:
    """Which columns the table has; a tab's own choice."""
    choices = [(page.say(title), name) for name, title in OFFERED.items()]
    with gr.Accordion(page.say(COLUMNS_TITLE), open=False, elem_id="runs-columns"):
        return gr.CheckboxGroup(
            choices=choices,
            value=[name for name in OFFERED if name not in table.MORE],
            show_label=False,
            container=False,
            elem_id="runs-columns-chosen",
        )


def orders(page: Page, listed: Sequence[Entry]) -> list[tuple[str, str]]:
    """Every way to sort these runs, in words."""
    found = [(page.say(NEWEST_FIRST), NEWEST), (page.say(OLDEST_FIRST), "id")]
    titles = {"name": BY_NAME, **TITLES}
    titles |= {column: title_of(column) for column in columns_of(listed)}
    for column, title in titles.items():
        if column in ("name", "status", "data"):
            found += [(page.say(title), column), (f"{page.say(title)} ↓", f"-{column}")]
        elif column != "id":
            ways = [
                (page.say(RISING_FIRST).format(page.say(title)), column),
                (page.say(FALLING_FIRST).format(page.say(title)), f"-{column}"),
            ]
            found += ways[::-1] if falls(column) else ways
    starred = (STARRED_FIRST, "-star"), (STARRED_LAST, "star")
    return found + [(page.say(title), order) for title, order in starred]


def found_runs(view: View, asked: Sequence[Any], more: int = 0) -> list[Entry]:
    """The runs that were asked for, in their order: as many as were, and some more."""
    words, starred, order, count = asked
    found = entries.chosen(
        view.entries,
        words=str(words or ""),
        starred=bool(starred),
        order="" if order == NEWEST else str(order or ""),
    )
    return with_figures_of_now(view, found[: count + more])


def listing(page: Page, view: View, *asked: Any) -> Markup:
    """The runs that were asked for, with the columns that were; the last is chosen."""
    *wanted, columns, chosen = asked
    there = len(view.entries)
    if not there:
        return Markup('<p class="card">{}</p>').format(page.say(EMPTY))
    found = found_runs(view, wanted)
    where = Markup('<p class="quiet">{} <code>{}</code></p>').format(
        page.say(WHERE).format(len(found), there), page.kernel.runs
    )
    if not found:
        return Markup('<p class="card">{}</p>').format(page.say(NOTHING_FOUND)) + where
    order = wanted[2] or NEWEST
    left_out = {*OFFERED} - {*(columns or ())}
    rows = table.listing(
        found, page.language, order=order, chosen=chosen, left_out=left_out
    )
    return rows + where


def more_button(page: Page, view: View, *asked: Any) -> Any:
    """Shown while there are more runs than the table has."""
    return gr.update(visible=len(found_runs(view, asked, more=1)) > asked[-1])


def runs_to_choose(page: Page, view: View, *asked: Any) -> Any:
    """The runs of the table to choose from; one that is gone is not chosen any more."""
    *wanted, chosen = asked
    offered = labelled(found_runs(view, wanted))
    if known_entry(page, chosen):
        return gr.update(choices=offered)
    newest = next((entry.id for entry in view.entries), None)
    return gr.update(choices=offered, value=newest)


def others(page: Page, view: View, *asked: Any) -> Any:
    """The recipes to compare with: the current one, and those of the table."""
    current = (page.say(one.CURRENT), one.HERE)
    return gr.update(choices=[current, *labelled(found_runs(view, asked))])


def labelled(found: list[Entry]) -> list[tuple[str, str]]:
    """Runs for a list: with star and shown name, and by their id."""
    return [(label(entry), entry.id) for entry in found]


def label(entry: Entry) -> str:
    """A run in a list, told apart by its id."""
    name = f"{entry.about.name} ({entry.id})" if entry.about.name else entry.id
    return f"★ {name}" if entry.about.star else name


def pressed(page: Page, order: str | None, what: Any, value: Any) -> list[Any]:
    """The order and the chosen run after a press in the table.

    A browser may send anything, so what it says is checked.
    """
    value = str(value)
    known = {*COLUMNS, *columns_of(entries.list_entries(page.kernel.runs))}
    if what == "sort" and value in known:
        return [turned(value, order or NEWEST), gr.skip()]
    if what == "choose" and known_entry(page, value):
        return [gr.skip(), value]
    if what == "star":
        with page.problems_told():
            entry = chosen_entry(page, value)
            notes.change(entry.run.folder, page.kernel.notes, star=not entry.about.star)
    return [gr.skip(), gr.skip()]
