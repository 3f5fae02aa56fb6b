"""The one picture of how the rows are parted; Data, Train, Sweep and Score show it."""

from markupsafe import Markup

from webui.errors import PlannerError
from webui.figures import whole
from webui.notebook.rows import Rows
from webui.page.frame import Page
from webui.page.language import WAIT
from webui.page.tables import each, problem_card, quiet
from webui.page.view import View
from webui.recipe import Recipe
from webui.recipe.watched import watched_rows
from webui.rows.prepare.ask import is_large
from webui.rows.prepare.told import counts
from webui.rows.report.report import Report
from webui.rows.split_check import refuse_watched
from webui.runs import folder as runs
from webui.text import Text

PARTS = {
    "train": Text("trained on", "训练数据"),
    "watched": Text("watched while training", "评估数据（训练中使用）"),
    "heldout": Text("held out for the score", "留出数据（用于评分）"),
}
LATER = Text(
    "So many rows are counted when all are read: press “Check all rows”, or Run.",
    "数据较多，读取全部后才能统计：请点击“检查全部数据”或“运行”。",
)
ANSWERS = Text(
    "Each answer counts as a row where it is learned.", "每个要学习的回答各算一条。"
)
COUNTED = Text(
    "As the report counts rows. A run may part them a little otherwise: groups stay "
    "whole, and an answer can be a row of its own.",
    "按检查报告的条数计算。运行时可能略有不同：同组数据不拆分，每个回答可能各算一条。",
)


def picture(page: Page) -> None:
    """Put the picture here; a redraw keeps it up to date."""
    page.html(draw_split, min_height=44)


def draw_split(page: Page, view: View) -> Markup:
    """The parts as one bar, with their counts below it."""
    if not view.is_readable:
        return Markup("")
    found = known_split(view)
    if isinstance(found, PlannerError):
        return problem_card(page.say(found.text))
    if found is None:
        text = LATER if is_large(view.recipe) else WAIT
        return quiet(page.say(text))
    rows = view.prepared
    if not isinstance(rows, Rows):
        return bar(page, found, page.say(COUNTED))
    return bar(page, found, page.say(ANSWERS) if rows.apart else "")


def known_split(view: View) -> dict[str, int] | PlannerError | None:
    """The counts, why there are none, or None while they are not known."""
    rows, report = view.prepared, view.report
    if isinstance(rows, Rows):
        return counts(rows)
    if isinstance(rows, PlannerError):
        return rows
    if not isinstance(report, Report) or view.report_is_old:
        return None
    return reported(view.recipe, report.train.kept, report.heldout.kept)


def reported(recipe: Recipe, left: int, held: int) -> dict[str, int] | PlannerError:
    """The counts of rows of which so many are held out, and so many left; or why a
    training would refuse them."""
    watched = watched_rows(recipe, left)
    try:
        if watched:
            refuse_watched(recipe, left, watched)
    except PlannerError as error:
        return error
    return {"train": left - watched, "watched": watched, "heldout": held}


def bar(page: Page, found: dict[str, int], note: str) -> Markup:
    """One bar in three parts, told apart by more than their colour, and the legend."""
    told = [(name, count, page.say(PARTS[name])) for name, count in found.items()]
    parts = each(
        '<div class="{}" style="flex:{}"></div>', (part for part in told if part[1])
    )
    legend = each('<span><i class="{}"></i><b>{:,}</b> {}</span>', told)
    label = ", ".join(f"{whole(count)} {word}" for _, count, word in told)
    below = quiet(note) if note else ""
    return Markup(
        '<div class="split" role="img" aria-label="{}">{}</div>'
        '<div class="split-legend">{}</div>{}'
    ).format(label, parts, legend, below)


def of_run(page: Page, view: View) -> Markup:
    """How the rows of the shown run are parted; before any, those of the recipe."""
    if view.run is None:
        return draw_split(page, view)
    rows = runs.rows_of_run(view.run)
    if rows is None or rows.watched is None:
        return Markup("")
    return bar(page, counts(rows), page.say(ANSWERS) if rows.apart else "")
