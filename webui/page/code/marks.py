"""What fields decide, told in the lines and columns of a pane, for the browser."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from webui.page.code.decided import Added, Decided
from webui.page.code.tokens import Token

MOST_LINES = 3  # of what a value would add


class Span(NamedTuple):
    """A part of a line: its number from 1, and its columns as a browser counts."""

    line: int
    start: int
    end: int


class Numbered:
    """The lines of a pane, counted through all of its cells."""

    def __init__(self, codes: Mapping[str, str], tokens: Mapping[str, list[Token]]):
        self.tokens = tokens
        self.lines: list[str] = []
        self.first: dict[str, int] = {}
        for name, code in codes.items():
            self.first[name] = len(self.lines) + 1
            self.lines += code.split("\n")

    def spans(self, decided: Decided) -> list[Span]:
        """What a field decides, token by token, with the names that its values have."""
        return [
            self.span(name, run)
            for name, numbers in decided.tokens.items()
            if name in self.first
            for run in runs(self.tokens[name], with_names(self.tokens[name], numbers))
        ]

    def span(self, name: str, run: Sequence[Token]) -> Span:
        """Tokens of one line, from the first to the last."""
        number = run[0].line + self.first[name]
        line = self.lines[number - 1]
        return Span(number, units(line[: run[0].start]), units(line[: run[-1].end]))

    def added(self, decided: Decided) -> list[Added]:
        """What another value would add here, each behind a line of the pane."""
        return [
            each._replace(behind=each.behind + self.first[each.cell])
            for each in decided.adds
            if each.cell in self.first
        ]


def units(text: str) -> int:
    """How long a browser takes a text to be: in units of UTF-16."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def with_names(tokens: Sequence[Token], numbers: set[int]) -> set[int]:
    """Tokens, and before a value the name to which it is given."""
    more = set(numbers)
    for number in numbers:
        at = number
        while at > 0 and tokens[at - 1].text in "[{(":
            at -= 1
        if at > 1 and tokens[at - 1].text in "=:" and is_name(tokens[at - 2].text):
            more |= {*range(at - 2, number)}
    return more


def is_name(text: str) -> bool:
    """Whether a token can be the name of a value."""
    return text.isidentifier() or text[-1:] == '"'


def runs(tokens: Sequence[Token], numbers: set[int]) -> Iterator[list[Token]]:
    """Tokens that follow one another in one line, together."""
    ordered = sorted(numbers)
    numbered = enumerate(ordered)
    for _, group in groupby(
        numbered, key=lambda pair: (pair[1] - pair[0], tokens[pair[1]].line)
    ):
        yield [tokens[number] for _, number in group]


def shared_out(spans: Mapping[str, tuple[int, list[Span]]]) -> dict[int, dict]:
    """For each line the fields that have a say in it, and which of them has which part.

    ``spans`` holds for each field how much it decides. The one that decides least is
    the nearest: it stands first, and a part that several decide is its own.
    """
    lines: dict[int, dict[str, Any]] = {}
    for field in sorted(spans, key=lambda name: spans[name][0]):
        for number, start, end in spans[field][1]:
            line = lines.setdefault(number, {"fields": [], "parts": []})
            if field not in line["fields"]:
                line["fields"].append(field)
            line["parts"] += [
                (*free, field) for free in left_of((start, end), line["parts"])
            ]
    for line in lines.values():
        line["parts"].sort()
    return lines


def left_of(whole: tuple[int, int], taken: list) -> list[tuple[int, int]]:
    """What of a stretch is not taken yet."""
    free = [whole]
    for start, end, _ in taken:
        free = [
            (low, high)
            for a, b in free
            for low, high in ((a, min(b, start)), (max(a, end), b))
            if low < high
        ]
    return free


def shortened(lines: Sequence[str]) -> tuple[list[str], int]:
    """The first of some lines, and how many more there are."""
    return list(lines[:MOST_LINES]), max(0, len(lines) - MOST_LINES)
