"""Why a row cannot be used, in both languages.

Readers and mappers say it in plain English; the Chinese stands in reasons.yaml.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from webui.files import read_yaml
from webui.rows.reading.unreadable import clean
from webui.text import Text

LONGEST = 300  # characters; a chat template may quote the whole row in its error
BRACED = re.compile(r"\{(\w+)\}")


def pattern_of(reason: str) -> re.Pattern[str]:
    """What finds a reason, and what stands in it where this has braces."""
    parts = BRACED.split(reason)  # text, name, text, and so on
    parts[::2] = map(re.escape, parts[::2])
    parts[1::2] = [f"(?P<{name}>.+)" for name in parts[1::2]]
    return re.compile("".join(parts))


TABLES = read_yaml(Path(__file__).with_suffix(".yaml"))
REASONS, CSV_ERRORS = (
    {pattern_of(english): zh for english, zh in TABLES[name].items()}
    for name in ("reasons", "csv")
)


def in_both(reason: str) -> Text:
    """A reason in English and Chinese, on one line.

    It is the end of a sentence, without its full stop. Of one that is not known the
    Chinese quotes the English.
    """
    english = clean(reason)
    if len(english) > LONGEST:
        english = english[: LONGEST - 3] + "..."
    return Text(english, chinese(english) or f"无法使用（{english}）")


def chinese(reason: str, known: Mapping[re.Pattern[str], str] = REASONS) -> str | None:
    """A reason in Chinese; None for one that is not known."""
    matches = ((pattern.fullmatch(reason), zh) for pattern, zh in known.items())
    found, translation = next((each for each in matches if each[0]), (None, ""))
    parts = found.groupdict() if found else {}
    filled = BRACED.sub(lambda it: part_in_chinese(it[1], parts[it[1]]), translation)
    return filled or None


def part_in_chinese(name: str, text: str) -> str:
    """A part of a reason in Chinese, where it is none of the file's own words."""
    if name == "reason":
        return chinese(text) or text
    if name == "kind":
        return str(TABLES["kinds"].get(text, f" {text.removeprefix('of the type ')}"))
    if name == "json":
        return str(TABLES["json"].get(text, text))
    if name == "csv":
        return chinese(text, CSV_ERRORS) or text
    text = re.sub(" and ([0-9]+) more$", r"，另有 \1 个", text)
    return re.sub("^message ([0-9]+)$", r"第 \1 条消息", text)
