"""From the answers of a conversation to the sequences that are trained on.

Where a template keeps earlier turns as they are, one sequence holds all answers; where
it rewrites them, or asks for some in another way, each answer is a sequence of its own.
"""

from collections.abc import Sequence as Several
from dataclasses import dataclass

from webui.chat.answers import Answer
from webui.chat.endings import NO_END
from webui.chat.template import Options, Template

Span = tuple[int, int]  # where in a text a part begins and ends


@dataclass(frozen=True)
class Sequence:
    """A text to train on, and the parts of it that are learned.

    Attributes:
        text: all of it.
        learned: where in the text what is learned begins and ends.
        turns: the messages that are learned, by their numbers; none of plain text.
        options: the template's options with which the answers were asked.
        made: why TRL cannot make the same of the messages; empty where it can.
        marked: whether the chat template marks just these parts, so that TRL can learn
            several answers of one conversation.
    """

    text: str
    learned: tuple[Span, ...]
    turns: tuple[int, ...] = ()
    options: Options | None = None
    made: str = ""
    marked: bool = False


def sequences(found: Several[Answer], template: Template) -> list[Sequence]:
    """The sequences of a conversation's answers, as few as the template allows."""
    if len(found) > 1 and (whole := together(found, template)):
        return [whole]
    return [alone(answer) for answer in found]


def alone(answer: Answer) -> Sequence:
    """An answer as a sequence of its own."""
    text = answer.text
    learned = ((len(answer.read), len(text)),)
    return Sequence(text, learned, (answer.turn,), answer.options, answer.made)


def together(found: Several[Answer], template: Template) -> Sequence | None:
    """All answers in the last one's sequence; None where it does not hold them all."""
    last = found[-1]
    learned = []
    for answer in found:
        end = end_in(last.text, answer, template)
        if end is None or answer.options != last.options:
            return None
        learned.append((len(answer.read), end))
    turns = tuple(answer.turn for answer in found)
    made = next((answer.made for answer in found if answer.made), "")
    return Sequence(last.text, tuple(learned), turns, last.options, made)


def end_in(text: str, answer: Answer, template: Template) -> int | None:
    """Where an answer ends inside a longer conversation; None if it is not in there.

    Some templates write the tokenizer's end token after the last message of all.
    """
    if not text.startswith(answer.read):
        return None
    start = len(answer.read)
    if text.startswith(answer.learned, start):
        return start + len(answer.learned)
    shorter = answer.learned.removesuffix(template.end_token)
    if answer.made != NO_END and text.startswith(shorter, start):
        if template.is_ended(shorter):
            return start + len(shorter)
    return None
