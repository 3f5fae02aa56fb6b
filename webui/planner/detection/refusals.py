"""Rows that no format takes, because something has to be done to them before."""

from collections.abc import Sequence

from webui.planner.detection.columns import Column
from webui.planner.errors import PlannerError
from webui.recipe.field import Text

PICTURES = (
    "image images image_url image_urls image_path image_bytes img picture photo "
    "pixel_values \u56fe\u7247 \u56fe\u50cf".split()
)
SOUNDS = "audio audio_path video video_path video_url speech \u97f3\u9891 \u89c6\u9891"


def refuse(columns: Sequence[Column]) -> None:
    """Say what is missing where rows hold pictures, single messages of a tree, or
    responses of which none is preferred.

    Raises:
        PlannerError: with what they need and what to use instead.
    """
    names = {name for column in columns if column.values for name in heads(column)}
    if names & set(PICTURES):
        raise PlannerError(no_pictures())
    if names & set(SOUNDS.split()):
        raise PlannerError(no_sounds())
    if {"parent_id", "text", "role"} <= names:
        raise PlannerError(single_messages())
    answered = {"preferred_response", "chosen", "completion", "response", "answer"}
    if names >= {"prompt", "responses"} and not names & answered:
        if not names & {"preferred", "best_response", "preference", "choice", "best"}:
            raise PlannerError(none_preferred())


def heads(column: Column) -> tuple[str, str]:
    """The name of the outermost column, and the whole path."""
    return column.names[0].split(".")[0], column.names[0]


def no_pictures() -> Text:
    """The sentence for rows with pictures."""
    return Text(
        "The rows hold images, which need a vision model; Tunebook tunes models that "
        "read text only. Use rows of text, such as questions about the captions.",
        "数据含有图像，需要视觉模型；Tunebook 只微调处理文本的模型。请改用文本数据，"
        "例如关于图像说明文字的问答。",
    )


def no_sounds() -> Text:
    """The sentence for rows with sound or video."""
    return Text(
        "The rows hold audio or video, which need a model that takes them; Tunebook "
        "tunes models that read text only. Use rows of text, such as the transcripts.",
        "数据含有音频或视频，需要相应的模型；Tunebook 只微调处理文本的模型。请改用文本"
        "数据，例如转写的文字。",
    )


def single_messages() -> Text:
    """The sentence for a tree of messages with one message a row."""
    return Text(
        "Each row is a single message, linked to others by parent_id; join them into "
        "conversations first, or use the ready-made threads of the data set.",
        "每条只是一条消息，通过 parent_id 与其他消息相连；请先拼成完整对话，"
        "或使用该数据集现成的对话版本。",
    )


def none_preferred() -> Text:
    """The sentence for several responses without a judgement."""
    return Text(
        "The rows hold several responses and do not say which is the best; add a "
        "column preferred_response with its text, or its number counted from 0.",
        "每条有多个回答，但没有说明哪个最好；请增加一列 preferred_response,"
        "填写其文本，或从 0 数起的编号。",
    )
