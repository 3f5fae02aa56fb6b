"""Every answer of a conversation that is learned: what is read before it, and what the
model must then write.

What is read is the conversation before the answer, as the template writes it when it
asks for one; what is learned is all that the model must then write, up to and with the
token that ends it. So what is trained is what is asked at inference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from webui.chat.asking import Asking, before_questions, conversation_before
from webui.chat.dialect import Dialect
from webui.chat.endings import ended
from webui.chat.opened import OPENS, after_opening, after_reading, fitted
from webui.chat.probes import QUESTION, probe_question
from webui.chat.spoken import THOUGHT, spoken
from webui.chat.tags import TAGS
from webui.chat.template import Message, Messages, Options, Template, Tools
from webui.chat.thoughts import APART

REWRITES = "the chat template rewrites earlier turns"


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


def learned_answers(
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
            thought = str(message.get(THOUGHT) or "") if thoughts else ""
            options = dialect.thinking if thought else dialect.silent
            asking = Asking(template, dialect, options, tools)
            apart = thought if dialect.thought == APART else ""
            found.append(answer_at(turns, turn, asking, apart))
    return found


def is_learned(message: Message) -> bool:
    """Whether a message is an answer; one with the weight 0 is read only."""
    return message["role"] == "assistant" and message.get("weight") != 0


def answer_at(turns: Messages, turn: int, asking: Asking, thought: str) -> Answer:
    """The answer at a turn; ``thought`` is one that the template does not write."""
    try:
        whole = asking.write(turns[: turn + 1])
        read = conversation_before(turns, turn, whole, asking)
    except ValueError:
        before = before_questions(turns, turn, asking)
        if before is None:
            raise
        read = whole = before
    learned, made = learned_after(read, whole, turns[turn], asking, thought)
    learned, completed = ended(learned, [*turns[: turn + 1]], whole, asking)
    return Answer(turn, read, learned, asking.options, completed or made)


def learned_after(
    read: str, whole: str, message: Message, asking: Asking, thought: str
) -> tuple[str, str]:
    """What the model must write after what it has read; and why we put that together.

    Raises:
        ValueError: if the template asked in some other way.
    """
    if whole.startswith(read) and whole != read and not thought:
        return whole[len(read) :], ""
    if whole != read and (rest := after_reading(read, whole)) is not None:
        return after_opening(read, rest, thought, asking.dialect.tags), OPENS
    # It rewrites what came before: the answer is what it writes after any question.
    again, alone = after_any_question(message, asking)
    if alone.startswith(again) and not thought:
        return fitted(alone[len(again) :], read, again), REWRITES
    rest = after_reading(again, alone)
    if rest is None:
        raise ValueError(refusal(message))
    return after_opening(read, rest, thought, asking.dialect.tags), OPENS


def refusal(message: Message) -> str:
    """Why a template writes an answer in another way than it asks for it: it may cut
    the answer's own text at a tag that it takes for the end of a thought."""
    said = str(message.get("content") or "")
    if tag := next((close for _, close in TAGS if close in said), None):
        return (
            f"the chat template refuses it (the answer itself mentions {tag}, which "
            "the template takes for the end of a thought; write it in another way)"
        )
    return (
        "the chat template refuses it (it asks for an answer in another way than it "
        "writes one)"
    )


def after_any_question(message: Message, asking: Asking) -> tuple[str, str]:
    """What a template writes after a question of ours: when it asks for an answer, and
    with this answer."""
    turns = [probe_question(asking.dialect.parts), message]
    again, alone = asking.write(turns[:1], ask=True), asking.write(turns)
    return again.rpartition(QUESTION)[2], alone.rpartition(QUESTION)[2]
