"""How likely each character is in the languages that old encodings were made for.

Costs are negative logarithms of rough probabilities: a character that running text is
full of costs about 5, one that hardly any text holds 15. They only have to tell sense
from nonsense, and that by a wide margin.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from webui.files import read_yaml

SENSELESS = 20.0  # a control character, private use, or a byte that is no text
TABLES = read_yaml(Path(__file__).with_suffix(".yaml"))
CJK_MARKS = set("，。？！：；“”、（）《》「」『』・ー…—～　")
SPACES = "\u00a0\u3000\u200b\u200c\u200d"
QUOTES = "’“”‘–—…"
MARKS = "«»„€£§°©®™·•\u00a0№‚"
INSIDE = r"(?<=[^\W\d_])[“”„«»…€£§©®™•‚]+(?=[^\W\d_])"  # marks inside a word


@dataclass(frozen=True)
class Language:
    """What is likely in a language: the cost of one character, and how often one that
    is no ASCII follows another such, an ASCII letter, and anything else."""

    cost: Callable[[str], float]
    joined: float
    after_letter: float
    after_other: float


def written_with(letters: str, *, mostly: bool = False) -> Language:
    """A language of these letters; with ``mostly`` it has few others."""
    ranks = {letter: rank for rank, letter in enumerate(letters)}
    total = sum(1 / (rank + 4) for rank in range(len(letters)))

    def cost(character: str) -> float:
        rank = ranks.get(character, ranks.get(character.lower()))
        if rank is not None:
            capital = 0 if character in ranks else 2.5
            return math.log(total * (rank + 4)) + capital
        if character in QUOTES or character in MARKS:
            return 4.0 if character in QUOTES else 4.5
        return SENSELESS if is_senseless(character) else 13.0

    return Language(cost, *((0.85, 0.005, 0.3) if mostly else (0.03, 0.05, 0.03)))


def east_asian(common: str, script: dict[str, Any]) -> Language:
    """A language that is written without spaces, or with few.

    Args:
        common: the characters that most of a text consists of.
        script: what else is known of it, as in letters.yaml.
    """
    known, least, others = set(common), script["common"], script["costs"]
    first, last = script["rows"]

    @cache
    def cost(character: str) -> float:
        if is_senseless(character):
            return SENSELESS
        if character in CJK_MARKS:
            return 5.0
        for begin, end, own in script.get("own", ()):
            if begin <= character <= end:
                return float(own)
        if character in known:
            return float(least)
        row = charset_row(character, script["charset"])
        return float(others[0 if first <= row <= last else 1 if row else 2])

    return Language(cost, 0.9, 0.03, 0.5)


def charset_row(character: str, encoding: str) -> int:
    """The first of a character's two bytes in an encoding; 0 if it has none there."""
    try:
        written = character.encode(encoding)
    except UnicodeEncodeError:
        return 0
    return written[0] if len(written) == 2 else 0


def is_senseless(character: str) -> bool:
    """Whether no text holds such a character."""
    return (
        character < "\u00a0"
        or "\ud800" <= character <= "\uf8ff"
        or "\ufff0" <= character <= "\uffff"
        or not (character.isprintable() or character in SPACES)
    )
