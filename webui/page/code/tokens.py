"""A code in tokens, and what differs between two codes whatever their layout."""

import re
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

TOKEN = re.compile(
    r"""
      [rbf]?"{3}(?:[^\\]|\\.)*?"{3}
    | [rbf]?"(?:[^"\\\n]|\\.)*"
    | [rbf]?'(?:[^'\\\n]|\\.)*'
    | \#[^\n]*
    | \d[\w.]*(?:(?<=[eE])[+-]\d+)?
    | \w+
    | [^\s\w]
    """,
    re.VERBOSE | re.DOTALL,
)
# What comes and goes as ruff breaks a line or joins one.
LAYOUT = {",", "(", ")"}
# Pairs of tokens; with more, two pieces are taken to differ as a whole.
MOST_PAIRS = 400_000


class Token(NamedTuple):
    """A token: its text, its line (from 0), and the columns where it stands in it."""

    text: str
    line: int
    start: int
    end: int


class Difference(NamedTuple):
    """The tokens ``old`` of one code, which stand as the tokens ``new`` in another."""

    old: range
    new: range


def tokens_of(code: str) -> list[Token]:
    """The tokens of a code, in order; a text of several lines is one in each."""
    starts = [0] + [match.end() for match in re.finditer("\n", code)]
    found: list[Token] = []
    line = 0
    for match in TOKEN.finditer(code):
        while line + 1 < len(starts) and starts[line + 1] <= match.start():
            line += 1
        column = match.start() - starts[line]
        for number, part in enumerate(match.group().split("\n")):
            indent = len(part) - len(part.lstrip()) if number else 0
            start = indent if number else column
            if text := part[indent:]:
                found.append(Token(text, line + number, start, start + len(text)))
    return found


def differences(old: Sequence[Token], new: Sequence[Token]) -> Iterator[Difference]:
    """What differs between two codes, apart from their layout.

    Whole lines are compared first: these are seldom alike by chance.
    """
    old_lines, new_lines = by_line(old), by_line(new)
    said = [
        [words(old, line) for line in old_lines],
        [words(new, r) for r in new_lines],
    ]
    for hunk in unlike(*said):
        of_old = joined(old_lines[hunk.old.start : hunk.old.stop], old_lines, hunk.old)
        of_new = joined(new_lines[hunk.new.start : hunk.new.stop], new_lines, hunk.new)
        yield from inside(old, new, of_old, of_new)


def by_line(tokens: Sequence[Token]) -> list[range]:
    """The tokens of each line."""
    groups = groupby(range(len(tokens)), key=lambda i: tokens[i].line)
    ranges = [list(numbers) for _, numbers in groups]
    return [range(numbers[0], numbers[-1] + 1) for numbers in ranges]


def words(tokens: Sequence[Token], some: range) -> tuple[str, ...]:
    """The texts of some tokens."""
    return tuple(tokens[i].text for i in some)


def joined(lines: Sequence[range], every: Sequence[range], where: range) -> range:
    """The tokens of some lines; of none, the place between two lines."""
    if lines:
        return range(lines[0].start, lines[-1].stop)
    place = every[where.start - 1].stop if where.start else 0
    return range(place, place)


def inside(
    old: Sequence[Token], new: Sequence[Token], of_old: range, of_new: range
) -> Iterator[Difference]:
    """What differs between two pieces of code, token by token."""
    if len(of_old) * len(of_new) > MOST_PAIRS:
        yield Difference(of_old, of_new)
        return
    for found in unlike(words(old, of_old), words(new, of_new)):
        gone, come = moved(found.old, of_old.start), moved(found.new, of_new.start)
        gone, come = without_layout(old, gone), without_layout(new, come)
        if gone or come:
            yield Difference(gone, come)


def without_layout(tokens: Sequence[Token], some: range) -> range:
    """Some tokens without those of mere layout at their ends."""
    while some and tokens[some[0]].text in LAYOUT:
        some = some[1:]
    while some and tokens[some[-1]].text in LAYOUT:
        some = some[:-1]
    return some


def unlike(old: Sequence[Hashable], new: Sequence[Hashable]) -> Iterator[Difference]:
    """The places in which two sequences are not the same."""
    shorter = min(len(old), len(new))
    first = 0
    while first < shorter and old[first] == new[first]:
        first += 1
    last = 0
    while last < shorter - first and old[-1 - last] == new[-1 - last]:
        last += 1
    parts = old[first : len(old) - last], new[first : len(new) - last]
    matcher = SequenceMatcher(None, *parts, autojunk=False)
    for word, i, i_end, j, j_end in matcher.get_opcodes():
        if word != "equal":
            yield Difference(
                moved(range(i, i_end), first), moved(range(j, j_end), first)
            )


def moved(some: range, by: int) -> range:
    """A range, further on."""
    return range(some.start + by, some.stop + by)
