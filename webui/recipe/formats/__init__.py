"""Every format of rows that Tunebook reads, by its name; the first is the default."""

from typing import Literal

from webui.recipe.formats.chats import CHATS
from webui.recipe.formats.format import Format, Kind, Role
from webui.recipe.formats.judged import JUDGED
from webui.recipe.formats.tagging import TAGGING
from webui.recipe.formats.tasks import TASKS

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
