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


def languages_of(name: str) -> tuple[Language, ...]:
    """A language, or those that share an encoding."""
    return tuple(LANGUAGES[one] for one in letters.TABLES["together"].get(name, [name]))


LANGUAGES = {
    name: east_asian(letters.TABLES["common"][name], script)
    for name, script in letters.TABLES["scripts"].items()
} | {
    name: written_with(own, mostly=name in letters.TABLES["mostly"])
    for name, own in letters.TABLES["letters"].items()
}
# Each encoding by Python's name: the name that users see, the languages that are
# written in it, and how much rarer it is than the others.
ENCODINGS: dict[str, tuple[str, tuple[Language, ...], float]] = {
    codec: (title, languages_of(written), rarity)
    for codec, (title, written, rarity) in letters.TABLES["encodings"].items()
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


def guess_encoding(head: bytes) -> Encoding:
    """The encoding of bytes that are neither ASCII nor UTF-8, by what they would say.

    Raises ValueError where two readings are equally good, and where none is.
    """
    sample = telling_lines(head)
    readings = sorted(all_readings(sample), key=lambda reading: reading.cost)
    # Of those that say the same, the one that is no likelier elsewhere either.
    same = [reading for reading in readings if reading.text == readings[0].text]
    best = min(same, key=lambda reading: ENCODINGS[reading.codec][2])
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
    wide = len(sample) % 2 == 0 or b"\0" in sample  # as it must be in UTF-16
    return [
        Reading(codec, name, text, rarity + min(cost(text, lang) for lang in languages))
        for codec, (name, languages, rarity) in ENCODINGS.items()
        if wide or not codec.startswith("utf-16")
        for text in [decoded_sample(sample, codec)]
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


def decoded_sample(sample: bytes, codec: str) -> str:
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
    _, languages, _ = ENCODINGS[reading.codec]
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
