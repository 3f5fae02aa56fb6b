"""How a chat template asks for an answer: also for one that opens a conversation."""

import os.path
from dataclasses import dataclass

from webui.chat.dialect import Dialect
from webui.chat.template import Message, Messages, Options, Template, Tools
from webui.chat.thoughts import opened


@dataclass(frozen=True)
class Asking:
    """A template, how it is spoken to, and with which options and tools it is asked."""

    template: Template
    dialect: Dialect
    options: Options
    tools: Tools

    def write(self, messages: Messages, *, ask: bool = False) -> str:
        """The text of some messages; ``ask`` adds what asks for an answer.

        Raises:
            ValueError: with the template's reason, where it refuses them.
        """
        return self.template.write(messages, self.tools, self.options, ask=ask)

    def try_to_write(self, messages: Messages, *, ask: bool = False) -> str | None:
        """The same; None where the template refuses."""
        return self.template.try_to_write(messages, self.tools, self.options, ask=ask)


def conversation_before(turns: Messages, turn: int, whole: str, asking: Asking) -> str:
    """The conversation before an answer, as the template asks for it; ``whole`` is what
    it writes up to and with the answer."""
    if turn:
        return asking.write(turns[:turn], ask=True)
    # Few templates take no messages at all.
    nothing = asking.try_to_write([], ask=True)
    if nothing and whole.startswith(nothing):
        return nothing
    return opening(turns[0], whole, asking)


def opening(first: Message, whole: str, asking: Asking) -> str:
    """What a template puts before an answer to no question: all up to the mark that it
    writes when it asks for an answer, or else up to what depends on the answer."""
    again = asking.try_to_write([first], ask=True) or ""
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
    texts = [asking.try_to_write([other]) or whole for other in others]
    return os.path.commonprefix([whole, *texts])


def before_questions(turns: Messages, turn: int, asking: Asking) -> str | None:
    """What stands before an answer that opens a conversation, where the template wants
    a question in it: as it stands in the conversation up to the next question."""
    if any(message["role"] == "user" for message in turns[:turn]):
        return None
    later = [n for n in range(turn + 1, len(turns)) if turns[n]["role"] == "user"]
    if not later:
        return None
    rest = turns[turn + 1 : later[0] + 1]
    texts = [
        asking.try_to_write([*turns[:turn], first, *rest])
        for first in (turns[turn], turns[turn] | {"content": "."})
    ]
    return None if None in texts else os.path.commonprefix([str(t) for t in texts])
