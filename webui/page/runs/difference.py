"""Where the recipe of a run differs from another's, as a table."""

from markupsafe import Markup

from webui.page.frame import Page
from webui.page.observing import load_recipe_once
from webui.page.tables import html_table, problem_card, quiet
from webui.page.view import View
from webui.recipe.problems import RecipeError
from webui.runs import entries
from webui.runs.difference import (
    Difference,
    code_difference,
    difference,
    value_text,
)
from webui.runs.folder import RECIPE, edits_of_run
from webui.text import Text

CURRENT = Text("the current recipe", "当前配方")
FIELD = Text("field", "字段")
SAME = Text("The two recipes are the same.", "两个配方完全相同。")
CHOOSE = Text("Choose another run to compare it with.", "请选择另一次运行来比较。")
UNREADABLE = Text("The recipe of {} cannot be read: {}", "无法读取 {} 的配方：{}")
LONGEST = 600


def differences(
    page: Page, view: View, left: entries.Entry, right: entries.Entry | None
) -> Markup:
    """The fields that differ between two runs, or a run and the current recipe."""
    recipes, codes = [], []
    for entry in (left, right):
        try:
            if entry is None:
                recipes.append(view.recipe)
                codes.append(view.edits)
            else:
                file = entry.run.folder / RECIPE
                recipes.append(load_recipe_once(file, entries.file_stamp(str(file))))
                codes.append(edits_of_run(entry.run.folder))
        except RecipeError as error:
            title = entry.title if entry else ""
            reason = page.say(error.problems[0].message)
            return problem_card(page.say(UNREADABLE).format(title, reason))
    titles = (left.title, right.title if right else page.say(CURRENT))
    found = [*difference(*recipes), *code_difference(*codes)]
    return draw_table(page, found, titles)


def draw_table(page: Page, found: list[Difference], titles: tuple[str, str]) -> Markup:
    """The table of differences."""
    if not found:
        return quiet(page.say(SAME))
    rows = [
        [
            field(page, each),
            cut(page, each.left, each.path),
            cut(page, each.right, each.path),
        ]
        for each in found
    ]
    return html_table([page.say(FIELD), *titles], rows)


def field(page: Page, each: Difference) -> Markup:
    """A field's title, and its path for the command line."""
    return Markup('{}<div class="under">{}</div>').format(
        page.say(each.title), each.path
    )


def cut(page: Page, value: object, path: str) -> str:
    """A value as text, cut where it would fill the page."""
    code = path.startswith("code.")
    text = page.say(value_text(value, path if code else ""))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
