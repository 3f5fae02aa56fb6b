"""How a chat template wants to be spoken to, found by trying it.

Families differ in where they read a thought, in how they take a call of a tool, and in
what switches thinking off. Nothing here knows a family by its name: a template is given
small conversations, and what comes out tells.
"""

from dataclasses import dataclass, field

from webui.chat.calls import Null, null_in_calls, taken_calls
from webui.chat.probes import ANSWER, QUESTION, plain_answer, probe_question
from webui.chat.template import Options, Template
from webui.chat.thoughts import (
    CLOSE,
    INLINE,
    OPEN,
    Tags,
    silent_options,
    tags_of,
    thought_beside_call,
    thought_field,
)


@dataclass(frozen=True)
class Dialect:
    """How a template takes what is said.

    Attributes:
        parts: it takes a content only as a list of parts.
        thought: the field of a message in which it reads a thought; AS_PART in a part
            of its content; INLINE in the text of the answer; APART if it opens a
            thought when it asks and writes none itself; empty if no thought can be
            learned with it.
        calling: the same for the thought before a call.
        tags: what opens and closes a thought in the text of an answer.
        silent: its options when an answer without a thought is asked for.
        thinking: its options when one with a thought is asked for.
        empty: a message's content beside calls of tools where nothing is said.
        calls_as_text: it takes the arguments of a call as JSON text.
        null: what it makes of a null among them.
        end: what it writes after an answer; empty if nothing.
    """

    parts: bool = False
    thought: str = INLINE
    calling: str = INLINE
    tags: Tags = (OPEN, CLOSE)
    silent: Options = field(default_factory=dict)
    thinking: Options = field(default_factory=dict)
    empty: str | None = ""
    calls_as_text: bool = False
    null: Null = "null"
    end: str = ""


def dialect_of(template: Template) -> Dialect:
    """Try a template, and see how it takes what is said."""
    parts = takes_only_parts(template)
    tags = tags_of(template.source)
    silent = silent_options(template, parts)
    thought = thought_field(template, parts, silent, tags)
    empty, as_text = taken_calls(template, parts)
    return Dialect(
        parts=parts,
        thought=thought[0],
        calling=thought_beside_call(template, parts, thought, tags),
        tags=tags,
        silent=silent,
        thinking=thought[1],
        empty=empty,
        calls_as_text=as_text,
        null="null" if as_text else null_in_calls(template, parts),
        end=end_of_answers(template, parts),
    )


def end_of_answers(template: Template, parts: bool) -> str:
    """What a template writes after an answer."""
    turns = [probe_question(parts), plain_answer(parts)]
    text = template.try_to_write(turns, None, {}) or ""
    return text.rpartition(ANSWER)[2].strip()


def takes_only_parts(template: Template) -> bool:
    """Whether a plain text gets lost or refused, and a list of parts does not."""

    def shown(parts: bool) -> bool:
        turns = [probe_question(parts), plain_answer(parts)]
        text = template.try_to_write(turns, None, {})
        return text is not None and QUESTION in text and ANSWER in text

    return not shown(False) and shown(True)
