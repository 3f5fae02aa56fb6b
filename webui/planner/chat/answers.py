"""Every answer of a conversation that is learned: what is read before it, and what the
model must then write.

What is read is the conversation before the answer, as the template writes it when it
asks for one; what is learned is all that the model must then write, up to and with the
token that ends it. So what is trained is what is asked at inference.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from webui.planner.chat.dialect import APART, Dialect
from webui.planner.chat.spoken import THOUGHT, spoken
from webui.planner.chat.template import Message, Messages, Options, Template, Tools

LONGEST_END = 60  # characters; an end token, and blanks or another one after it
OPENED = re.compile(r"(<|\[)(\w+)(>|\])\s*$")  # a thought that the template opens


@dataclass(frozen=True)
class Answer:
    """One answer that is learned.

    Attributes:
        turn: which message of the conversation it is, from 0.
        read: the text before it, as the template writes it when it asks.
        learned: the text that the model must then write.
        options: the template's options with which it was asked.
        made: why it is not, letter for letter, what the template writes for these
            messages; empty where it is. Then TRL cannot make the same.
    """

    turn: int
    read: str
    learned: str
    options: Options
    made: str = ""

    @property
    def text(self) -> str:
        """All of it, as one sequence."""
        return self.read + self.learned


def answers(
    messages: Sequence[Message],
    tools: Tools,
    template: Template,
    dialect: Dialect,
    *,
    thoughts: bool,
) -> list[Answer]:
    """The learned answers of a conversation, in their order.

    Raises:
        ValueError: with the reason, where the template takes none of this.
    """
    turns = spoken(messages, dialect, thoughts=thoughts)
    found = []
    for turn, message in enumerate(messages):
        if is_learned(message):
            thought = message.get(THOUGHT) if thoughts else None
            options = dialect.thinking if thought else dialect.silent
            if thought and dialect.thought == APART:
                given = str(thought)
            else:
                given = ""
            asking = (template, dialect, options)
            found.append(answer(turns, turn, tools, asking, given))
    return found


def is_learned(message: Message) -> bool:
    """Whether a message is an answer; one with the weight 0 is read only."""
    return message["role"] == "assistant" and message.get("weight") != 0


def answer(
    turns: Messages,
    turn: int,
    tools: Tools,
    asking: tuple[Template, Dialect, Options],
    thought: str,
) -> Answer:
    """The answer at a turn; ``thought`` is one that the template does not write."""
    template, dialect, options = asking
    whole = template.write(turns[: turn + 1], tools, options)
    read = asked(turns, turn, whole, tools, template, options)
    if whole.startswith(read) and not thought:
        learned, made = whole[len(read) :], ""
    else:
        learned, made = after_opening(read, whole, thought)
    if not any(end in learned[-LONGEST_END:] for end in template.ends):
        end = end_after(turns[: turn + 1], whole, tools, (template, options))
        end = end or ("" if dialect.ends else template.end_token)
        learned, made = learned + end, NO_END if end else made
    return Answer(turn, read, learned, options, made)


NO_END = "the chat template writes no end after an answer"
OPENS = "the chat template opens a thought before each answer"
OTHERWISE = "the chat template asks for an answer in another way than it writes one"


def asked(
    turns: Messages,
    turn: int,
    whole: str,
    tools: Tools,
    template: Template,
    options: Options,
) -> str:
    """The conversation before an answer, as the template asks for it."""
    if turn:
        return template.write(turns[:turn], tools, options, ask=True)
    # Few templates take no messages at all.
    nothing = template.try_to_write([], tools, options, ask=True)
    if nothing and whole.startswith(nothing):
        return nothing
    again = template.write(turns[:1], tools, options, ask=True)
    return opening(whole, again, str(turns[0]["content"] or ""))


def opening(answered: str, again: str, content: str) -> str:
    """What the template puts before an answer to no question: all up to the mark that
    it writes when it asks for an answer, or else up to the answer's text."""
    mark = again[len(answered) :]
    if mark and mark in answered:
        return answered[: answered.find(mark) + len(mark)]
    return answered[: max(0, answered.find(content.strip()))]


def after_opening(read: str, whole: str, thought: str) -> tuple[str, str]:
    """What the model must write after a thought was opened for it: the rest of the
    thought, its end, and the answer; and why we put that together.

    Raises:
        ValueError: if the template asked in some other way.
    """
    mark = OPENED.search(read)
    if mark is None or not whole.startswith(read[: mark.start()]):
        raise ValueError(OTHERWISE)
    close = f"{mark[1]}/{mark[2]}{mark[3]}"
    rest = whole[mark.start() :]
    rest = rest.partition(close)[2] if close in rest else rest
    return f"{thought}\n{close}\n\n{rest.lstrip()}", OPENS


def end_after(
    turns: Messages, whole: str, tools: Tools, asking: tuple[Template, Options]
) -> str:
    """The mark that the template begins the next turn with, if the model stops at it:
    some families end an answer in no other way."""
    template, options = asking
    called = bool(turns[-1].get("tool_calls"))
    shape = turns[-1]["content"]
    next_turn: Message = {"role": "tool" if called else "user", "content": "?"}
    if isinstance(shape, list):
        next_turn["content"] = [{"type": "text", "text": "?"}]
    follows = template.try_to_write([*turns, next_turn], tools, options)
    if follows and follows.startswith(whole):
        after = follows[len(whole) :]
        return next((end for end in template.ends if after.startswith(end)), "")
    return ""
