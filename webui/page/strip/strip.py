"""The strip: one line below the header, on every tab, that keeps its place.

It says what goes on, how far, how long, and what came of it; each leads to its cell.
"""

import time
from functools import partial
from typing import Any

import gradio as gr
from markupsafe import Markup, escape

from webui.figures import duration
from webui.kernel import queue, stopping
from webui.page.frame import Page
from webui.page.language import MARKS, STOP
from webui.page.strip import words
from webui.page.strip.ended import End, last_end
from webui.page.strip.going import Going, all_going, stop_asked
from webui.page.strip.places import place_of
from webui.page.view import View


def build(page: Page) -> None:
    """The line and its Stop, which is seen only while there is something to stop."""
    with gr.Row(elem_id="strip", elem_classes="strip-row"):
        page.html(draw, elem_id="strip-told")
        gr.HTML(words_of(page), elem_id="strip-words")
        end = partial(stopping.stop, page.kernel)
        stop = page.button(STOP, "stop", end, form=False, interactive=False)
    page.watch(stop, stop_button)


def words_of(page: Page) -> str:
    """What the browser says by itself where the server does not answer."""
    told = Markup('<span data-silent="{}"></span>').format(page.say(words.SILENT))
    return str(told)


def stop_button(view: View) -> Any:
    """To be pressed once while the kernel works; the place stays when it is hidden."""
    busy = view.kernel.word == "busy"
    pressed = busy and stop_asked(view)
    classes = ["asked"] if pressed else [] if busy else ["nothing-to-stop"]
    return gr.update(interactive=busy and not pressed, elem_classes=classes)


def draw(page: Page, view: View) -> Markup:
    """What goes on, or what came of the last thing that did."""
    going = all_going(page, view)
    if not going:
        return idle(page, last_end(page, view))
    first, *others = going
    waits = len(queue.waiting(page.kernel))
    return Markup('<div class="strip going" data-said="{}">{}{}</div>{}').format(
        said(first),
        main_line(first),
        beside(page, others, waits),
        bar(first),
    )


def said(first: Going) -> str:
    """What is said aloud: no figures, which change all the time."""
    return ": ".join(filter(None, (first.what, first.phase)))


def main_line(going: Going) -> Markup:
    """What goes on in the first place, with its figures and its curve."""
    words_ = Markup("<b>{}</b>").format(going.what)
    if going.name:
        words_ += Markup(' <span class="quiet name">{}</span>').format(going.name)
    what = Markup('<span class="mark" aria-hidden="true">{}</span> {}').format(
        MARKS["running"], words_
    )
    told = [Markup('<span class="phase">{}</span>').format(going.phase)] * bool(
        going.phase
    )
    if going.elapsed is not None:
        told.append(elapsed(going.elapsed))
    told += [
        Markup('<span class="figure-in-line">{}</span>').format(f)
        for f in going.figures
    ]
    spark = Markup('<span class="spark" aria-hidden="true"></span>') * going.curve
    return (
        linked("what", going.place, what)
        + spark
        + Markup('<span class="told">{}</span>').format(Markup(" · ").join(told))
    )


def linked(name: str, place: str, inside: Markup) -> Markup:
    """A link to a place of the page, where there is one."""
    if not place:
        return Markup('<span class="{}">{}</span>').format(name, inside)
    return Markup('<a class="{}" href="{}">{}</a>').format(name, place, inside)


def elapsed(seconds: float) -> Markup:
    """Seconds that the browser counts on."""
    return Markup('<span data-elapsed="{}">{}</span>').format(
        round(seconds), duration(seconds)
    )


def beside(page: Page, others: list[Going], waits: int) -> Markup:
    """What else goes on, and how many wait."""
    told = [
        linked("other", each.place, escape(" ".join((each.what, *each.figures[:1]))))
        for each in others
    ]
    if waits:
        queued = escape(page.say(words.WAITS).format(waits))
        told.append(linked("other", place_of("waiting"), queued))
    if not told:
        return Markup("")
    return Markup('<span class="others">{}</span>').format(Markup(" · ").join(told))


def bar(going: Going) -> Markup:
    """A thin line at the bottom: how much is done, or that nobody knows."""
    if going.share is None:
        return Markup('<div class="strip-bar unknown"><div></div></div>')
    live = Markup(' data-live="1"') if going.curve else Markup("")
    return Markup(
        '<div class="strip-bar"{}><div style="width:{:.1f}%"></div></div>'
    ).format(live, 100 * going.share)


def idle(page: Page, end: End | None) -> Markup:
    """The last end in one line, with a link; what to press where nothing ran yet."""
    if end is None:
        return Markup(
            '<div class="strip idle"><span class="quiet">{}</span></div>'
        ).format(page.say(words.NOTHING))
    when = Markup('<span class="quiet when">{}</span>').format(clock(end.at))
    return Markup(
        '<div class="strip idle" data-said="{}"><span class="mark {}">{}</span> '
        '<span class="sentence-in-line">{}</span> {}{}</div>'
    ).format(
        end.sentence,
        end.mark,
        MARKS[end.mark],
        end.sentence,
        linked("see", end.place, escape(end.link)),
        when,
    )


def clock(at: float) -> str:
    """When something ended: the time of today, else the day."""
    then = time.localtime(at)
    today = time.strftime("%x", then) == time.strftime("%x")
    return time.strftime("%H:%M" if today else "%Y-%m-%d", then)
