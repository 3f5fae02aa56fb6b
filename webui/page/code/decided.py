"""Which parts of the code a field decides: found by writing it with other values."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from webui.models.here import model_here
from webui.notebook.plain import has_mapper
from webui.notebook.render import formatted_alone, render_codes
from webui.notebook.rows import Rows, expected
from webui.page.code.other_values import Control, accepted
from webui.page.code.tokens import Difference, Token, differences, tokens_of
from webui.recipe import Recipe

Codes = Mapping[str, str]


class Added(NamedTuple):
    """What another value would add: lines behind a line (from 0; -1 is before all)."""

    cell: str
    behind: int
    lines: tuple[str, ...]


@dataclass
class Decided:
    """What one field decides: tokens of cells by their numbers, and what it would add.

    ``elsewhere`` names the cells in whose code it has a say, of all that there are.
    """

    control: Control
    tokens: dict[str, set[int]] = field(default_factory=dict)
    adds: list[Added] = field(default_factory=list)
    elsewhere: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How much it decides: of two fields, the one with less is the nearer."""
        return sum(map(len, self.tokens.values()))

    @property
    def found(self) -> bool:
        """Whether it decides anything here."""
        return bool(self.tokens or self.adds)


@dataclass(frozen=True)
class Shown:
    """A recipe with the code of its cells, to be compared with that of other values."""

    recipe: Recipe
    rows: Rows
    codes: Codes

    @cached_property
    def tokens(self) -> dict[str, list[Token]]:
        """The tokens of each cell."""
        return {name: tokens_of(code) for name, code in self.codes.items()}

    def written(self, recipe: Recipe, names: Sequence[str]) -> Codes:
        """The cells of a recipe on the same rows, not laid out; none where it fails."""
        try:
            # What no mapper of a few lines can do is read from rows that are written.
            plain = self.rows.plain and has_mapper(recipe)
            rows = replace(self.rows, plain=plain)
            return render_codes(recipe, names, rows, model_here(recipe.model))
        except Exception:  # a value that no check has seen
            logging.getLogger("tunebook").debug("not written", exc_info=True)
            return {}


def decided_by(
    shown: Shown, controls: Iterable[Control], names: Sequence[str]
) -> list[Decided]:
    """What each of these fields decides in the code of these cells.

    What is known of the rows stands in the code in place of what asked for it. A field
    that decides nothing on them is looked for in the code of unknown rows.
    """
    found = compared(shown, shown, controls, names)
    lost = [each.control for each in found if not each.found]
    unknown = expected(shown.recipe)
    if not lost or unknown == shown.rows:
        return found
    codes = render_codes(shown.recipe, names, unknown, model_here(shown.recipe.model))
    laid_out = dict(zip(codes, formatted_alone(tuple(codes.values())), strict=True))
    once = Shown(shown.recipe, unknown, laid_out)
    again = {each.control: each for each in compared(once, shown, lost, names)}
    return [again.get(each.control, each) for each in found]


def compared(
    base: Shown, shown: Shown, controls: Iterable[Control], names: Sequence[str]
) -> list[Decided]:
    """What fields decide in a base's code, told by the tokens of the shown one's."""
    before = base.written(base.recipe, names)
    tried = [
        (control, name, code)
        for control in controls
        for recipe in accepted(base.recipe, control)
        for name, code in base.written(recipe, names).items()
        if code != before[name]
    ]
    others = tuple(dict.fromkeys(code for _, _, code in tried))
    laid_out = dict(zip(others, formatted_alone(others), strict=True)) if others else {}
    found = {control: Decided(control) for control in controls}
    tokens = {code: tokens_of(text) for code, text in laid_out.items()}
    same = {name: places(base.tokens[name], shown.tokens[name]) for name in names}
    for control, name, code in tried:
        add(found[control], name, base, (laid_out[code], tokens[code]), same[name])
    return list(found.values())


def places(old: Sequence[Token], new: Sequence[Token]) -> list[range]:
    """Where each token of a code stands in another, and last where the code ends."""
    found: list[range] = []
    at = 0
    for change in differences(old, new) if old is not new else ():
        equal = change.old.start - len(found)
        found += [range(at + i, at + i + 1) for i in range(equal)]
        found += [change.new] * len(change.old)
        at = change.new.stop
    found += [range(at + i, at + i + 1) for i in range(len(old) - len(found))]
    return [*found, range(len(new), len(new))]


def add(
    decided: Decided,
    name: str,
    base: Shown,
    other: tuple[str, list[Token]],
    same: Sequence[range],
) -> None:
    """Add what one other value changes in one cell."""
    code, tokens = other
    before = base.tokens[name]
    marks = decided.tokens.get(name, set())
    new: list[Added] = []
    for change in differences(before, tokens):
        for number in change.old:
            marks |= {*same[number]}
        if not change.old:
            behind = before[change.old.start - 1].line if change.old.start else -1
            new.append(Added(name, behind, added_lines(code, tokens, change)))
    if marks:
        decided.tokens[name] = marks
    known = {each.cell for each in decided.adds}
    decided.adds += [each for each in new if each.cell not in known]


def added_lines(code: str, tokens: Sequence[Token], change: Difference) -> tuple:
    """The lines in which the new tokens of a change stand."""
    lines = code.split("\n")
    numbers = range(tokens[change.new.start].line, tokens[change.new.stop - 1].line + 1)
    return tuple(lines[number].strip() for number in numbers)
