"""What would spoil a training without an error, seen in the rows' tokens."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from webui.chat.conversation import Chat
from webui.chat.spoken import THOUGHT
from webui.recipe import Recipe
from webui.recipe.sections.data import LABELLED
from webui.rows.chat_warnings import chat_warnings
from webui.rows.each import Kept, Rejected, place_of_row
from webui.rows.encoding import HIDDEN, Encoded
from webui.rows.mapping.steps import label_role
from webui.rows.mapping.turns import sides_of
from webui.rows.mapping.values import label_number, value_at
from webui.rows.warned import Warned, of, of_sequences
from webui.text import Text

# What chat templates write around a turn, as far as it is no word of a language.
MARK = re.compile(r"<\|?[^<>|\s]+\|?>|<</?SYS>>|\[/?[A-Z_]+\]|###? ?\w+:")
TAIL = 5  # tokens; templates write at most a line break after the end token
# Answers that are numbers, or tokens with a number behind each.
NUMBERS = {
    "classification": re.compile(r"-?\d+"),
    "ner": re.compile(r"\S+/-?\d+( \S+/-?\d+)*"),
    "pos": re.compile(r"\S+/-?\d+( \S+/-?\d+)*"),
}
PROBE = "\u2063"  # a character that no template writes


def warnings(
    recipe: Recipe,
    chat: Chat,
    kept: Sequence[Kept],
    encoded: Sequence[Sequence[Encoded]],
    ends: set[int],
) -> Iterator[Warned]:
    """What is odd among these rows, the worst first."""
    if recipe.data.format == "text":
        return  # all of it is learned, and nothing is cut off
    tokenizer = chat.template.tokenizer
    yield from token_warnings(recipe, tokenizer, encoded, ends)
    yield from chat_warnings(chat, kept, encoded)
    yield from template_marks(tokenizer, kept)
    yield from unnamed_labels(recipe, kept)
    yield from others_left(recipe, kept)
    yield from joined_pairs(recipe, kept)


def token_warnings(
    recipe: Recipe, tokenizer: Any, encoded: Sequence[Sequence[Encoded]], ends: set[int]
) -> Iterator[Warned]:
    """What is odd about the tokens of these rows."""
    rows = [row for parts in encoded for row in parts]
    count = of if len(rows) == len(encoded) else of_sequences
    limit = recipe.model.max_seq_length
    masked = [row for row in rows if all(label == HIDDEN for label in row.labels)]
    cut = [row for row in rows if row.whole > limit]
    whole = [row for row in rows if row.whole <= limit]
    endless = [row for row in whole if not ends & set(row.labels[-TAIL:])]
    if masked:
        yield Warned(all_masked(count(masked, rows)), blocks=len(masked) == len(rows))
    if cut:
        everything = len(cut) == len(rows)
        yield Warned(truncated(count(cut, rows), cut, limit), blocks=everything)
    if endless:
        yield Warned(no_end(count(endless, rows), tokenizer, ends), blocks=True)


def all_masked(some: Text) -> Text:
    """Nothing is learned from these rows."""
    return Text(
        f"In {some.en} every token is hidden from the loss, so nothing is learned "
        "from them.",
        f"{some.zh}的全部 token 都不计入损失，从中学不到任何内容。",
    )


def truncated(some: Text, cut: Sequence[Encoded], limit: int) -> Text:
    """The end of these rows is lost."""
    longest = max(row.whole for row in cut)
    return Text(
        f"{some.en} are longer than {limit} tokens and are cut there; the end of their "
        f"answers is lost. The longest has {longest}: raise the longest sequence.",
        f"{some.zh}超过 {limit} 个 token，会被截断，回答的结尾将丢失。"
        f"最长的有 {longest} 个：请调大最大序列长度。",
    )


def no_end(some: Text, tokenizer: Any, ends: set[int]) -> Text:
    """The tuned model would not know when to stop."""
    names = ", ".join(map(str, tokenizer.convert_ids_to_tokens(sorted(ends)))) or "-"
    return Text(
        f"In {some.en} no end token ({names}) is trained on, so the tuned model may "
        "never stop its answers; choose the chat template that fits the model.",
        f"{some.zh}没有训练到结束 token（{names}），微调后的模型可能停不下来；"
        "请选择与模型相符的对话模板。",
    )


def no_template() -> Warned:
    """A base model: the turns are marked in a way that it has never seen."""
    text = Text(
        "This model has no chat template of its own; Zephyr's is used.",
        "该模型没有自带对话模板，将使用 Zephyr 的模板。",
    )
    return Warned(text, blocks=False)


def unnamed_labels(recipe: Recipe, kept: Sequence[Kept]) -> Iterator[Warned]:
    """Numbers instead of labels teach the model numbers."""
    if recipe.data.format not in LABELLED or recipe.data.label_names:
        return
    answers = [str(row.mapped["messages"][-1]["content"]) for row in kept]
    # There are none where the first usable row stands behind those that are checked.
    if answers and all(
        NUMBERS[recipe.data.format].fullmatch(answer) for answer in answers
    ):
        text = Text(
            "The labels are numbers, and numbers are what the model would learn; name "
            "them in data.label_names, the first for 0.",
            "标签是数字，模型学到的也会是数字；请在 data.label_names 中填写名称，"
            "第一个对应 0。",
        )
        yield Warned(text, blocks=recipe.data.format != "classification")


def shifted_labels(recipe: Recipe, rows: Sequence[Kept | Rejected]) -> Iterator[Warned]:
    """Labels that count from 1 would each get the name of the next.

    The rows that have the last number are rejected: it has no name.
    """
    names = recipe.data.label_names
    if not names or recipe.data.format not in LABELLED:
        return
    numbers = {n for row in rows for n in raw_numbers(recipe, row.record.row or {})}
    if 0 not in numbers and max(numbers, default=-1) == len(names):
        first, last = names[0], len(names)
        text = Text(
            f"No label is 0 and the highest is {last}, but of the {last} names in "
            f"data.label_names the first, {first}, is for 0, so each label gets the "
            "name of the next; put a name for 0 before them, such as unused.",
            f"没有为 0 的标签，最大的是 {last}；而 data.label_names 的 {last} 个名称"
            f"中，第一个（{first}）对应 0，因此每个标签都会得到下一个的名称；"
            "请在最前面为 0 补一个名称，例如 unused。",
        )
        yield Warned(text, blocks=True)


def raw_numbers(recipe: Recipe, row: dict[str, Any]) -> list[int]:
    """The numbers among the labels of a row that stand for names."""
    role = label_role(recipe.data.format) or ""
    try:
        given = value_at(row, recipe.data.columns.get(role, role))
        labels = given if isinstance(given, list) else [given]
        words = [label for label in labels if label not in recipe.data.label_names]
        return [n for label in words if (n := label_number(label)) is not None]
    except ValueError:
        return []  # what cannot be read is rejected, with its reason


def others_left(recipe: Recipe, kept: Sequence[Kept]) -> Iterator[Warned]:
    """A column that is the first of a list leaves the others of the list unread."""
    for path in recipe.data.columns.values():
        parent, _, step = path.rpartition(".")
        if not parent or not step.isdecimal():
            continue
        some = [row for row in kept if holds_others(row, path, parent)]
        if some:
            where, count = place_of_row(some[0].record), of(some, kept)
            text = Text(
                f"In {count.en}, {parent} holds more than the one that {path} takes "
                f"(first: {where.en}); the others are not learned.",
                f"{count.zh}的 {parent} 不止 {path} 所取的一项（首处：{where.zh}）；"
                "其余各项不会被学习。",
            )
            yield Warned(text, blocks=False)


def holds_others(row: Kept, path: str, parent: str) -> bool:
    """Whether a list has another item than the one at a path."""
    if path in row.row or not isinstance(items := value_at(row.row, parent), list):
        return False
    taken = value_at(row.row, path)
    return any(item not in (taken, None) for item in items)


def joined_pairs(recipe: Recipe, kept: Sequence[Kept]) -> Iterator[Warned]:
    """A list of questions with their answers may have been meant as rows apart."""
    column = recipe.data.columns.get("messages", "messages")
    some = [row for row in kept if pairs_at(row, column) > 1]
    if recipe.data.format == "messages" and some:
        where, count = place_of_row(some[0].record), of(some, kept)
        text = Text(
            f"In {count.en}, {column} lists questions with their answers (first: "
            f"{where.en}); they are read as one conversation, so later answers see the "
            "earlier ones. Write each as a row if they have nothing to do with each "
            "other.",
            f"{count.zh}的 {column} 是一组问答（首处：{where.zh}），会被当作同一段多轮"
            "对话，后面的回答能看到前面的内容；如果各组问答互不相关，请拆成单独的行。",
        )
        yield Warned(text, blocks=False)


def pairs_at(row: Kept, column: str) -> int:
    """How many questions with their answers a list of turns holds."""
    turns = row.row.get(column)
    if not isinstance(turns, list):
        return 0
    return sum(isinstance(turn, dict) and sides_of(turn) is not None for turn in turns)


def template_marks(tokenizer: Any, kept: Sequence[Kept]) -> Iterator[Warned]:
    """Text that looks like the template's own marks would be read as turns."""
    marks = marks_of(tokenizer)
    found = [(row, mark) for row in kept if (mark := mark_inside(row, marks))]
    if found:
        row, mark = found[0]
        where, some = place_of_row(row.record), of(found, kept)
        text = Text(
            f"{some.en} hold the chat template's own mark {mark} inside their text "
            f"(first: {where.en}), which the model would take for a turn; remove it.",
            f"{some.zh}的文本中含有对话模板的标记 {mark}（第一处：{where.zh}），"
            "模型会把它当成新的一轮；请删除。",
        )
        yield Warned(text, blocks=True)


def marks_of(tokenizer: Any) -> set[str]:
    """The marks that the chat template writes around a question and an answer."""
    turns = [{"role": role, "content": PROBE} for role in ("user", "assistant")]
    try:
        text = tokenizer.apply_chat_template(turns, tokenize=False)
    except Exception:  # rows will be refused with the reason
        return set()
    return {m for part in text.split(PROBE) for m in MARK.findall(part)}


def mark_inside(row: Kept, marks: set[str]) -> str | None:
    """A mark of the template that stands inside a message, if there is one."""
    messages = row.mapped.get("messages", ())
    contents = [
        str(m.get(name) or "") for m in messages for name in ("content", THOUGHT)
    ]
    return next((m for m in sorted(marks) for c in contents if m in c), None)
