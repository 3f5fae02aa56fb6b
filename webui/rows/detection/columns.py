"""What the columns of some rows hold: their paths, and the kinds of their values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webui.recipe.formats.format import Kind
from webui.rows.mapping.conversations import turns_in
from webui.rows.mapping.flags import RATINGS
from webui.rows.mapping.transcripts import split_transcript, unwrapped_turns
from webui.rows.mapping.turns import sides_of
from webui.rows.mapping.values import parsed

# What tables hold as the JSON text of an object with columns of its own.
IN_TABLES = ("translation", "answers", "answer")
DEEPEST = 2  # levels of objects inside a column that count as columns
LONGEST = 20_000  # characters of a text that are looked at
IN_BIO = re.compile(r"O|[BIMESLU][-_].+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
FEW = 8  # rows, below which nothing can be told about how often a value comes again
SHORT = 40  # characters of a label at most
REFERENCE = re.compile(
    r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.-]+"  # addresses
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ][\d:.]+(Z|[+-][\d:]+)?)?"  # dates
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}( [\d:]+( ?[AP]M)?)?"
    r"|(?=\S*\d)[0-9a-fA-F]{8,}(-[0-9a-fA-F]+)*"  # hashes
    r"|(?=\S*\d)[A-Za-z]{0,8}[-_#]?\d[\w-]*",  # marks such as TCK-12
    re.ASCII,
)


@dataclass(frozen=True)
class Column:
    """A column, or a path into one ("answers.text.0"), in some rows.

    ``values`` are those that are not empty; ``share`` of the rows have one.
    """

    path: str
    values: tuple[Any, ...]
    kinds: tuple[frozenset[Kind], ...]
    share: float

    @property
    def names(self) -> tuple[str, ...]:
        """What the column may be called: its whole path, and the path's last part.

        The first of a list is called only like the list.
        """
        parts = [part for part in self.path.split(".") if not part.isdecimal()]
        whole = plain_name(".".join(parts) or self.path)
        return whole, whole if self.in_list else plain_name(self.path.split(".")[-1])

    @property
    def in_list(self) -> bool:
        """Whether the column is the first of several values."""
        return "0" in self.path.split(".")[1:]

    @property
    def length(self) -> float:
        """How many characters the values have on average, as text."""
        return sum(len(str(value)) for value in self.values) / max(1, len(self.values))

    @property
    def is_reference(self) -> bool:
        """Whether most values are dates, addresses or marks that refer to something."""
        found = sum(bool(REFERENCE.fullmatch(str(v).strip())) for v in self.values)
        return 2 * found > len(self.values)

    @property
    def is_label(self) -> bool:
        """Whether a column holds a few short texts again and again."""
        different = {str(value) for value in self.values}
        return (
            len(self.values) >= FEW
            and 1 < len(different)
            and 4 * len(different) <= len(self.values)
            and max(map(len, different)) <= SHORT
        )

    def holds(self, kinds: Sequence[Kind]) -> bool:
        """Whether at least half of the values are of these kinds."""
        fitting = sum(not kinds_of_one.isdisjoint(kinds) for kinds_of_one in self.kinds)
        return 2 * fitting >= len(self.kinds) > 0


def plain_name(name: str) -> str:
    """A name in lower case, with underscores for blanks and hyphens."""
    return re.sub(r"[\s-]+", "_", name.strip().lower())


def columns_of(rows: Sequence[dict[str, Any]]) -> list[Column]:
    """The columns of some rows, in the order in which they come."""
    found: dict[str, list[Any]] = {}
    for row in rows:
        for name, value in row.items():
            for path, inner in inside(value, str(name)):
                filled = found.setdefault(path, [])
                if not is_empty(inner):
                    filled.append(inner)
    odd = odd_paths(found)
    return [
        Column(
            path,
            tuple(values),
            tuple(kinds_of(value) for value in values),
            len(values) / len(rows),
        )
        for path, values in found.items()
        if path not in odd
    ]


def odd_paths(found: Mapping[str, Sequence[Any]]) -> frozenset[str]:
    """The paths where most rows have another shape: a text, say, and not a list."""
    deepest: dict[str, int] = {}  # the values at the fullest key inside of a column
    for path, values in found.items():
        outer, _, key = path.rpartition(".")
        while outer:
            if not key.split(".")[0] == "0":
                deepest[outer] = max(deepest.get(outer, 0), len(values))
            outer, _, more = outer.rpartition(".")
            key = f"{more}.{key}"
    return frozenset(
        path
        for path, values in found.items()
        if 2 * len(values) < deepest.get(path, 0)
        or any(2 * len(values) < len(found.get(one, ())) for one in parents(path))
    )


def parents(path: str) -> list[str]:
    """The paths that lead towards a path."""
    parts = path.split(".")
    return [".".join(parts[:n]) for n in range(1, len(parts))]


def inside(value: Any, path: str, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """A value and what is inside it, each with its path."""
    if path in IN_TABLES and isinstance(value, str) and value.startswith("{"):
        literal = read_literal(value)
        value = value if is_lone_turn(literal) else literal
    if is_lone_turn(value):
        yield path, value
        return
    if isinstance(value, dict) and value and not are_spans_by_type(value):
        if depth < DEEPEST:
            for key, inner in value.items():
                yield from inside(inner, f"{path}.{key}", depth + 1)
        return
    yield path, value
    if isinstance(value, list) and value:
        if isinstance(value[0], str):
            yield f"{path}.0", value[0]
        elif isinstance(value[0], dict) and isinstance(value[0].get("text"), str):
            yield f"{path}.0.text", value[0]["text"]


def is_empty(value: Any) -> bool:
    """Whether a row leaves this value out, in one way or another."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == [] or value == {} or value != value


def kinds_of(value: Any) -> frozenset[Kind]:
    """Everything that a value can be taken for."""
    if isinstance(value, bool):
        return frozenset({"flag"})
    if isinstance(value, int | float):
        return frozenset({"number", "flag"} if value in (0, 1) else {"number"})
    if isinstance(value, str):
        return frozenset(kinds_of_text(value[:LONGEST], whole=len(value) <= LONGEST))
    if isinstance(value, list):
        return frozenset(kinds_of_list(value))
    if is_lone_turn(value):
        return frozenset({"messages"})
    return frozenset({"spans"} if are_spans_by_type(value) else ())


def kinds_of_text(text: str, whole: bool) -> Iterator[Kind]:
    """What a text can be taken for; a table may hold lists as JSON."""
    if NUMBER.fullmatch(text.strip()):
        yield "number"
        if text.strip() in ("0", "1"):
            yield "flag"
        return
    literal = read_literal(text) if whole else None
    # An answer that is JSON may have a "role", too.
    lone = is_lone_turn(literal) and not turns_in(text)
    inner: frozenset[Kind] = frozenset() if lone else kinds_of(literal)
    if inner.isdisjoint(("messages", "spans")):
        yield "text"
    yield from inner
    if text.strip().lower() in RATINGS:
        yield "flag"
    turns = split_transcript(text)
    if turns and (turns[0]["role"] == "user" or "###" in text or unwrapped_turns(text)):
        yield "transcript"
    words = text.split()
    if any(word != "O" for word in words) and all(map(IN_BIO.fullmatch, words)):
        yield "bio"


def read_literal(text: str) -> Any:
    """The list or object in a text, such as a table holds; None where there is none."""
    try:
        value = parsed(text, "")
    except ValueError:
        return None
    return value if isinstance(value, list | dict) else None


def kinds_of_list(values: list[Any]) -> Iterator[Kind]:
    """What a list can be taken for."""
    if all(isinstance(value, str) for value in values):
        yield "texts"
        in_bio = all(map(IN_BIO.fullmatch, values))
        yield "bio" if in_bio else "tags"
    elif all(isinstance(value, int) for value in values):
        yield "numbers"
    elif all(isinstance(value, dict) for value in values):
        messages = all(is_turn(value) for value in values)
        spans = all(is_span(value) for value in values)
        yield "messages" if messages else "spans" if spans else "objects"
    elif all(isinstance(value, list) for value in values):
        pairs = all(len(value) == 2 for value in values)
        yield "pairs" if pairs else "spans"


def is_turn(value: dict[str, Any]) -> bool:
    """Whether an object is a turn of a conversation."""
    return speaks(value) or sides_of(value) is not None


def speaks(value: dict[str, Any]) -> bool:
    """Whether an object is a message: who speaks, and what is said."""
    keys = {key for key, inner in value.items() if inner is not None}
    says = keys & {"content", "value", "text", "parts", "tool_calls", "function_call"}
    return bool({"role", "from"} & keys and (says or "content" in value))


def is_lone_turn(value: Any) -> bool:
    """Whether a value is a message outside of a list."""
    return isinstance(value, dict) and speaks(value)


def is_span(value: dict[str, Any]) -> bool:
    """Whether an object is an entity with its type."""
    types = {"type", "label", "entity_type", "entity_group"} & value.keys()
    places = {"start", "start_offset", "text", "word", "entity"} & value.keys()
    return bool(types and places) and "function" not in value


def are_spans_by_type(value: Any) -> bool:
    """Whether an object holds entities by type: {"name": {"Ada": [[0, 2]]}}."""
    if not isinstance(value, dict) or not value:
        return False
    named = [inner for inner in value.values() if inner]
    return bool(named) and all(
        isinstance(inner, dict)
        and any(inner.values())
        and all(are_places(places) for places in inner.values() if places)
        for inner in named
    )


def are_places(value: Any) -> bool:
    """Whether a value is a list of [start, last] pairs."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(place, list) and len(place) == 2 for place in value)
    )
