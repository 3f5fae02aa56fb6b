"""A conversation through a chat template: its sequences, and what gets lost."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from webui.chat.answers import Answer, is_learned, learned_answers
from webui.chat.dialect import Dialect, dialect_of
from webui.chat.endings import NO_END
from webui.chat.marks import marked_spans, marked_template
from webui.chat.sequences import Sequence, sequences
from webui.chat.spoken import THOUGHT, spoken
from webui.chat.template import Template
from webui.chat.vanished import Lost, lost

NO_PROMPT = "some rows begin with the answer"


@dataclass(frozen=True)
class Chat:
    """How conversations are written: the template, and what of them is learned.

    ``marked`` is the template that marks answers for TRL, where one is wanted.
    """

    template: Template
    dialect: Dialect
    thoughts: bool = True
    answers_only: bool = True
    marked: str | None = None


@dataclass(frozen=True)
class Rendered:
    """A row as it is trained on, and the kinds of things in it that get lost."""

    sequences: tuple[Sequence, ...]
    lost: frozenset[Lost] = frozenset()


def chat_of(
    template: Template,
    *,
    thoughts: bool = True,
    answers_only: bool = True,
    several: bool = False,
) -> Chat:
    """What conversations are rendered by; ``several`` answers need marks for TRL."""
    marked = marked_template(template.tokenizer) if several and answers_only else None
    return Chat(template, dialect_of(template), thoughts, answers_only, marked)


def render(row: Mapping[str, Any], chat: Chat) -> Rendered:
    """A mapped row as the sequences that are trained on.

    Raises:
        ValueError: with the reason, where the chat template takes none of it.
    """
    if "messages" not in row:
        text = row["text"]
        return Rendered((Sequence(text, ((0, len(text)),)),))
    messages, tools = row["messages"], row.get("tools")
    if not chat.answers_only:
        return rendered_whole(row, chat)
    found = learned_answers(
        messages, tools, chat.template, chat.dialect, thoughts=chat.thoughts
    )
    if not found:
        raise ValueError("holds no answer that is learned")
    gone = frozenset(lost(messages, tools, found, thoughts=chat.thoughts))
    parts = sequences(found, chat.template)
    if chat.marked and len(parts) == 1:
        parts = [marked(row, parts[0], chat)]
    return Rendered(tuple(map(with_prompt, parts)), gone)


def rendered_whole(row: Mapping[str, Any], chat: Chat) -> Rendered:
    """A conversation as one sequence; how the template asks for answers is no matter.

    Raises:
        ValueError: as ``render``.
    """
    messages, part = row["messages"], everything(row, chat)
    if not part.turns:
        raise ValueError("holds no answer that is learned")
    found = [Answer(turn, "", part.text, part.options or {}) for turn in part.turns]
    gone = lost(messages, row.get("tools"), found, thoughts=chat.thoughts)
    return Rendered((part,), frozenset(gone))


def marked(row: Mapping[str, Any], part: Sequence, chat: Chat) -> Sequence:
    """A sequence with its answers as the template marks them for TRL; as it is, if
    these are others."""
    messages = row["messages"]
    answered = tuple(n for n, m in enumerate(messages) if m["role"] == "assistant")
    if part.made or part.turns != answered:
        return part
    turns = spoken(messages, chat.dialect, thoughts=chat.thoughts)
    tokenizer, options = chat.template.tokenizer, part.options or {}
    try:
        text, spans = marked_spans(
            tokenizer, str(chat.marked), turns, row.get("tools"), options
        )
    except Exception:  # what the other template takes, this one may refuse
        return part
    said = [text[start:end].strip() for start, end in spans]
    learned = [part.text[start:end].strip() for start, end in part.learned]
    if text != part.text or said != learned:
        return part
    return replace(part, learned=spans, marked=True)


def with_prompt(part: Sequence) -> Sequence:
    """A sequence; TRL cannot make one that begins with the answer."""
    return replace(part, made=part.made or NO_PROMPT) if part.turns == (0,) else part


def everything(row: Mapping[str, Any], chat: Chat) -> Sequence:
    """A conversation of which every token is learned, the questions too."""
    messages = row["messages"]
    thought = chat.thoughts and any(map(has_thought, messages))
    options = chat.dialect.thinking if thought else chat.dialect.silent
    turns = spoken(messages, chat.dialect, thoughts=chat.thoughts)
    text = chat.template.write(turns, row.get("tools"), options)
    end = "" if chat.template.stops_after(text) else chat.template.end_token
    text, made = text + end, NO_END if end else ""
    numbers = tuple(n for n, message in enumerate(messages) if is_learned(message))
    return Sequence(text, ((0, len(text)),), numbers, options, made)


def has_thought(message: Mapping[str, Any]) -> bool:
    """Whether a message holds the thought behind its answer."""
    return bool(message.get(THOUGHT))
