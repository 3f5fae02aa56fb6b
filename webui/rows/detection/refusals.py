"""Rows that no format takes, because something has to be done to them before."""

import re
from collections.abc import Sequence

from webui.errors import PlannerError
from webui.recipe.formats import FORMATS
from webui.rows.detection.columns import Column
from webui.rows.detection.words import NAMES
from webui.text import Text

VERDICT = next(
    role for role in FORMATS["preferred"].roles if role.name == "preferred_response"
)
PICTURE = re.compile(r"\S.*\.(jpe?g|png|gif|webp|bmp|tiff?)(\?.*)?", re.IGNORECASE)
VERDICTS = {*VERDICT.synonyms, "output", "rejected", "target"}
NO_PICTURES = Text(
    "The rows hold images, which need a vision model; Tunebook tunes models that "
    "read text only. Use rows of text, such as questions about the captions.",
    "数据含有图像，需要视觉模型；Tunebook 只微调处理文本的模型。请改用文本数据，"
    "例如关于图像说明文字的问答。",
)
NO_SOUNDS = Text(
    "The rows hold audio or video, which need a model that takes them; Tunebook "
    "tunes models that read text only. Use rows of text, such as the transcripts.",
    "数据含有音频或视频，需要相应的模型；Tunebook 只微调处理文本的模型。请改用文本"
    "数据，例如转写的文字。",
)
SINGLE_MESSAGES = Text(
    "Each row is a single message, linked to others by parent_id; join them into "
    "conversations first, or use the ready-made threads of the data set.",
    "每条只是一条消息，通过 parent_id 与其他消息相连；请先拼成完整对话，"
    "或使用该数据集现成的对话版本。",
)
NONE_PREFERRED = Text(
    "The rows hold several responses and do not say which is the best; add a "
    "column preferred_response with its text, or its number counted from 0.",
    "每条有多个回答，但没有说明哪个最好；请增加一列 preferred_response，"
    "填写其文本，或从 0 数起的编号。",
)
TOOLS_APART = Text(
    "The rows hold tools beside a question and its answer, and the model would not "
    "see them; put question and answer into messages, the calls as tool_calls.",
    "数据在问题和答案之外还有 tools，模型将看不到它们；"
    "请把问题和答案放进 messages，调用写为 tool_calls。",
)


def refuse_other_kinds(columns: Sequence[Column]) -> None:
    """Say what is missing where rows hold pictures, single messages of a tree, or
    responses of which none is preferred.

    Raises:
        PlannerError: with what they need and what to use instead.
    """
    named = {name for column in columns for name in heads(column)}
    names = {name for column in columns if column.values for name in heads(column)}
    if names & NAMES["pictures"]:
        raise PlannerError(NO_PICTURES)
    if names & NAMES["sounds"]:
        raise PlannerError(NO_SOUNDS)
    if {"text", "role"} <= names and "parent_id" in named:
        raise PlannerError(SINGLE_MESSAGES)
    answered = {"preferred_response", "chosen", "completion", "response", "answer"}
    several = names >= {"prompt", "responses"} or any(
        names >= {stem + one, stem + other}
        for stem in ("response_", "answer_", "output_", "completion_", "conversation_")
        for one, other in ("ab", "01", "12")
    )
    if several and not names & (answered | VERDICTS):
        raise PlannerError(NONE_PREFERRED)


def refuse_parts(columns: Sequence[Column]) -> None:
    """Say what is missing where rows ask for more than a question and its answer tell.

    Raises:
        PlannerError: with what to do.
    """
    names = {name for column in columns if column.values for name in heads(column)}
    lists = [column for column in columns if column.holds(["texts"])]
    for column in lists:
        if column.names[0] in ("choices", "choices.text", "options", "endings"):
            raise PlannerError(choices_apart(column.path))
    if {"a", "b", "c", "question"} <= names:
        raise PlannerError(choices_apart("A, B, C"))
    if "tools" in names:
        raise PlannerError(TOOLS_APART)


def refuse_guess(columns: Sequence[Column]) -> None:
    """Say what is missing where no column has a known name and no guess is sound.

    Raises:
        PlannerError: with what to do.
    """
    if any(holds_pictures(column) for column in columns):
        raise PlannerError(NO_PICTURES)
    texts = [column for column in columns if column.holds(["text"])]
    longest = max((column.length for column in texts), default=0)
    for column in columns:
        deep = column.holds(["text"]) and column.path.count(".") > 1
        if deep or (column.holds(["objects"]) and column.length > longest):
            raise PlannerError(lists_inside(column.path.split(".")[0]))


def holds_pictures(column: Column) -> bool:
    """Whether a column holds the names or addresses of picture files."""
    named = [bool(PICTURE.fullmatch(str(value)[:500])) for value in column.values]
    return 2 * sum(named) >= len(named) > 0


def heads(column: Column) -> tuple[str, str]:
    """The name of the outermost column, and the whole path."""
    return column.names[0].split(".")[0], column.names[0]


def choices_apart(name: str) -> Text:
    """The sentence for questions whose choices stand in a column of their own."""
    return Text(
        f"The rows hold questions with choices ({name}), which no format puts into the "
        "question; write them below the question, and the right one into answer.",
        f"数据是带选项（{name}）的问题，没有格式会把选项放进问题；"
        "请把选项写在问题下面，并把正确选项写入 answer。",
    )


def lists_inside(name: str) -> Text:
    """The sentence for rows that hold most of their text in nested lists or objects."""
    return Text(
        f"Column {name} holds lists or objects that no format reads; write each of "
        "them as a row of its own, or choose the format and the columns.",
        f"列 {name} 含有没有格式能读取的列表或对象；请把其中每一项写成单独的一条数据，"
        "或自行选择格式和列。",
    )
