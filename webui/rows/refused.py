"""Rows that cannot be used: when they are too many, and which template takes them."""

import copy
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from webui.chat.conversation import Chat, chat_of, render
from webui.chat.template import Template
from webui.models.pretrained import recipe_chat, templated
from webui.notebook.chat_templates import TEMPLATES
from webui.recipe import Recipe
from webui.rows.data_warnings import MARK
from webui.rows.each import Rejected, with_place
from webui.rows.mapping.steps import row_steps
from webui.rows.warned import Warned
from webui.text import Text

BREAKS = ("; the rest is left out", "; the rows before it are kept")
BY_TEMPLATE = "the chat template "  # how such a reason begins


def breaks_off(rejected: Rejected) -> bool:
    """Whether a file breaks off here: nobody knows what stood after it."""
    return rejected.reason.en.endswith(BREAKS)


def broken_files(rejected: Sequence[Rejected]) -> list[Warned]:
    """A warning for each file that breaks off."""
    broken = filter(breaks_off, rejected)
    return [Warned(with_place(row), blocks=True) for row in broken]


def mostly_rejected(
    recipe: Recipe, kept: int, rejected: Sequence[Rejected]
) -> list[Warned]:
    """A warning where more rows are left out than used: probably the format, or the
    chat template, is not theirs."""
    if len(rejected) <= kept:
        return []
    first = with_place(rejected[0])
    way_out = template_that_takes(recipe, rejected)
    total = kept + len(rejected)
    text = Text(
        f"{len(rejected)} of the first {total} rows cannot be used with this "
        f"format. {first.en}{way_out.en}",
        f"前 {total} 条中有 {len(rejected)} 条不符合此格式。{first.zh}{way_out.zh}",
    )
    return [Warned(text, blocks=True)]


def template_that_takes(recipe: Recipe, rejected: Sequence[Rejected]) -> Text:
    """A sentence that names a chat template which takes what the chosen one refused;
    empty if none does, or it was refused for another reason."""
    refused = next((r for r in rejected if r.reason.en.startswith(BY_TEMPLATE)), None)
    if refused is None or refused.record.row is None:
        return Text("", "")
    row = refused.record.row
    for step in row_steps(recipe):
        row = step(row)
    chat = recipe_chat(recipe)
    # As it is written: an end token may stand in for a mark that the model lacks.
    chosen = replace(chat.template, tokenizer=templated(recipe))
    named = ((name, with_template(chat, name)) for name in likest(chosen))
    name = next((name for name, other in named if takes(other, row)), None)
    if name is None:
        return Text("", "")
    return Text(
        f" The template {name} takes it: set data.template to {name}.",
        f"模板 {name} 可以：请将 data.template 设为 {name}。",
    )


def likest(chosen: Template) -> list[str]:
    """Our templates, those first that write most like the chosen one."""
    own = template_exchange(chosen)
    written = {name: template_exchange(ours(chosen, name)) for name in TEMPLATES}
    return sorted(written, key=lambda name: likeness(own, written[name]), reverse=True)


def template_exchange(template: Template) -> str:
    """A question and an answer as a template writes them, or else its own text."""
    turns = [{"role": role, "content": ""} for role in ("user", "assistant")]
    text = template.try_to_write(turns, None, {})
    return str(template.tokenizer.chat_template) if text is None else text


def likeness(own: str, other: str) -> tuple[float, float]:
    """The share of marks that two texts have in common, then that of their letters."""
    marks, others = set(MARK.findall(own)), set(MARK.findall(other))
    letters = SequenceMatcher(None, own, other, autojunk=False).ratio()
    return len(marks & others) / max(1, len(marks | others)), letters


def ours(chosen: Template, name: str) -> Template:
    """One of our templates in the place of the chosen one."""
    tokenizer = copy.copy(chosen.tokenizer)
    tokenizer.chat_template = TEMPLATES[name]
    return replace(chosen, tokenizer=tokenizer)


def with_template(chat: Chat, name: str) -> Chat:
    """The same with one of our templates."""
    template = ours(chat.template, name)
    return chat_of(template, thoughts=chat.thoughts, answers_only=chat.answers_only)


def takes(chat: Chat, row: dict) -> bool:
    """Whether a template takes a row, and nothing of it gets lost."""
    try:
        return not render(row, chat).lost
    except ValueError:
        return False
