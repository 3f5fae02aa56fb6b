"""Answers after a thought that the chat template opens and does not write itself."""

import re

from webui.chat.thoughts import LONGEST_TAG, Tags, closing, opened

OPENS = "the chat template opens a thought before each answer"


def after_reading(read: str, whole: str) -> str | None:
    """What a template writes of an answer after it asked for it, but for the thought
    that it opened then; None if it asked in another way."""
    if whole.startswith(read):
        return whole[len(read) :]
    mark = opened(read)
    if mark is None or not whole.startswith(before := read.removesuffix(mark[0])):
        return None
    tag, close = re.escape(mark[0].strip()), re.escape(closing(mark))
    return re.sub(rf"\A\s*({tag})?\s*{close}", "", whole[len(before) :])


def after_opening(read: str, rest: str, thought: str, tags: Tags) -> str:
    """An answer with its thought, or with none, after what may have opened one."""
    mark = opened(read)
    if mark:
        return f"{thought}\n{closing(mark)}\n\n{rest.lstrip()}"
    return f"{tags[0]}{thought}{tags[1]}{rest.lstrip()}" if thought else rest


def fitted(learned: str, read: str, again: str) -> str:
    """What a template writes after one question, to stand after something else: what
    was already read does not come twice, and no tag gets lost."""
    for length in range(min(LONGEST_TAG, len(learned)), 3, -1):
        if learned[0] in "<[◁" and read.endswith(learned[:length]):
            return learned[length:]
    here, there = opened(read), opened(again)
    if there and not here:
        return there[0] + learned
    return after_opening(read, learned, "", ("", "")) if here and not there else learned
