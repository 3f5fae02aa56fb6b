"""Rows that cannot be used: when they are too many, and which template takes them."""

from collections.abc import Sequence
from dataclasses import replace

from webui.notebook.chat_templates import TEMPLATES
from webui.planner.chat.conversation import Chat, chat_of, render
from webui.planner.mapping.steps import row_steps
from webui.planner.pretrained import recipe_chat
from webui.planner.rows import Rejected, with_place
from webui.planner.warned import Warned
from webui.recipe import Recipe
from webui.recipe.field import Text

BY_TEMPLATE = "the chat template "  # how such a reason begins


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
    name = next((n for n in likest(chat) if takes(with_template(chat, n), row)), None)
    if name is None:
        return Text("", "")
    return Text(
        f" The template {name} takes it: set data.template to {name}.",
        f"模板 {name} 可以：请将 data.template 设为 {name}。",
    )


def likest(chat: Chat) -> list[str]:
    """Our templates, those first that share most marks with the chosen one."""
    own = str(chat.template.tokenizer.chat_template)
    marks = {name: set(text.split('"')[1::2]) for name, text in TEMPLATES.items()}

    def shared(name: str) -> int:
        return sum(mark.strip("\\n ") in own for mark in marks[name] if "<" in mark)

    return sorted(TEMPLATES, key=shared, reverse=True)


def with_template(chat: Chat, name: str) -> Chat:
    """The same with one of our templates."""
    import copy

    tokenizer = copy.copy(chat.template.tokenizer)
    tokenizer.chat_template = TEMPLATES[name]
    template = replace(chat.template, tokenizer=tokenizer)
    return chat_of(template, thoughts=chat.thoughts, answers_only=chat.answers_only)


def takes(chat: Chat, row: dict) -> bool:
    """Whether a template takes a row, and nothing of it gets lost."""
    try:
        return not render(row, chat).lost
    except ValueError:
        return False
