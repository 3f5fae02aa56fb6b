"""Which formats the columns fit: every role takes the column that is named like it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from webui.recipe.formats import FORMATS
from webui.recipe.formats.format import REASONING, Format, Role
from webui.rows.detection.columns import Column, plain_name
from webui.rows.detection.pairs import is_sound_pair
from webui.rows.detection.words import NAMES, asking_and_answering, holds_names
from webui.rows.mapping.thoughts import is_switch

EXACT, SYNONYM = 1.0, 0.8
WORDED = 0.6  # for a name with a word that tells
WEAK = {"title": 0.5}  # a name that only by chance is that of a question
RARE = 0.1  # of the rows; a column in fewer gives way to any other
REJECTED = next(r for r in FORMATS["preference"].roles if r.name == "rejected")
REJECTED_NAMES = frozenset(map(plain_name, (REJECTED.name, *REJECTED.synonyms)))
NESTED = 0.1  # less for a name that only the last part of a path has
SECOND_CHOICE = 0.3  # less, within a role, for a kind that it likes less
CONVERSATION = 1.0  # more for a list of messages: nothing else looks like one
EARLIER_TURNS = 0.9  # more for a prompt with turns: other formats leave them in a text
UNNAMED = 0.6  # for such a list in a column of any name


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
    named = named_columns(columns)
    found = [
        fit for format in FORMATS.values() if (fit := fit_of(format, columns, named))
    ]
    return sorted(found, key=lambda fit: -round(fit.score, 6))


def named_columns(columns: Sequence[Column]) -> dict[str, list[Column]]:
    """The columns of each name."""
    named: dict[str, list[Column]] = {}
    for column in columns:  # there may be very many
        for name in dict.fromkeys(column.names):
            named.setdefault(name, []).append(column)
    return named


def fit_of(
    format: Format, columns: Sequence[Column], named: dict[str, list[Column]]
) -> Fit | None:
    """How the columns fit a format; None if a required role finds none.

    ``named`` holds the columns of each name.
    """
    columns, named = learned_columns(format, columns, named)
    if format.name == "translation" and any(named_matches(REASONING, named)):
        return None  # nobody thinks aloud before a translation
    chosen = chosen_matches(format, columns, named)
    if format.name == "preferred":
        found = {name: match.column for name, match in chosen.items()}
        if not is_sound_pair(found, named):
            return None
    if any(role.name not in chosen for role in format.required):
        return None
    ordered = [chosen[role.name] for role in format.roles if role.name in chosen]
    return Fit(format, tuple(ordered))


def learned_columns(
    format: Format, columns: Sequence[Column], named: dict[str, list[Column]]
) -> tuple[Sequence[Column], dict[str, list[Column]]]:
    """The columns that a format may learn from, and those of each name."""
    if format.name == "preference":
        return columns, named
    # What was rejected is never learned.
    columns = [c for c in columns if not REJECTED_NAMES & {*c.names}]
    named = {name: own for name, own in named.items() if name not in REJECTED_NAMES}
    return columns, named


def chosen_matches(
    format: Format, columns: Sequence[Column], named: dict[str, list[Column]]
) -> dict[str, Match]:
    """The column of each role that finds one, the best first, each used once."""
    found = [match for role in format.roles for match in named_matches(role, named)]
    if any(role.name == "messages" for role in format.roles):
        found += unnamed_messages(format.roles[0], columns)
    if format.name == "translation":
        found += language_pair(format, columns)
    if format.name == "question_answer":
        found += told_together(format, named)
        found += worded(format, columns)
    chosen: dict[str, Match] = {}
    for match in sorted(found, key=lambda m: (m.column.share < RARE, -m.rank)):
        used = {other.column.path for other in chosen.values()}
        if match.role.name not in chosen and match.column.path not in used:
            chosen[match.role.name] = match
    if format.name == "preferred":
        first = chosen.get("first_response")
        if first and "prompt" not in chosen and first.column.holds(["messages"]):
            chosen["prompt"] = Match(format.roles[0], first.column, WORDED)
    return chosen


def named_matches(role: Role, named: dict[str, list[Column]]) -> Iterator[Match]:
    """The columns that may fill a role, in the order of its synonyms."""
    names = (role.name, *role.synonyms)
    for name in names:
        for column in named.get(plain_name(name), ()):
            if not fillable(role, column):
                continue
            points = EXACT if name == role.name else WEAK.get(name, SYNONYM)
            nested = column.names[0] != plain_name(name) or column.in_list
            yield Match(role, column, points - (NESTED if nested else 0))


def told_together(format: Format, named: dict[str, list[Column]]) -> Iterator[Match]:
    """Columns whose names tell only together: q and a, or content after a thought."""
    names = []
    if {"q", "a"} <= named.keys() and "b" not in named:
        names = ["q", "a"]
    elif {"input", "content", "reasoning_content"} <= named.keys():
        names = ["input", "content"]
    for role, name in zip(format.roles, names, strict=False):
        for column in named[name]:
            if fillable(role, column):
                yield Match(role, column, SYNONYM)


def worded(format: Format, columns: Sequence[Column]) -> Iterator[Match]:
    """The columns whose names have a word for a question or an answer."""
    roles = {role.name: role for role in format.roles}
    for name, column in asking_and_answering(columns):
        yield Match(roles[name], column, WORDED)


def unnamed_messages(role: Role, columns: Sequence[Column]) -> list[Match]:
    """The columns of any name that hold lists of messages."""
    return [
        Match(role, column, UNNAMED - CONVERSATION)
        for column in columns
        if column.holds(["messages"])
    ]


def fillable(role: Role, column: Column) -> bool:
    """Whether what a column holds suits a role; an empty one only an optional role."""
    if not column.values:
        return role.optional
    if role.name == "reasoning":
        whole = not column.in_list  # all the steps of a list, not the first
        return whole and column.holds(role.kinds) and tells_thoughts(column)
    return column.holds(role.kinds) and not (
        role.name in ("question", "answer") and holds_names(column)
    )


def tells_thoughts(column: Column) -> bool:
    """Whether values are thoughts, and not whether there are any: "on" and "off"."""
    switches = sum(map(is_switch, column.values))
    return 2 * switches < len(column.values) and not column.is_label


def language_pair(format: Format, columns: Sequence[Column]) -> Iterator[Match]:
    """The two columns that are named by languages, as source and target."""
    groups: dict[str, list[Column]] = {}
    for column in columns:
        parent, _, name = column.path.rpartition(".")
        parts = plain_name(name).split("_")
        known = parts[0] in NAMES["languages"] or (
            len(parts) > 1 and parts[-1] in NAMES["languages"]
        )
        if (known or plain_name(parent) == "translation") and column.holds(["text"]):
            groups.setdefault(parent, []).append(column)
    for pair in groups.values():
        if len(pair) == 2:
            for role, column in zip(format.roles, pair, strict=True):
                yield Match(role, column, EXACT)
