"""Which formats the columns fit: every role takes the column that is named like it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webui.planner.detection.columns import Column, plain
from webui.recipe.formats import FORMATS
from webui.recipe.formats.format import Format, Role

EXACT, SYNONYM = 1.0, 0.8
NESTED = 0.1  # less for a name that only the last part of a path has
SECOND_CHOICE = 0.3  # less, within a role, for a kind that it likes less
CONVERSATION = 1.0  # more for a list of messages: nothing else looks like one
EARLIER_TURNS = 0.9  # more for a prompt with turns: other formats leave them in a text
UNNAMED = 0.6  # for such a list in a column of any name
LANGUAGES = frozenset(
    "ar bg bn ca cs da de el en es et fa fi fr gu he hi hr hu it ja kk km ko lt lv ms "
    "nb nl no pl ps pt ro ru sk sl sr sv sw ta th tr uk ur vi zh eng deu fra spa rus "
    "jpn kor zho cmn english chinese german french spanish russian japanese korean "
    "italian portuguese arabic \u4e2d\u6587 \u82f1\u6587 \u82f1\u8bed \u65e5\u6587 "
    "\u65e5\u8bed \u6c49\u8bed".split()
)


@dataclass(frozen=True)
class Match:
    """A column that may fill a role, and how well its name does."""

    role: Role
    column: Column
    points: float

    @property
    def rank(self) -> float:
        """The points, less where the column does not hold what the role likes best."""
        liked = self.column.holds(self.role.kinds[:1])
        return self.points - (0 if liked else SECOND_CHOICE)


@dataclass(frozen=True)
class Fit:
    """A format with a column for each required role, and maybe for others."""

    format: Format
    matches: tuple[Match, ...]

    @property
    def score(self) -> float:
        """The points of all roles, each by the share of rows that fill its column."""
        points = sum(match.points * match.column.share for match in self.matches)
        if self.format.name == "prompt_completion" and (asked := self.match("prompt")):
            points += EARLIER_TURNS * asked.column.holds(["transcript"])
        return points + CONVERSATION * any(map(is_conversation, self.matches))

    @property
    def exact(self) -> bool:
        """Whether every required role is told by its own name or by what it holds."""
        return all(
            match.points >= EXACT or (is_conversation(match) and match.points > 0)
            for match in self.matches
            if not match.role.optional
        )

    def match(self, role: str) -> Match | None:
        """The match of a role, if it has one."""
        return next((match for match in self.matches if match.role.name == role), None)


def is_conversation(match: Match) -> bool:
    """Whether a match is a list of messages for the role of this name."""
    return match.role.name == "messages" and match.column.holds(["messages"])


def fits(columns: Sequence[Column]) -> list[Fit]:
    """All formats that the columns fit, the best first."""
    named: dict[str, list[Column]] = {}
    for column in columns:  # there may be very many
        for name in dict.fromkeys(column.names):
            named.setdefault(name, []).append(column)
    found = [
        fit for format in FORMATS.values() if (fit := fit_of(format, columns, named))
    ]
    return sorted(found, key=lambda fit: -round(fit.score, 6))


def fit_of(
    format: Format, columns: Sequence[Column], named: dict[str, list[Column]]
) -> Fit | None:
    """How the columns fit a format; None if a required role finds none.

    The best matches come first, and each column is used once. ``named`` holds the
    columns of each name.
    """
    found = [match for role in format.roles for match in candidates(role, named)]
    if any(role.name == "messages" for role in format.roles):
        found += unnamed_messages(format.roles[0], columns)
    if format.name == "translation":
        found += language_pair(format, columns)
    chosen: dict[str, Match] = {}
    for match in sorted(found, key=lambda match: -match.rank):
        used = {other.column.path for other in chosen.values()}
        if match.role.name not in chosen and match.column.path not in used:
            chosen[match.role.name] = match
    if any(role.name not in chosen for role in format.required):
        return None
    ordered = [chosen[role.name] for role in format.roles if role.name in chosen]
    return Fit(format, tuple(ordered))


def candidates(role: Role, named: dict[str, list[Column]]) -> Iterator[Match]:
    """The columns that may fill a role, in the order of its synonyms."""
    names = (role.name, *role.synonyms)
    for name in names:
        for column in named.get(plain(name), ()):
            if not fillable(role, column):
                continue
            points = EXACT if name == role.name else SYNONYM
            nested = column.names[0] != plain(name) or column.in_list
            yield Match(role, column, points - (NESTED if nested else 0))


def unnamed_messages(role: Role, columns: Sequence[Column]) -> list[Match]:
    """The columns of any name that hold lists of messages."""
    return [
        Match(role, column, UNNAMED - CONVERSATION)
        for column in columns
        if column.holds(["messages"])
    ]


def fillable(role: Role, column: Column) -> bool:
    """Whether what a column holds suits a role; an empty one only an optional role."""
    return column.holds(role.kinds) if column.values else role.optional


def language_pair(format: Format, columns: Sequence[Column]) -> Iterator[Match]:
    """The two columns that are named by languages, as source and target."""
    groups: dict[str, list[Column]] = {}
    for column in columns:
        parent, _, name = column.path.rpartition(".")
        known = plain(name).split("_")[0] in LANGUAGES
        if (known or plain(parent) == "translation") and column.holds(["text"]):
            groups.setdefault(parent, []).append(column)
    for pair in groups.values():
        if len(pair) == 2:
            for role, column in zip(format.roles, pair, strict=True):
                yield Match(role, column, EXACT)
