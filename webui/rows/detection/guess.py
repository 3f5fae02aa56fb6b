"""Guess a format where no column has a known name: by the lengths of the texts."""

from collections.abc import Sequence

from webui.errors import PlannerError
from webui.recipe.formats import FORMATS
from webui.rows.detection.columns import Column
from webui.rows.detection.fits import Fit, Match
from webui.rows.detection.words import NAMES
from webui.text import Text


def guess_format(columns: Sequence[Column]) -> tuple[Fit, Text]:
    """A format for columns with unknown names, and why.

    Raises:
        PlannerError: if no column holds text.
    """
    texts = only_texts(columns)
    if not texts:
        raise PlannerError(nothing_fits(columns))
    if len(texts) == 1:
        name = texts[0].path
        why = Text(f"only column {name} holds text", f"只有列 {name} 是文本")
        return guessed_fit("text", texts), why
    by_length = sorted(texts, key=lambda column: column.length)
    labels = [column for column in by_length[:-1] if column.is_label]
    if labels and len(by_length) == 2:
        pair = [by_length[-1], labels[0]]
        why = Text(
            f"column {pair[1].path} has few different values",
            f"列 {pair[1].path} 只有少数几种取值",
        )
        return guessed_fit("classification", pair), why
    said = [column for column in by_length if column not in labels]
    short, long = (said if len(said) > 1 else by_length)[-2:]
    if "question" in long.names[0] and "question" not in short.names[0]:
        why = Text(
            f"only the name: {long.path} holds questions",
            f"仅凭名称判断：{long.path} 是问题",
        )
        return guessed_fit("question_answer", [long, short]), why
    why = Text(
        f"only the lengths: {short.path} is short, {long.path} is long",
        f"仅凭长度判断：{short.path} 较短，{long.path} 较长",
    )
    return guessed_fit("question_answer", [short, long]), why


def only_texts(columns: Sequence[Column]) -> list[Column]:
    """The columns that hold text and are not merely about the row."""
    return [
        column
        for column in columns
        if column.holds(["text"])
        and not column.path.endswith(".0")
        and column.names[0] not in NAMES["about"]
        and not column.names[0].endswith("_id")
        and not column.is_reference
    ]


def is_about(column: Column) -> bool:
    """Whether a column is about the row, and nobody would learn it."""
    name = column.names[0]
    named = name.split(".")[0] in NAMES["about"] or name.endswith("_id")
    refers = column.is_reference and not column.holds(["number"])
    return named or refers or column.path.endswith(".0")


def guessed_fit(format: str, columns: Sequence[Column]) -> Fit:
    """The required roles of a format, each with its column."""
    roles = FORMATS[format].required
    pairs = zip(roles, columns, strict=True)
    matches = [Match(role, column, 0) for role, column in pairs]
    return Fit(FORMATS[format], tuple(matches))


def nothing_fits(columns: Sequence[Column]) -> Text:
    """The sentence for rows in which there is nothing to learn from."""
    if not columns:
        return Text(
            "There are no rows to tell a format by.", "没有可用来识别格式的数据。"
        )
    names = list(dict.fromkeys(column.path.split(".")[0] for column in columns))
    shown = ", ".join(names[:12]) + ("..." if len(names) > 12 else "")
    return Text(
        f"No format fits these columns: {shown}. Choose the format, and say which "
        "column holds what.",
        f"没有格式符合这些列：{shown}。请选择格式，并指定各部分所在的列。",
    )
