"""Tell the format of rows by the names of their columns and by what these hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from webui.recipe.formats.format import Kind
from webui.rows.detection.columns import Column, columns_of, read_literal
from webui.rows.detection.fits import Fit, fits
from webui.rows.detection.guess import guess_format, is_about, only_texts
from webui.rows.detection.refusals import refuse_guess, refuse_other_kinds, refuse_parts
from webui.rows.mapping.tagging import is_cjk
from webui.text import Text

LOOKED_AT = 200  # rows
NEARLY = 0.25  # points; a format that has so many less fits as well
LISTS: tuple[Kind, ...] = ("objects", "messages", "spans", "bio", "texts")
Sure = Literal["certain", "likely", "guess"]


@dataclass(frozen=True)
class Detection:
    """A format for some rows, how sure it is, and why, in the middle of a sentence.

    ``columns`` maps each role to its column. ``instruction`` is empty where the
    format's own English one suits. ``alternatives`` would fit too, the best first.
    """

    format: str
    sure: Sure
    why: Text
    columns: dict[str, str]
    instruction: str
    alternatives: tuple[str, ...]


def detect(rows: Sequence[dict[str, Any]]) -> Detection:
    """The format of some rows, as well as their first ones tell.

    Raises:
        PlannerError: if no format fits, or the rows are of a kind that is not for
            training on text.
    """
    rows = rows[:LOOKED_AT]
    columns = columns_of(rows) if rows else []
    refuse_other_kinds(columns)
    found = fits(columns)
    if not found or found[0].format.name in ("question_answer", "reading"):
        refuse_parts(columns)
    if not found:
        refuse_guess(columns)
        fit, why = guess_format(columns)
        return detection(fit, sure_of_guess(fit, columns), why, [])
    best, *others = found
    if rival := as_good(best, others):
        return detection(best, "guess", why_of_either(best, rival), others)
    return detection(best, sure_of(best, others, columns), why_of(best), others)


def detection(fit: Fit, sure: Sure, why: Text, others: list[Fit]) -> Detection:
    """What is told about a fit."""
    chinese = fit.format.instruction is not None and is_cjk("".join(texts_of(fit)))
    instruction = fit.format.instruction if chinese else None
    return Detection(
        fit.format.name,
        sure,
        why,
        {match.role.name: match.column.path for match in fit.matches},
        instruction.zh if instruction else "",
        tuple(other.format.name for other in others),
    )


def texts_of(fit: Fit) -> Iterator[str]:
    """The texts in the columns that a fit uses."""
    for match in fit.matches:
        for value in match.column.values:
            for text in value if isinstance(value, list) else [value]:
                if isinstance(text, str):
                    yield text


def sure_of_guess(fit: Fit, columns: Sequence[Column]) -> Sure:
    """How sure a guess is: where all else is about the row, only one text is left."""
    beside = [c for c in columns if c.path != fit.matches[0].column.path]
    about = all(not c.values or is_about(c) for c in beside)
    return "likely" if fit.format.name == "text" and about else "guess"


def as_good(fit: Fit, others: list[Fit]) -> Fit | None:
    """A format that fits nearly as well and learns another column."""
    used = {match.column.path for match in fit.matches}
    for other in others:
        learned = [match for match in other.matches if not match.role.optional][-1]
        apart = learned.column.path not in used and learned.column.holds(["text"])
        if apart and other.score >= fit.score - NEARLY and other.format.name != "text":
            return other
    return None


def why_of_either(fit: Fit, other: Fit) -> Text:
    """Two formats that fit alike, each with its columns."""
    one, two = why_of(fit), why_of(other)
    title = other.format.title
    return Text(
        f"{one.en}; but {two.en} fit {title.en} as well",
        f"{one.zh}；但{two.zh} 也符合“{title.zh}”",
    )


def sure_of(fit: Fit, others: list[Fit], columns: Sequence[Column]) -> Sure:
    """How sure a fit is: exact names without a rival are, and so are conversations."""
    rival = bool(others) and others[0].score >= fit.score
    if fit.format.name == "transcript":
        return "certain"
    if fit.format.name == "text" and len(only_texts(columns)) > 1:
        return "likely"  # another column may be meant to be learned
    if fit.format.name == "text" and any(column.holds(LISTS) for column in columns):
        return "likely"
    tags = fit.match("labels")
    named = tags is None or not tags.column.holds(["numbers"])
    return "certain" if fit.exact and named and not rival else "likely"


def why_of(fit: Fit) -> Text:
    """What told the format: the columns, and for some formats what these hold."""
    told = {"messages": "messages", "transcript": "text"}.get(fit.format.name)
    matches = [fit.match(told)] if told else fit.matches
    why = describe_columns([match.column.path for match in matches if match])
    if fit.format.name == "messages":
        shape = shape_of_turns(fit)
        return Text(f"{why.en} holds {shape.en}", f"{why.zh} 含{shape.zh}")
    if fit.format.name == "transcript":
        return Text(
            f"{why.en} holds turns marked like Human: and Assistant:",
            f"{why.zh} 含有带“Human:”“Assistant:”之类标记的对话",
        )
    if tags := fit.match("labels"):
        shape = tags_of(tags.column)
        return Text(f"{why.en}; {shape.en}", f"{why.zh}；{shape.zh}")
    return why


def describe_columns(paths: list[str]) -> Text:
    """Some columns in words: "columns a, b and c"."""
    if len(paths) == 1:
        return Text(f"column {paths[0]}", f"列 {paths[0]}")
    *first, last = paths
    return Text(
        f"columns {', '.join(first)} and {last}", f"列 {'、'.join(first)} 和 {last}"
    )


def shape_of_turns(fit: Fit) -> Text:
    """How the turns of a conversation are written."""
    match = fit.match("messages")
    lists = [value for value in match.column.values if value] if match else []
    turns = next((turns for value in lists if (turns := turns_read(value))), None)
    first = turns[0] if isinstance(turns, list) else None
    if isinstance(first, str):
        return Text("texts that take turns", "轮流的文本")
    if isinstance(first, dict) and "from" in first:
        return Text("from/value turns", " from/value 轮次")
    if isinstance(first, dict) and "role" not in first:
        return Text("turns with a question and its answer", "一问一答的轮次")
    return Text("role/content turns", " role/content 轮次")


def turns_read(value: Any) -> list[Any] | None:
    """The turns that a value is, also as JSON text; None for an odd one."""
    value = read_literal(value) if isinstance(value, str) else value
    return value if isinstance(value, list) else None


def tags_of(column: Column) -> Text:
    """What the labels of a sentence look like."""
    if column.holds(["numbers"]):
        return Text("the tags are numbers without names", "标注是没有名称的数字")
    if column.holds(["spans"]):
        return Text("the labels are entities in the text", "标签是文本中的实体")
    if column.holds(["bio"]):
        return Text("the tags are like B-PER and O", "标注形如 B-PER、O")
    return Text("each token has a part of speech", "每个词都有词性")
