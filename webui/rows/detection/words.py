"""What the words in a column's name tell: who asks, who answers, what is beside."""

import re
from collections.abc import Iterator, Sequence

from webui.rows.detection.columns import Column, plain_name

ASKS = frozenset(
    "question query prompt customer user client human ask asked caller patient student "
    "visitor buyer guest inquiry enquiry complaint ticket problem issue".split()
)
ASKS_WEAKLY = frozenset("message request body input post email".split())
ANSWERS = frozenset(
    "answer reply response resolution solution agent bot assistant chatbot doctor "
    "teacher expert staff ai".split()
)
ANSWERS_WEAKLY = frozenset("output completion".split())
# Beside such a word stands what is about a question or an answer.
BESIDE = frozenset(
    "id ids type time date name names email url link status count number rating score "
    "category label lang language source age gender priority channel version hash "
    "subject title satisfaction tag tags index idx phone".split()
)
ASKS_CHINESE = ("问题", "提问", "客户", "用户", "顾客", "咨询", "患者", "来信")
ANSWERS_CHINESE = ("答", "回复", "客服", "回应", "助手", "解决", "医生")
BESIDE_CHINESE = (
    "编号",
    "类型",
    "类别",
    "时间",
    "日期",
    "姓名",
    "名称",
    "状态",
    "评分",
)
PERSONS = frozenset("user human customer client agent bot assistant".split())
ENOUGH = 3  # values, below which one word may be all that somebody says
NAME = re.compile(r"[\w.@-]{1,30}", re.ASCII)


def asking_and_answering(
    columns: Sequence[Column],
) -> Iterator[tuple[str, Column]]:
    """The one column that asks and the one that answers, by the words in their names.

    Where several could, none does.
    """
    texts = [column for column in columns if can_be_said(column)]
    for role, strong, weak in (
        ("question", asks, asks_weakly),
        ("answer", is_answer_name, answers_weakly),
    ):
        for told in (strong, weak):
            found = [column for column in texts if told(column)]
            if len(found) == 1:
                yield role, found[0]
            if found:
                break


def can_be_said(column: Column) -> bool:
    """Whether a column may hold what somebody says, and not what is about it."""
    told = words_in_name(column)
    chinese = any(word in column.names[0] for word in BESIDE_CHINESE)
    return (
        column.holds(["text"])
        and not column.in_list
        and not (told & BESIDE and told != {"email"})
        and not chinese
        and not column.is_reference
        and not column.is_label
        and not holds_names(column)
    )


def words_in_name(column: Column) -> frozenset[str]:
    """The words in a column's name: of customerMessage they are two."""
    parted = re.sub(r"([a-z])([A-Z])", r"\1_\2", column.path.split(".")[-1])
    words = re.findall(r"[a-z]+", plain_name(parted))
    return frozenset(
        word.removesuffix("s") if len(word) > 4 else word for word in words
    )


def asks(column: Column) -> bool:
    """Whether a name says that here somebody asks, and not that somebody answers."""
    chinese = any(word in column.names[0] for word in ASKS_CHINESE)
    return bool(chinese or words_in_name(column) & ASKS) and not is_answering(column)


def asks_weakly(column: Column) -> bool:
    """Whether a name may say so."""
    return bool(words_in_name(column) & ASKS_WEAKLY) and not is_answering(column)


def is_answering(column: Column) -> bool:
    """Whether a name speaks of an answer or of who gives it."""
    chinese = any(word in column.names[0] for word in ANSWERS_CHINESE)
    return bool(chinese or words_in_name(column) & ANSWERS)


def is_answer_name(column: Column) -> bool:
    """Whether a name says that here somebody answers, and not that somebody asks."""
    chinese = any(word in column.names[0] for word in ASKS_CHINESE)
    return is_answering(column) and not (chinese or words_in_name(column) & ASKS)


def answers_weakly(column: Column) -> bool:
    """Whether a name may say so."""
    return bool(words_in_name(column) & ANSWERS_WEAKLY)


def holds_names(column: Column) -> bool:
    """Whether a column called like a person says who that is, and no more."""
    if not words_in_name(column) & PERSONS or len(column.values) < ENOUGH:
        return False
    named = sum(bool(NAME.fullmatch(str(value).strip())) for value in column.values)
    return 5 * named >= 4 * len(column.values)
