"""How likely each character is in the languages that old encodings were made for.

Costs are negative logarithms of rough probabilities: a character that running text is
full of costs about 5, one that hardly any text holds 15. They only have to tell sense
from nonsense, and that by a wide margin.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from webui.files import read_yaml

SENSELESS = 20.0  # a control character, private use, or a byte that is no text
TABLES = read_yaml(Path(__file__).with_suffix(".yaml"))
SIMPLIFIED, TRADITIONAL, KANJI, HANGUL = map(set, TABLES["common"].values())
CJK_MARKS = set("，。？！：；“”、（）《》「」『』・ー…—～　")
KANA = re.compile("[ぁ-ゖァ-ヺー]")

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


def east_asian(cost: Callable[[str], float]) -> Language:
    """A language that is written without spaces, or with few."""

    @cache
    def whole_cost(character: str) -> float:
        if is_senseless(character):
            return SENSELESS
        return 5.0 if character in CJK_MARKS else cost(character)

    return Language(whole_cost, 0.9, 0.03, 0.5)


def simplified(character: str) -> float:
    """The cost of a character of simplified Chinese."""
    if character in SIMPLIFIED:
        return 6.3
    row = row_of(character, "gb2312")
    if 0xB0 <= row <= 0xD7:  # the 3755 characters in most use
        return 9.2
    return 12.0 if row else 15.0


def traditional(character: str) -> float:
    """The cost of a character of traditional Chinese."""
    if character in TRADITIONAL:
        return 6.3
    row = row_of(character, "big5")
    if 0xA4 <= row <= 0xC6:  # the 5401 characters in most use
        return 9.5
    return 13.0 if row else 15.0


def japanese(character: str) -> float:
    """The cost of a character of Japanese."""
    if KANA.match(character):
        return 5.1 if character < "ァ" else 6.3
    if "\uff61" <= character <= "\uff9f":  # half as wide: hardly used any more
        return 11.0
    if character in KANJI:
        return 7.5
    row = row_of(character, "euc_jp")
    if 0xB0 <= row <= 0xCF:  # the 2965 characters in most use
        return 9.5
    return 13.0 if row else 15.0


def korean(character: str) -> float:
    """The cost of a character of Korean."""
    if character in HANGUL:
        return 5.6
    row = row_of(character, "euc_kr")
    if "가" <= character <= "힣":
        return 9.3 if row else 14.0
    return 13.0 if row else 15.0


def row_of(character: str, encoding: str) -> int:
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
