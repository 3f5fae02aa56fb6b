"""Three buttons that put a set of settings into the recipe, and what each changes."""

from functools import partial

import gradio as gr
from markupsafe import Markup

from webui.page.frame import Page
from webui.page.language import Language
from webui.page.view import View
from webui.recipe import Recipe
from webui.recipe.paths import FIELDS
from webui.recipe.presets import PRESETS, Change, changes
from webui.rows.row_count import training_rows
from webui.runs.difference import value_text
from webui.text import Text

TITLE = Text("Start from a preset", "从预设开始")
NOTHING = Text("changes nothing: it is so already.", "无需改动：已经是这样。")
ROW = Markup(
    '<div class="preset"><dt>{title}</dt><dd>{sentence} '
    '<span class="quiet">{changes}</span></dd></div>'
)


def build(page: Page) -> None:
    """The buttons, and below them what each would change of the recipe as it is."""
    with gr.Accordion(page.say(TITLE), open=False, elem_id="presets"):
        with gr.Row():
            for name, preset in PRESETS.items():
                action = partial(put_in, page, name)
                page.button(preset.title, f"preset-{name}", action)
        page.html(describe_presets, elem_id="preset-changes")


def put_in(page: Page, name: str, recipe: Recipe) -> None:
    """Put a preset's values into the draft, all of them or none."""
    wanted = changes(name, recipe, count_recipe_rows(page.view()))
    page.studio.draft.commit_all({change.path: change.new for change in wanted})


def count_recipe_rows(view: View) -> int | None:
    """How many rows the recipe trains on; None while it is not known."""
    data, split = view.recipe.data.model_dump_json(), view.recipe.split
    found = view.plan(training_rows, (data, split, view.stamps))
    return found if isinstance(found, int) else None


def describe_presets(page: Page, view: View) -> Markup:
    """What each preset is for, and what it changes."""
    rows = count_recipe_rows(view)
    lines = (
        ROW.format(
            title=page.say(preset.title),
            sentence=page.say(preset.sentence),
            changes=changes_in_words(changes(name, view.recipe, rows), page.language),
        )
        for name, preset in PRESETS.items()
    )
    return Markup('<dl class="presets">{}</dl>').format(Markup("").join(lines))


def changes_in_words(changed: list[Change], language: Language) -> str:
    """The changes in words: "Learning rate 0.0002 → 0.0001, …"."""
    if not changed:
        return str(getattr(NOTHING, language))
    parts = (
        f"{getattr(FIELDS[path].declaration.title, language)} "
        f"{' → '.join(getattr(value_text(v, path), language) for v in (old, new))}"
        for path, old, new in changed
    )
    separator, end = (", ", ".") if language == "en" else ("，", "。")
    return separator.join(parts) + end
