"""The queue on the page: what waits for the kernel, and in which order."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup

from webui.errors import UserError
from webui.kernel import queue
from webui.kernel.process import BusyError
from webui.kernel.queue import Entry, Kind, QueueError, Way
from webui.kernel.status import status
from webui.notebook.cells import RUN, kind_of
from webui.page.frame import Page, Watcher
from webui.page.fresh import refuse_unanswered
from webui.page.runs.table import edited_by_hand
from webui.page.studio import Asked
from webui.page.tables import problem_card
from webui.page.view import View
from webui.recipe import Recipe
from webui.runs import folder as runs
from webui.text import Text

TITLE = Text(
    "Waiting for the kernel, the first one next",
    "等待内核的任务（从第一个开始）",
)
ADD = Text("Add to the queue", "加入队列")
WAITS = Text(
    "The kernel is busy: this waits as number {}.",
    "内核正忙：已排队，位于第 {} 位。",
)
WAITS_ALREADY = Text(
    "This training waits already, as number {}. To add it again, press “Add it once "
    "more” in Train.",
    "相同的任务已在排队，位于第 {} 位。如需再加一次，请在“训练”中点击“再加入一次”。",
)
RUNS_ALREADY = Text(
    "This training is running already. To queue it as well, press “Add it once more” "
    "in Train.",
    "相同的任务正在运行。如需再排一次，请在“训练”中点击“再加入一次”。",
)
AGAIN = Text("Add it once more", "再加入一次")
CHOOSE = Text("choose what waits first.", "请先选择一个等待中的任务。")
NOT_STARTED = Text("{} could not start: {}", "{} 未能启动：{}")
SINCE = Text("since {}", "{} 加入")
KINDS = {
    "train": Text("training", "训练"),
    "score": Text("training and scores", "训练与评分"),
    "all": Text("all that is stale", "所有过期单元"),
    "sweep": Text("sweep", "超参数搜索"),
}
WAYS: dict[Way, Text] = {
    "up": Text("Up", "上移"),
    "down": Text("Down", "下移"),
    "first": Text("To the front", "移到最前"),
}
REMOVE = Text("Remove from the queue", "移出队列")


def build(page: Page) -> None:
    """What waits, as a list to choose from, and what can be done with one of it."""
    with gr.Column(visible=False, elem_id="waiting") as box:
        chosen = gr.Radio(
            choices=[], label=page.say(TITLE), elem_id="waiting-chosen", visible=False
        )
        with gr.Row():
            for way, title in WAYS.items():
                place_button(page, title, way, partial(move_chosen, page, way), chosen)
            place_button(page, REMOVE, "remove", partial(remove_chosen, page), chosen)
        page.html(troubles, elem_id="waiting-troubles")
        once_more = partial(add_again, page)
        page.button(AGAIN, "waiting-again", once_more, form=False, shown=is_asked_again)
    page.watch(box, lambda view: gr.update(visible=anything(page, view)))
    page.watch(chosen, lambda view: waiting_to_choose(page))


def anything(page: Page, view: View) -> bool:
    """Whether there is anything to show: what waits, or a file that is broken."""
    there = queue.waiting(page.kernel) or queue.problems(page.kernel)
    return bool(there or is_asked_again(view))


def is_asked_again(view: View) -> bool:
    """Whether what waits or runs already was asked for once more."""
    goes_on = view.kernel.word == "busy" or bool(queue.waiting(view.studio.kernel))
    return goes_on and view.studio.again is not None


def place_button(
    page: Page, title: Text, name: str, action: Callable, chosen: gr.Radio
) -> None:
    """A button that is there as long as there is something to press it for."""

    def waits(view: View) -> bool:
        return bool(queue.waiting(page.kernel))

    page.button(title, f"waiting-{name}", action, [chosen], form=False, shown=waits)


def waiting_to_choose(page: Page) -> Any:
    """What waits, in order; what is chosen stays so wherever it moves to."""
    named = [
        (entry_line(page, number, entry), entry.id)
        for number, entry in enumerate(queue.waiting(page.kernel), start=1)
    ]
    return gr.update(choices=named, visible=bool(named))


def entry_line(page: Page, number: int, entry: Entry) -> str:
    """An entry in a line: its place, its name, what it is, since when."""
    kind = KINDS.get(entry.upto if entry.kind == "run" else entry.kind)
    last = kind_of(entry.upto).title
    kind = kind or Text(f"training, up to {last.en}", f"训练，直到“{last.zh}”")
    today = time.strftime("%x", time.localtime(entry.time)) == time.strftime("%x")
    form = "%H:%M" if today else "%Y-%m-%d %H:%M"
    since = page.say(SINCE).format(time.strftime(form, time.localtime(entry.time)))
    by_hand = f" · {page.say(edited_by_hand(entry.edits))}" if entry.edits else ""
    return f"{number}. {entry.recipe.name} · {page.say(kind)}{by_hand} · {since}"


def troubles(page: Page, view: View) -> Markup:
    """Why entries could not start, and which files cannot be read."""
    told = [
        page.say(NOT_STARTED).format(entry.recipe.name, page.say(entry.reason))
        for entry in queue.waiting(page.kernel)
        if entry.reason
    ]
    told += map(page.say, queue.problems(page.kernel))
    return Markup("").join(map(problem_card, told))


def the_chosen(page: Page, entry_id: str | None) -> str:
    """The id of the entry to act on: the chosen one, or the only one.

    Raises:
        QueueError: when it is not clear which.
    """
    known = [entry.id for entry in queue.waiting(page.kernel)]
    if entry_id in known:
        return str(entry_id)
    if len(known) == 1:
        return known[0]
    raise QueueError(CHOOSE)


def move_chosen(page: Page, way: Way, entry_id: str | None) -> None:
    """Change the place of what is chosen."""
    queue.move_entry(page.kernel, the_chosen(page, entry_id), way)


def remove_chosen(page: Page, entry_id: str | None) -> None:
    """Take what is chosen out of the queue."""
    queue.remove_entry(page.kernel, the_chosen(page, entry_id))


# ---- for every button that begins a training


def start_or_wait(
    page: Page,
    start: Callable[[], Any],
    recipe: Recipe,
    kind: Kind = "run",
    upto: str = RUN.last,
) -> None:
    """Begin a training, or let it wait where the kernel is busy, and say so."""
    studio, asked = page.studio, Asked(recipe, kind, upto, page.edits)
    refuse_unanswered(studio.draft)
    with studio.asking:  # two presses, of two tabs maybe, come one after the other
        studio.again = None
        try:
            start()
        except BusyError:
            if why := is_there(page, asked):
                studio.again = asked
                page.warn(page.say(why))
            else:
                add(page, asked)


def add(page: Page, asked: Asked) -> None:
    """Let a training wait, and say where."""
    entry = queue.add(page.kernel, *asked)
    page.tell(page.say(WAITS).format(queue.place_of(page.kernel, entry)))


def add_again(page: Page) -> None:
    """Let wait once more what waits or runs already."""
    studio = page.studio
    with studio.asking:
        asked, studio.again = studio.again, None
    if asked is not None:
        add(page, asked)


def is_there(page: Page, asked: Asked) -> Text | None:
    """Why a training is not simply added: it waits or runs already; None if not."""
    for place, entry in enumerate(queue.waiting(page.kernel), start=1):
        known = Asked(entry.recipe, entry.kind, entry.upto, entry.edits)
        if same_training(known, asked):
            return Text(WAITS_ALREADY.en.format(place), WAITS_ALREADY.zh.format(place))
    return RUNS_ALREADY if runs_now(page, asked) else None


def same_training(one: Asked, other: Asked) -> bool:
    """Whether two ask for the same, with the same code by hand in the cells of it."""
    own = [queue.own_edits(each.kind, each.edits) for each in (one, other)]
    first, second = ({name: e.code for name, e in edits.items()} for edits in own)
    return one[:3] == other[:3] and first == second


def runs_now(page: Page, asked: Asked) -> bool:
    """Whether what the kernel is busy with is this training."""
    now = status(page.kernel)
    if now.word != "busy" or now.run is None:
        return False
    if asked.kind == "all":  # which does what then is stale
        return False
    try:
        run = runs.read_run(now.run)
        ran = asked._replace(recipe=runs.recipe_of_run(run))
    except UserError:
        return False
    ran = ran._replace(edits=runs.edits_of_run(now.run))
    kind = "sweep" if asked.kind == "sweep" else "run"
    running = run.kind == kind and run.status == "running"
    return running and same_training(ran, asked)


def run_title(page: Page, title: Text) -> Watcher:
    """The word on a button that begins a training: while the kernel is busy, it adds.

    To be watched as the button's.
    """

    def word(view: View) -> Any:
        busy = view.kernel.word == "busy"
        return gr.update(value=page.say(ADD if busy else title))

    return word
