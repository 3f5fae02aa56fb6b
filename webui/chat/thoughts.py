"""Where a chat template reads a thought, what switches thinking, and the tags that a
thought stands between."""

import re
from typing import Any

from webui.chat.probes import (
    ANSWER,
    NAME,
    THOUGHT,
    TOOL,
    asking_of,
    call,
    plain_answer,
    said,
    written_answer,
)
from webui.chat.template import Message, Options, Template

# Where templates read a thought: a field of the message, a part of its content, or the
# text of the answer itself.
FIELDS = ("reasoning_content", "reasoning", "thinking")
AS_PART, INLINE, APART = "part", "inline", "apart"
OPEN, CLOSE = "<think>\n", "\n</think>\n\n"
Tags = tuple[str, str]

THINKS = re.compile("think|thought|reason|reflect|analysis", re.IGNORECASE)
READ_FIELD = re.compile(r"""(?:\.|\[["']|get\(["'])(\w*(?:think|thought|reason)\w*)""")
# A tag such as <think>, [THINK], <seed:think>, ◁think▷ or <|START_THINKING|>.
TAG = r"(?P<left><\|?|\[|◁)(?P<name>[A-Za-z_:]+)(?P<right>\|?>|\]|▷)"
LAST_TAG = re.compile(TAG + r"\s*$")
LONGEST_TAG = 60  # characters, with the blanks after it
GENERATION = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")


def switches(source: str) -> list[str]:
    """The options of a template whose names speak of thinking."""
    from jinja2 import Environment, TemplateError, meta

    environment = Environment(extensions=["jinja2.ext.loopcontrols"])
    try:
        parsed = environment.parse(GENERATION.sub("", source))
        names = meta.find_undeclared_variables(parsed)
    except TemplateError:
        return []
    return sorted(filter(THINKS.search, names), key=lambda name: source.index(name))


def switched(template: Template, parts: bool, on: bool) -> list[Options]:
    """Each switch on or off, where that changes how an answer is asked for.

    A template that writes the value itself wants another one than yes or no.
    """
    usual = asking_of(template, parts, {})
    found: list[Options] = []
    for name in switches(template.source):
        text = asking_of(template, parts, {name: on})
        if text not in (None, usual) and str(on) not in text.replace(usual or "", ""):
            found.append({name: on})
    return found


def silent_options(template: Template, parts: bool) -> Options:
    """The options with which a template writes least before an answer's text.

    Of several, those by which it says that no thought is wanted.
    """
    tried: list[Options] = [{}, *({n: False} for n in switches(template.source))]
    usual = asking_of(template, parts, {})

    def before(options: Options) -> float:
        text = written_answer(template, plain_answer(parts), parts, options)
        return text.index(ANSWER) if text and ANSWER in text else float("inf")

    def is_on_by_itself(options: Options) -> bool:
        return usual == asking_of(template, parts, dict.fromkeys(options, True))

    off = [o for o in switched(template, parts, False) if is_on_by_itself(o)]
    return min([*off, *tried], key=before)


def thought_field(
    template: Template, parts: bool, silent: Options, tags: Tags
) -> tuple[str, Options]:
    """Where a template reads a thought, and the options with which it does."""
    ways: list[Options] = switched(template, parts, True)
    if "True" not in (
        asking_of(template, parts, dict.fromkeys(silent, True)) or "True"
    ):
        ways.append(dict.fromkeys(silent, True))
    ways += [{}, *({name: True} for name in switches(template.source))]
    for name in (*fields(template.source), AS_PART, INLINE):
        for options in ways:
            message = plain_answer(parts)
            message |= thought_in(name, THOUGHT, ANSWER, parts, tags)
            text = written_answer(template, message, parts, options) or ""
            if is_read(text, ANSWER):
                return name, options
    return (APART, {}) if opens_a_thought(template, parts) else ("", silent)


def fields(source: str) -> list[str]:
    """The names of fields in which a template may read a thought, usual ones first."""
    return list(dict.fromkeys((*FIELDS, *READ_FIELD.findall(source))))


def opens_a_thought(template: Template, parts: bool) -> bool:
    """Whether a template opens a thought when it asks, and writes none itself."""
    before = asking_of(template, parts, {}) or ""
    whole = template.try_to_write([plain_answer(parts)], None, {}) or ""
    mark = opened(before)
    return mark is not None and mark[0].strip() not in whole


def opened(text: str) -> re.Match[str] | None:
    """The tag at the end of a text that opens a thought; None if there is none."""
    mark = LAST_TAG.search(text[-LONGEST_TAG:])
    return mark if mark and THINKS.search(mark["name"]) else None


def thought_beside_call(
    template: Template, parts: bool, thought: tuple[str, Options], tags: Tags
) -> str:
    """Where a template reads the thought before a call: some do it elsewhere."""
    usual, options = thought
    for name in (usual, *fields(template.source), INLINE):
        message = plain_answer(parts) | {"content": said("", parts)}
        message |= thought_in(name, THOUGHT, "", parts, tags)
        message["tool_calls"] = [call("V")]
        text = written_answer(template, message, parts, options, [TOOL]) or ""
        if is_read(text, NAME):
            return name
    return usual


def is_read(text: str, after: str) -> bool:
    """Whether a thought stands before what follows from it, and not a dump of it."""
    dumped = "'type'" in text or '"type"' in text
    return THOUGHT in text and text.find(after) > text.find(THOUGHT) and not dumped


def thought_in(
    name: str, thought: str, text: str, parts: bool, tags: Tags = (OPEN, CLOSE)
) -> Message:
    """The part of a message that holds a thought, as it is read there."""
    if name in ("", APART):
        return {}
    if name == INLINE:
        return {"content": said(tags[0] + thought + tags[1] + text, parts)}
    if name == AS_PART:
        part: dict[str, Any] = {"type": "thinking", "thinking": thought}
        return {"content": [part, *(said(text, True) if text else ())]}
    return {name: thought}


def tags_of(source: str) -> Tags:
    """The tags that a template knows for a thought in the text; else the usual ones."""
    if "<think>" in source:
        return OPEN, CLOSE
    for mark in re.finditer(TAG, source):
        if THINKS.search(mark["name"]) and closing(mark) in source:
            return mark[0], closing(mark)
    return OPEN, CLOSE


def closing(mark: re.Match[str]) -> str:
    """The tag that closes a thought."""
    name = mark["name"]
    for begin, end in (("START", "END"), ("start", "end"), ("begin", "end")):
        if begin in name:
            return f"{mark['left']}{name.replace(begin, end)}{mark['right']}"
    return f"{mark['left']}/{name}{mark['right']}"
