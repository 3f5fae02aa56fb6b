"""Small pieces of HTML that several tabs use. Everything given is escaped."""

from collections.abc import Collection, Iterable, Sequence
from itertools import repeat
from typing import Any

from markupsafe import Markup


def each(template: str, rows: Iterable[Sequence[Any]]) -> Markup:
    """A piece of HTML for each row, filled with its values."""
    return Markup("").join(Markup(template).format(*row) for row in rows)


def html_table(
    titles: Sequence[str],
    rows: Sequence[Sequence[Any]],
    numbers: Collection[int] = (),
) -> Markup:
    """A table that scrolls inside itself; ``numbers`` are the columns set right."""

    def line(tag: str, values: Sequence[Any]) -> Markup:
        # What has no words is no header.
        tags = (Markup(tag if value != "" else "td") for value in values)
        cells = (
            Markup("<{0} class='{1}'>{2}</{0}>").format(
                named, "num" if i in numbers else "long", value
            )
            for i, (named, value) in enumerate(zip(tags, values, strict=True))
        )
        return Markup("<tr>{}</tr>").format(Markup("").join(cells))

    return Markup(
        '<div class="scroll" tabindex="0"><table class="plain"><thead>{}</thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(line("th", titles), Markup("").join(line("td", row) for row in rows))


def heading(text: str) -> Markup:
    """The title of a part of a cell."""
    return Markup(
        '<div class="part-title" role="heading" aria-level="3">{}</div>'
    ).format(text)


def quiet(text: str) -> Markup:
    """A line that stays in the background."""
    return Markup('<p class="quiet">{}</p>').format(text)


def track(share: float, label: str = "") -> Markup:
    """A bar of how much of something is done, from 0 to 1; ``label`` says of what."""
    named = Markup(' aria-label="{}"').format(label) if label else ""
    return Markup(
        '<div class="track" role="progressbar" aria-valuenow="{0}" aria-valuemin="0"'
        ' aria-valuemax="100"{1}><div style="width:{0}%"></div></div>'
    ).format(round(100 * share), named)


def problem_card(message: str, next_step: str = "") -> Markup:
    """A problem: what happened, and below it what to do."""
    return Markup(
        '<div class="card bad-card" role="alert"><span class="bad">✗</span> {}{}</div>'
    ).format(message, Markup("<div>{}</div>").format(next_step) if next_step else "")


def figures(pairs: Sequence[tuple[str, str]], names: Sequence[str] = ()) -> Markup:
    """A line of labelled figures; by ``names`` the browser puts newer ones there."""
    shown = each(
        '<div class="figure"><span class="label">{0[0]}</span>'
        '<span class="value" data-figure="{1}">{0[1]}</span></div>',
        zip(pairs, names or repeat(""), strict=False),
    )
    many = "figures many" if names else "figures"
    return Markup('<div class="{}">{}</div>').format(many, shown)


def bars(values: Sequence[tuple[str, float, str]]) -> Markup:
    """Horizontal bars: a name, a size, and the figure written beside it."""
    largest = max((size for _, size, _ in values), default=0) or 1
    return each(
        '<div class="bar-row"><span>{}</span><div class="bar" style="width:{:.1f}%">'
        '</div><span class="number">{}</span></div>',
        ((name, 100 * size / largest, figure) for name, size, figure in values),
    )
