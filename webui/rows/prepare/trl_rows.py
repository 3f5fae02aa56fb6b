"""A row in TRL's own words, as the trainer takes it and as it is asked about."""

from typing import Any

from webui.chat.conversation import Chat
from webui.chat.sequences import Sequence
from webui.chat.spoken import spoken
from webui.chat.template import Message
from webui.notebook.rows import Form
from webui.rows.each import Kept

MORE = ("rejected", "label")  # kept for training on preferences
PLAIN_KEYS = {"role", "content"}


def train_rows(
    kept: Kept, chat: Chat, form: Form, named: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """The rows that a trainer gets for one row of the source; ``named`` are the columns
    that its objective names, where it does."""
    if form in ("text", "pieces"):
        return [{"text": kept.mapped["text"]}]
    if form == "tokens":
        return [{"text": s.text, "learned": s.learned} for s in kept.sequences]
    turns = spoken(kept.mapped["messages"], chat.dialect, thoughts=chat.thoughts)
    beside = beside_of(kept)
    if form == "columns":
        return [named_row(kept, turns, chat, named)]
    if form == "messages":
        [sequence] = kept.sequences
        last = sequence.turns[-1] + 1
        return [{"messages": turns[:last], **beside, **options_of(sequence, chat)}]
    return [
        {**before_and_answer(turns, s.turns[-1]), **beside, **options_of(s, chat)}
        for s in kept.sequences
    ]


def named_row(
    kept: Kept, turns: list[Message], chat: Chat, named: tuple[str, ...]
) -> dict[str, Any]:
    """The columns that an objective names: of the last answer, what stands before it,
    and the other answer or the verdict that the row has beside it."""
    sequence, mapped = kept.sequences[-1], kept.mapped
    asked = before_and_answer(turns, sequence.turns[-1])
    other = [*mapped["messages"][: len(asked["prompt"])], *mapped.get("rejected", ())]
    said = spoken(other, chat.dialect, thoughts=chat.thoughts)
    parts = {
        **asked,
        "chosen": asked["completion"],
        "rejected": said[len(asked["prompt"]) :],
        "label": mapped.get("label"),
    }
    found = {name: parts[name] for name in named}
    return {**beside_of(kept), **found, **options_of(sequence, chat)}


def heldout_row(kept: Kept, chat: Chat) -> dict[str, Any]:
    """A held-out row: what is asked, and the answer that is expected."""
    if "messages" not in kept.mapped:
        return {"text": kept.mapped["text"]}
    turns = spoken(kept.mapped["messages"], chat.dialect, thoughts=chat.thoughts)
    last = kept.sequences[-1].turns[-1]
    expected = kept.mapped["messages"][last].get("content") or ""
    asked = before_and_answer(turns, last)
    asked["completion"][0]["content"] = str(expected)
    return {**asked, **beside_of(kept), **options_of(kept.sequences[-1], chat)}


def before_and_answer(turns: list[Message], answer: int) -> dict[str, Any]:
    """What stands before an answer, and the answer."""
    return {"prompt": turns[:answer], "completion": [dict(turns[answer])]}


def beside_of(kept: Kept) -> dict[str, Any]:
    """What a row holds beside its conversation."""
    tools = {"tools": kept.mapped["tools"]} if kept.mapped.get("tools") else {}
    return tools | {name: kept.mapped[name] for name in MORE if name in kept.mapped}


def options_of(sequence: Sequence, chat: Chat) -> dict[str, Any]:
    """The chat template's options, where it knows any; then each row has them."""
    if not is_asked_with_options(chat):
        return {}
    return {"chat_template_kwargs": dict(sequence.options or {})}


def is_asked_with_options(chat: Chat) -> bool:
    """Whether some answers are asked for with options of the chat template."""
    return bool(chat.dialect.silent or chat.dialect.thinking)


def is_uneven(row: dict[str, Any]) -> bool:
    """Whether a row's messages have other parts than a role and a text."""
    if "tools" in row or "rejected" in row or row.get("chat_template_kwargs") == {}:
        return True
    messages = [m for name in row for m in listed_messages(row[name])]
    return any(
        set(m) != PLAIN_KEYS or not isinstance(m["content"], str) for m in messages
    )


def listed_messages(value: Any) -> list[Message]:
    """The messages in a list of them; none in anything else."""
    if not isinstance(value, list | tuple):
        return []
    return [item for item in value if isinstance(item, dict)]
