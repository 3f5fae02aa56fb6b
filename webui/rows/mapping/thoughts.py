"""The thought before an answer, wherever a data set keeps it."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from webui.chat.tags import TAGS
from webui.rows.mapping.values import WORDS, is_left_out, name_kind, refuse_halves

FIELDS = tuple(WORDS["thoughts"])
INSIDE = (*FIELDS, "text", "content", "summary")  # of an object that holds one
BEGINS = {mark[0] for pair in TAGS for mark in pair}  # most texts hold none of these
SOLUTION = re.compile(
    r"\s*<\|begin_of_solution\|>\s*(.*?)\s*<\|end_of_solution\|>\s*", re.DOTALL
)
SWITCHES = frozenset(WORDS["switches"])


def thought_in(turn: Mapping[str, Any], place: str) -> str:
    """The thought in the fields of a message; an empty text where it has none."""
    return joined(
        thought_text(turn[field], place)
        for field in FIELDS
        if field in turn and not is_switch(turn[field])
    )


def is_switch(value: object) -> bool:
    """Whether a value says that there is a thought, and not which."""
    word = str(value).strip().lower()
    return isinstance(value, bool) or word in SWITCHES


def thought_text(value: object, place: str) -> str:
    """A thought that is a text, parts of one, or an object around it."""
    if is_left_out(value):
        return ""
    if isinstance(value, str):
        refuse_halves(value, place)
        return value.strip()
    if isinstance(value, list):
        return "\n\n".join(filter(None, (thought_text(one, place) for one in value)))
    inner = value if isinstance(value, dict) else {}
    for key in INSIDE:
        if not is_left_out(inner.get(key)) and not isinstance(inner[key], bool):
            return thought_text(inner[key], place)
    raise ValueError(f"{place} holds a thought that is {name_kind(value)}, not text")


def joined(thoughts: Iterable[str]) -> str:
    """Several thoughts as one; the same one twice is one."""
    return "\n\n".join(dict.fromkeys(thought for thought in thoughts if thought))


def split_thought(text: str, place: str) -> tuple[str, str]:
    """The thought at the start of an answer's text, and the answer behind it.

    Tags in the middle of an answer are part of what it says.
    """
    if not any(begin in text for begin in BEGINS):
        return "", text
    thoughts: list[str] = []
    rest = text
    while tag := opening_of(rest):
        end = end_of(rest, tag)
        if end is None and not thoughts:
            raise ValueError(f"{place} opens a thought with {tag[0]} and never ends it")
        if end is None:
            break
        inside = rest[: end - len(tag[1])].lstrip()[len(tag[0]) :]
        thoughts.append(inside.strip())
        rest = without_gap(rest[end:])
    if not thoughts and (found := lone_end(text, place)):
        thoughts, rest = [text[: found[0]].strip()], without_gap(text[found[1] :])
    if thoughts and (solution := SOLUTION.fullmatch(rest)):
        rest = solution[1]
    return joined(thoughts), rest


def opening_of(text: str) -> tuple[str, str] | None:
    """The tags of a thought with which a text begins."""
    start = text.lstrip()[:30].lower()
    return next((tag for tag in TAGS if start.startswith(tag[0].lower())), None)


def end_of(text: str, tag: tuple[str, str]) -> int | None:
    """Where the thought at the start of a text is over, behind its closing tag."""
    marks = re.compile("|".join(map(re.escape, tag)), re.IGNORECASE)
    depth, last = 0, None
    for mark in marks.finditer(text):
        depth += 1 if mark[0].lower() == tag[0].lower() else -1
        if mark[0].lower() == tag[1].lower():
            last = mark.end()
        if depth == 0:
            return mark.end()
    return last  # it speaks of the tag that opens it


def lone_end(text: str, place: str) -> tuple[int, int] | None:
    """Where a thought ends that the prompt has opened: the place of the closing tag.

    The tag stands beside a line's end or close to both sides; else it is spoken of.
    """
    for _, closing in TAGS:
        found = [*re.finditer(re.escape(closing), text, re.IGNORECASE)]
        if len(found) != 1 or is_quoted(text[: found[0].start()]):
            continue
        before, after = text[: found[0].start()], text[found[0].end() :]
        if re.search(r"\n[ \t]*$", before) or re.match(r"[ \t]*\r?\n", after):
            return found[0].span()
        if re.search(r"(^|\S)$", before) and re.match(r"\w", after):
            if (before[-1:] + after[0]).isascii():
                return found[0].span()
            # In Chinese a tag that is spoken of stands as close.
            raise ValueError(f"{place} ends a thought with {closing} and opens none")
    return None


def is_quoted(before: str) -> bool:
    """Whether what follows a text stands inside its code or quotation marks."""
    return before.count("`") % 2 == 1 or before.count("```") % 2 == 1


def without_gap(rest: str) -> str:
    """An answer without the empty lines or blanks that part it from its thought."""
    return re.sub(r"^(?:[ \t]*\r?\n)+|^[ \t]+", "", rest)


def opened_by(question: str, answer: str) -> tuple[str, str] | None:
    """A question without the tag at its end that opens the answer's thought, and the
    answer with it; None where the question opens none."""
    for opening, closing in TAGS:
        if not question.rstrip().lower().endswith(opening.lower()):
            continue
        if closing.lower() in answer.lower() and not opening_of(answer):
            asked = question.rstrip()[: -len(opening)].rstrip()
            return (asked, opening + answer) if asked else None
    return None
