"""How a chat template asks for an answer: also for one that opens a conversation."""

import os.path

from webui.chat.template import Message, Messages, Options, Template, Tools
from webui.chat.thoughts import opened


def conversation_before(
    turns: Messages,
    turn: int,
    whole: str,
    tools: Tools,
    asking: tuple[Template, Options],
) -> str:
    """The conversation before an answer, as the template asks for it; ``whole`` is what
    it writes up to and with the answer."""
    template, options = asking
    if turn:
        return template.write(turns[:turn], tools, options, ask=True)
    # Few templates take no messages at all.
    nothing = template.try_to_write([], tools, options, ask=True)
    if nothing and whole.startswith(nothing):
        return nothing
    return opening(turns[0], whole, tools, asking)


def opening(
    first: Message, whole: str, tools: Tools, asking: tuple[Template, Options]
) -> str:
    """What a template puts before an answer to no question: all up to the mark that it
    writes when it asks for an answer, or else up to what depends on the answer."""
    template, options = asking
    again = template.try_to_write([first], tools, options, ask=True) or ""
    mark = again[len(whole) :] if again.startswith(whole) else ""
    thought = opened(mark)
    tag = thought[0] if thought else ""
    mark = mark.removesuffix(tag)
    if mark and mark in whole:
        return whole[: whole.find(mark) + len(mark)] + tag
    others = [first | {"content": other} for other in (".", "+")]
    if isinstance(first["content"], list):
        text = [{"type": "text", "text": "."}]
        others = [first | {"content": text}]
    texts = [template.try_to_write([o], tools, options) or whole for o in others]
    return os.path.commonprefix([whole, *texts])


def before_questions(
    turns: Messages, turn: int, tools: Tools, asking: tuple[Template, Options]
) -> str | None:
    """What stands before an answer that opens a conversation, where the template wants
    a question in it: as it stands in the conversation up to the next question."""
    template, options = asking
    if any(message["role"] == "user" for message in turns[:turn]):
        return None
    later = [n for n in range(turn + 1, len(turns)) if turns[n]["role"] == "user"]
    if not later:
        return None
    rest = turns[turn + 1 : later[0] + 1]
    texts = [
        template.try_to_write([*turns[:turn], first, *rest], tools, options)
        for first in (turns[turn], turns[turn] | {"content": "."})
    ]
    return None if None in texts else os.path.commonprefix([str(t) for t in texts])
