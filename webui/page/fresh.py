"""New rows, and what the draft still says of those before: start fresh, or keep.

Above them the recipe's name, and the way back to the draft of before.
"""

from functools import partial

import gradio as gr
from markupsafe import Markup

from webui.page.draft import Draft, DraftError
from webui.page.frame import Page
from webui.page.presets import count_recipe_rows
from webui.page.view import View
from webui.recipe.of_rows import LEARNED, told
from webui.recipe.paths import NAME
from webui.text import Text

FRESH = Text("Start fresh with my data", "用我的数据重新开始")
KEEP = Text("Keep", "保留")
BACK = Text("Bring back the draft of before", "恢复之前的草稿")
FROM_BEFORE = Text("From the rows before: {}.", "来自之前的数据：{}。")
ASK = Text(
    "Start fresh empties these and trains for as many epochs as suit the rows; the "
    "draft of before is kept. Keep means them for the new rows.",
    "重新开始会清空这些设置，并按数据量选择训练轮数；之前的草稿会保留。"
    "“保留”则将它们用于新数据。",
)
UNANSWERED = Text(
    "These are from the rows before: {}. In Data, press “Start fresh with my data” or "
    "“Keep”.",
    "这些设置来自之前的数据：{}。请在“数据”中点击“用我的数据重新开始”或“保留”。",
)
STARTED = Text(
    "Started fresh. “Bring back the draft of before” in Data undoes it.",
    "已重新开始。可在“数据”中点击“恢复之前的草稿”撤销。",
)


def name_and_way_back(page: Page) -> None:
    """The recipe's name, and the way back to the draft of before."""
    draft = page.studio.draft
    kept = partial(is_kept, draft)
    with gr.Row(elem_id="recipe-name"):
        page.field(NAME)
        page.button(
            BACK,
            "bring-back",
            draft.bring_back,
            form=False,
            shown=kept,
        )


def ask(page: Page) -> None:
    """The question about new rows, where the draft says anything of those before."""
    draft = page.studio.draft
    page.html(question, elem_id="leftovers")
    with gr.Row():
        for title, name, action, look in (
            (FRESH, "start-fresh", partial(start_fresh, page), "primary"),
            (KEEP, "keep-leftovers", draft.keep_leftovers, "secondary"),
        ):
            page.button(title, name, action, form=False, shown=is_asked, variant=look)


def is_kept(draft: Draft, view: View) -> bool:
    """Whether there is a draft of before."""
    return draft.before is not None and draft.before.is_file()


def is_asked(view: View) -> bool:
    """Whether the draft says anything that was said of other rows."""
    return bool(view.studio.draft.leftovers)


def question(page: Page, view: View) -> Markup:
    """What stays from the rows before."""
    left = view.studio.draft.leftovers
    if not left:
        return Markup("")
    said = page.say(FROM_BEFORE).format(page.say(told(view.recipe, left)))
    return Markup(
        '<div class="card" role="status"><span class="warn">!</span> {}'
        "<div>{}</div></div>"
    ).format(said, page.say(ASK))


def start_fresh(page: Page) -> None:
    """Empty what is from the rows before."""
    page.studio.draft.start_fresh(count_recipe_rows(page.view()))
    page.tell(page.say(STARTED))


def refuse_unanswered(draft: Draft) -> None:
    """Refuse to train on new rows with what was said of others, until it is answered.

    Raises:
        DraftError: with what is from the rows before.
    """
    left = [path for path in draft.leftovers if path in LEARNED]
    if left:
        said = told(draft.recipe, left)
        raise DraftError.of(
            UNANSWERED.en.format(said.en), UNANSWERED.zh.format(said.zh)
        )
