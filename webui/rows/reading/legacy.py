"""Which encoding from before Unicode a text is in: each is tried, and what the letters
look like decides."""

import math
import re
from collections import Counter
from dataclasses import dataclass

from webui.rows.reading import letters
from webui.rows.reading.letters import Language, east_asian, written_with

SAMPLE = 2**15  # bytes of lines that are not plain ASCII: more tells nothing new
LETTER = 3.2  # what an ASCII character costs, whichever
CERTAIN = 12.0  # by how much the best must be ahead of others to be sure
EQUAL = 2.0  # a lead that means nothing
STRANGE = 12.0  # a mean cost of characters that fits no language

SIMPLIFIED, TRADITIONAL = (
    east_asian(letters.simplified),
    east_asian(letters.traditional),
)
JAPANESE, KOREAN = east_asian(letters.japanese), east_asian(letters.korean)
RUSSIAN = written_with(letters.RUSSIAN, mostly=True)
UKRAINIAN = written_with(letters.UKRAINIAN, mostly=True)
GREEK = written_with(letters.GREEK, mostly=True)
WEST = tuple(
    map(
        written_with,
        (letters.GERMAN, letters.FRENCH, letters.ITALIAN, letters.SPANISH)
        + (letters.PORTUGUESE, letters.NORDIC, letters.WESTERN),
    )
)
EAST = tuple(
    map(
        written_with,
        (letters.POLISH, letters.CZECH, letters.HUNGARIAN, letters.CROATIAN)
        + (letters.ROMANIAN, letters.GERMAN),
    )
)

# Each encoding with the languages that are written in it, and how much rarer it is
# than the others; in that order of names users see.
ENCODINGS: dict[str, tuple[str, tuple[Language, ...], float]] = {
    "gb18030": ("GB18030", (SIMPLIFIED,), 0),
    "cp1252": ("Windows-1252", WEST, 0),
    "big5hkscs": ("Big5", (TRADITIONAL,), 2),
    "cp932": ("Shift-JIS", (JAPANESE,), 2),
    "cp949": ("EUC-KR", (KOREAN,), 3),
    "euc_jp": ("EUC-JP", (JAPANESE,), 3),
    "cp1251": ("Windows-1251", (RUSSIAN, UKRAINIAN), 2),
    "koi8_u": ("KOI8", (RUSSIAN, UKRAINIAN), 6),
    "cp1250": ("Windows-1250", EAST, 3),
    "iso8859_2": ("Latin-2", EAST, 4),
    "cp1253": ("Windows-1253", (GREEK,), 4),
    "cp1254": ("Windows-1254", (written_with(letters.TURKISH),), 3),
    "cp1255": ("Windows-1255", (written_with(letters.HEBREW, mostly=True),), 4),
    "cp1256": ("Windows-1256", (written_with(letters.ARABIC, mostly=True),), 4),
    "cp1257": ("Windows-1257", (written_with(letters.BALTIC),), 4),
    "cp874": ("Windows-874", (written_with(letters.THAI, mostly=True),), 5),
    "cp866": ("CP866", (RUSSIAN,), 6),
    "iso8859_5": ("ISO-8859-5", (RUSSIAN, UKRAINIAN), 7),
    "mac_cyrillic": ("Mac Cyrillic", (RUSSIAN, UKRAINIAN), 12),
    "mac_roman": ("Mac Roman", WEST, 7),
    "cp850": ("CP850", WEST, 7),
}
WIDE = (SIMPLIFIED, TRADITIONAL, JAPANESE, KOREAN, RUSSIAN, GREEK, *WEST)
UTF_16 = {
    "utf-16-le": ("UTF-16", WIDE, 3.0),
    "utf-16-be": ("UTF-16", WIDE, 4.0),
}


@dataclass(frozen=True)
class Encoding:
    """An encoding by Python's name and by the one that people know; whether it is
    beyond doubt."""

    codec: str
    name: str
    certain: bool = True


@dataclass(frozen=True)
class Reading:
    """What a text would be in one encoding, and how unlikely that is."""

    codec: str
    name: str
    text: str
    cost: float


def guess(head: bytes) -> Encoding:
    """The encoding of bytes that are neither ASCII nor UTF-8, by what they would say.

    Raises ValueError where two readings are equally good, and where none is.
    """
    sample = telling_lines(head)
    readings = sorted(all_readings(sample), key=lambda reading: reading.cost)
    # Of those that say the same, the one that is no likelier elsewhere either.
    same = [reading for reading in readings if reading.text == readings[0].text]
    best = min(same, key=lambda reading: {**ENCODINGS, **UTF_16}[reading.codec][2])
    others = [reading for reading in readings if reading.text != best.text]
    lead = others[0].cost - readings[0].cost
    if is_strange(best):
        return from_statistics(head)
    if lead < EQUAL:
        raise ValueError(
            f"may be written in {best.name} or in {others[0].name}; save it as UTF-8"
        )
    return Encoding(best.codec, best.name, lead >= CERTAIN)


def all_readings(sample: bytes) -> list[Reading]:
    """The sample in every encoding."""
    known = dict(ENCODINGS)
    if len(sample) % 2 == 0 or b"\0" in sample:
        known |= UTF_16
    return [
        Reading(codec, name, text, rarity + min(cost(text, lang) for lang in languages))
        for codec, (name, languages, rarity) in known.items()
        for text in [decoded(sample, codec)]
    ]


def telling_lines(head: bytes) -> bytes:
    """The lines that hold more than ASCII, each once: a line that stands again tells
    nothing new. All where there are zero bytes, since in UTF-16 a line does not end
    where its byte does."""
    if b"\0" in head:
        return head[:SAMPLE]
    lines = re.findall(rb"[^\n\r]*[\x80-\xff][^\n\r]*[\n\r]*", head)
    found, size = [], 0
    for line in dict.fromkeys(lines):
        found.append(line[:SAMPLE])
        size += len(found[-1])
        if size > SAMPLE:
            break
    return b"".join(found)


def decoded(sample: bytes, codec: str) -> str:
    """The sample in an encoding; bytes that are no text there are senseless there."""
    errors = "replace" if codec.startswith("utf-16") else "surrogateescape"
    return sample.decode(codec, errors)


def cost(text: str, language: Language) -> float:
    """How unlikely a text is in a language."""
    counted = Counter(text)
    wide = {c: n for c, n in counted.items() if c > "\x7f"}
    ascii_cost = sum(
        n * (LETTER if c >= " " or c in "\t\n\r" else letters.SENSELESS)
        for c, n in counted.items()
        if c <= "\x7f"
    )
    total = sum(wide.values())
    return (
        ascii_cost
        + sum(n * language.cost(c) for c, n in wide.items())
        + transitions(text, language, total)
        + 4.0 * odd_capitals(text)
        + 5.0 * len(re.findall(letters.INSIDE, text))
    )


def transitions(text: str, language: Language, total: int) -> float:
    """The cost of where the characters beyond ASCII stand."""
    joined = len(re.findall(r"(?<=[^\0-\x7f])[^\0-\x7f]", text))
    after_letter = len(re.findall(r"(?<=[A-Za-z])[^\0-\x7f]", text))
    before_letter = len(re.findall(r"(?<=[^\0-\x7f])[A-Za-z]", text))
    others = total - joined - after_letter
    back = max(total - joined, 0)
    before_other = max(back - before_letter, 0)
    apart = 1 - language.joined
    mixed = apart * (0.3 if language.joined > 0.5 else 0.8)
    return -(
        joined * math.log(language.joined)
        + after_letter * math.log(language.after_letter)
        + others * math.log(language.after_other)
        + before_letter * math.log(mixed)
        + before_other * math.log(apart - mixed)
    )


def odd_capitals(text: str) -> int:
    """How many capitals beyond ASCII stand right after a small letter."""
    pairs = zip(text, text[1:], strict=False)
    return sum(b > "\x7f" and b.isupper() and a.islower() for a, b in pairs)


def is_strange(reading: Reading) -> bool:
    """Whether a text is none in any language that is known here."""
    known = {**ENCODINGS, **UTF_16}
    _, languages, _ = known[reading.codec]
    wide = [c for c in reading.text if c > "\x7f"]
    mean = min(sum(map(language.cost, wide)) for language in languages) / (
        len(wide) or 1
    )
    return mean > STRANGE


def from_statistics(head: bytes) -> Encoding:
    """What charset-normalizer takes the bytes for: it knows languages that are not
    known here, but never enough to be sure.

    Raises ValueError if it finds nothing either.
    """
    from charset_normalizer import from_bytes

    found = from_bytes(telling_lines(head)).best()
    if found is None:
        raise ValueError("is written in an encoding unknown here; save it as UTF-8")
    return Encoding(found.encoding, found.encoding.replace("_", "-"), certain=False)
