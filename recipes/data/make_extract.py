"""Write the starter data set: one sentence in, its person and organization out.

    python recipes/data/make_extract.py

The same seed and word lists give the same two files, byte for byte.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
SEED = 20
INSTRUCTION = "Extract the person and the organization from the text. Answer in JSON."
KINDS = ("company", "press", "university", "hospital", "ngo", "agency", "team")
KINDS += ("society", "bank", "museum")

# How many rows of each content; "unseen" names shapes that training never shows.
TRAIN = {"both": 460, "organization": 77, "person": 77, "neither": 26}
HELDOUT = {"both": 44, "organization": 7, "person": 7, "neither": 2}
HELDOUT |= {"both unseen": 28, "organization unseen": 5}
HELDOUT |= {"person unseen": 5, "neither unseen": 2}

Sections = dict[str, list[str]]


@dataclass(frozen=True)
class Person:
    """A full name; titles such as "Dr." stay outside."""

    name: str
    given: str
    family: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Organization:
    """A name and the article that a sentence puts before it."""

    name: str
    article: str = ""

    def __str__(self) -> str:
        return self.article + self.name


@dataclass(frozen=True)
class Row:
    """One sentence with what it holds and the shape it was made from."""

    sentence: str
    shape: str
    person: Person | None
    organization: Organization | None

    def as_json(self) -> str:
        """Render the row in the alpaca shape, on one line."""
        answer = {
            "person": self.person and self.person.name,
            "organization": self.organization and self.organization.name,
        }
        row = {
            "instruction": INSTRUCTION,
            "input": self.sentence,
            "output": json.dumps(answer, ensure_ascii=False),
        }
        return json.dumps(row, ensure_ascii=False)


def read_sections(path: Path) -> Sections:
    """Read the lines under each [heading]; skip blank lines and comments."""
    sections: Sections = {}
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return sections


def read_people(lines: list[str]) -> Iterator[Person]:
    """Combine the given and family names of each line in the order it states."""
    for line in lines:
        order, names = line.split(": ")
        given_names, family_names = (part.split(", ") for part in names.split(" / "))
        for given in given_names:
            for family in family_names:
                name = order.format(given=given, family=family)
                yield Person(name, given, family)


class Vocabulary:
    """The words of one split; hands out each person and organization once."""

    def __init__(self, split: str, random: Random) -> None:
        sections = read_sections(HERE / "extract.words.txt")
        self.random = random
        self.people = list(read_people(sections[f"people {split}"]))
        self.words = {
            heading.removesuffix(f" {split}"): ", ".join(lines).split(", ")
            for heading, lines in sections.items()
        }
        self.used: set[str] = set()
        random.shuffle(self.people)

    def word(self, kind: str) -> str:
        """Pick any word of a kind."""
        return self.random.choice(self.words[kind])

    def organization(self, kind: str) -> Organization:
        """Invent an organization whose name was not given out before."""
        while True:
            pattern = self.word(kind)
            parts = {slot: self.word(slot) for slot in slots(pattern)}
            name = pattern.removeprefix("the ").format(**parts)
            if name not in self.used:
                self.used.add(name)
                return Organization(name, "the " if pattern[:4] == "the " else "")

    def fill(self, slot: str) -> Person | Organization | str:
        """Return something new for a named slot of a sentence."""
        if slot == "person":
            return self.people.pop()
        if slot == "organization":
            return self.organization(self.random.choice(KINDS))
        return self.organization(slot) if slot in KINDS else self.word(slot)


def slots(pattern: str) -> list[str]:
    """List the slots of a pattern once each: "{person.family}" counts as person."""
    return list(dict.fromkeys(re.findall(r"\{(\w+)", pattern)))


def write_row(shape: str, vocabulary: Vocabulary) -> Row:
    """Fill a shape and remember its person and its organization."""
    filled = {slot: vocabulary.fill(slot) for slot in slots(shape)}
    sentence = shape.format(**filled)
    things = filled.values()
    return Row(
        # A shape may open with "the Bank of ...".
        sentence=sentence[0].upper() + sentence[1:],
        shape=shape,
        person=next((t for t in things if isinstance(t, Person)), None),
        organization=next((t for t in things if isinstance(t, Organization)), None),
    )


def write_split(split: str, counts: dict[str, int], written: set[str]) -> list[Row]:
    """Write a split's rows in random order, using its shapes evenly."""
    random = Random(f"{SEED} {split}")
    vocabulary = Vocabulary(split, random)
    all_shapes = read_sections(HERE / "extract.shapes.txt")
    rows = []
    for content, count in counts.items():
        shapes = random.sample(all_shapes[content], len(all_shapes[content]))
        for shape in islice(cycle(shapes), count):
            row = write_row(shape, vocabulary)
            while row.sentence in written:
                row = write_row(shape, vocabulary)
            written.add(row.sentence)
            rows.append(row)
    random.shuffle(rows)
    return rows


def write_splits() -> dict[str, list[Row]]:
    """Write both splits; no sentence occurs twice."""
    written: set[str] = set()
    return {
        "train": write_split("train", TRAIN, written),
        "heldout": write_split("heldout", HELDOUT, written),
    }


def save(folder: Path) -> None:
    """Save each split as one JSON object per line."""
    for split, rows in write_splits().items():
        text = "".join(row.as_json() + "\n" for row in rows)
        (folder / f"extract.{split}.jsonl").write_bytes(text.encode())


if __name__ == "__main__":
    save(HERE)
