"""Every format of rows that Tunebook reads, by its name; the first is the default."""

from typing import Literal

from webui.recipe.chat_formats import CHATS
from webui.recipe.format import Format, Kind, Role
from webui.recipe.judged_formats import JUDGED
from webui.recipe.tagging_formats import TAGGING
from webui.recipe.task_formats import TASKS

__all__ = ["FORMATS", "Format", "FormatName", "Kind", "Role"]

FormatName = Literal[
    "alpaca",
    "question_answer",
    "prompt_completion",
    "messages",
    "transcript",
    "text",
    "reading",
    "translation",
    "classification",
    "summary",
    "code",
    "triple",
    "ner",
    "pos",
    "preference",
    "preferred",
    "rating",
]

FORMATS: dict[str, Format] = {
    format.name: format for format in (*CHATS, *TASKS, *TAGGING, *JUDGED)
}
