"""What the libraries warned of in a run; what is harmless lies folded below."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from webui.page.frame import Page
from webui.page.tables import each
from webui.runs.events import Event
from webui.runs.library_warnings import Told, warnings_of
from webui.text import Text

SAYS = Text("{} says:", "{} 提示：")
A_LIBRARY = Text("A library", "某个库")
HARMLESS = Text("Harmless notices of the libraries ({})", "库的无害提示（{}）")
ORIGINAL = Text("in its own words", "原文")


def library_warnings(page: Page, history: Iterable[Event]) -> Markup:
    """A card for each warning, and the harmless ones in a fold."""
    told = warnings_of(history)
    cards = [draw_warning(page, warned) for warned in told if not warned.harmless]
    harmless = [warned for warned in told if warned.harmless]
    return Markup("").join(
        [*cards, *([fold_harmless(page, harmless)] if harmless else [])]
    )


def draw_warning(page: Page, warned: Told) -> Markup:
    """One warning, with the library's own words folded where ours stand for them."""
    return Markup(
        '<div class="card library-warning" role="status"><b class="warn">!</b> {}</div>'
    ).format(warning_html(page, warned))


def fold_harmless(page: Page, harmless: Sequence[Told]) -> Markup:
    """All that is harmless, as a list that opens."""
    items = each("<li>{}</li>", ((warning_html(page, w),) for w in harmless))
    return Markup(
        '<details class="quiet harmless-warnings"><summary>{}</summary>'
        "<ul>{}</ul></details>"
    ).format(page.say(HARMLESS).format(len(harmless)), items)


def warning_html(page: Page, warned: Told) -> Markup:
    """Who warns of what; what the library wrote itself is to be opened."""
    speaker = page.say(SAYS).format(warned.library or page.say(A_LIBRARY))
    told = Markup("<b>{}</b> {}").format(speaker, page.say(warned.text))
    if warned.original:
        told += Markup(
            '<details class="quiet"><summary>{}</summary>'
            '<pre tabindex="0">{}</pre></details>'
        ).format(page.say(ORIGINAL), warned.original)
    return told
