"""What the values of one JSON object are: rows, columns, splits, or one row's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webui.rows.reading.json_lines import Row
from webui.rows.reading.json_tables import Table, read_table
from webui.rows.reading.json_values import object_of
from webui.rows.reading.known import first_names, how_many_known, split_of

LOOKED_AT = 20  # rows
AHEAD = 2  # how much longer an array must be to be the rows for that alone


@dataclass(frozen=True)
class Found:
    """Rows, or the position of the array that holds them; and what else looks like
    rows but is left out. ``is_row`` says that the object is one row itself."""

    rows: tuple[Row, ...] = ()
    array: int | None = None
    left_out: tuple[str, ...] = ()
    is_row: bool = False


def found_in(table: Table) -> Found:
    """Where an object holds its rows.

    Raises ValueError if that cannot be told.
    """
    parts = table.parts
    if is_matrix(parts):
        return Found(tuple((table.line(), row) for row in matrix_rows(parts)))
    if found := in_splits(table):
        return found
    arrays = {name: part for name, part in parts.items() if is_array(part)}
    if any({"role", "from"} & set(array[0]) for array in arrays.values()):
        return one_row(table)  # the turns of a conversation are no rows
    if holds_columns(parts, arrays):
        return in_columns(table)
    if arrays:
        return in_array(table, arrays)
    if len(parts) > 1 and all(isinstance(part, dict) for part in parts.values()):
        return in_objects(table)
    return one_row(table)


def one_row(table: Table) -> Found:
    """The object is itself the only row."""
    return Found((table.row(),), is_row=True)


def is_array(part: Any) -> bool:
    """Whether a value is a list of objects."""
    return isinstance(part, list) and bool(part) and isinstance(part[0], dict)


def is_matrix(parts: dict[str, Any]) -> bool:
    """Whether names and rows without names are apart, as pandas calls "split"."""
    names, data = parts.get("columns"), parts.get("data")
    return (
        isinstance(names, list)
        and isinstance(data, list)
        and all(isinstance(name, str) for name in names)
        and len(set(names)) == len(names) > 0
        and any(isinstance(row, list) for row in data)
    )


def matrix_rows(parts: dict[str, Any]) -> list[dict[str, Any] | ValueError]:
    """The rows of such names and lists."""
    names = parts["columns"]
    return [
        dict(zip(names, row, strict=True))
        if isinstance(row, list) and len(row) == len(names)
        else ValueError("has not one value for each column", str(row)[:1000])
        for row in parts["data"]
    ]


def in_splits(table: Table) -> Found | None:
    """The training split's rows, if the values are splits.

    Raises ValueError if there are several splits, but none to train on.
    """
    named = {name: split_of(name) for name in table.parts}
    splits = {
        name: split
        for name, split in named.items()
        if split and is_split(table.parts[name])
    }
    train = [name for name, split in splits.items() if split == "train"]
    if len(train) == 1:
        return in_one_split(table, train[0], splits)
    if len(splits) > 1:
        raise ValueError(
            f"has no split called train; its splits: {first_names(splits).en}"
        )
    for name, part in table.parts.items():  # such as {"data": {"train": ...}}
        if isinstance(part, dict) and any(
            split_of(key) == "train" and is_split(value) for key, value in part.items()
        ):
            return found_in(read_table(table.text, table.places[name]))
    return None


def in_one_split(table: Table, name: str, splits: Iterable[str]) -> Found:
    """The rows of one split; all others are left out."""
    others = tuple(split for split in splits if split != name)
    place = table.places[name]
    if isinstance(table.parts[name], list):
        return Found(array=place, left_out=others)
    inner = found_in(read_table(table.text, place))
    return Found(inner.rows, inner.array, (*inner.left_out, *others))


def is_split(part: Any) -> bool:
    """Whether a value can hold the rows of a split: objects, or lists as columns."""
    if isinstance(part, dict):
        return bool(part) and all(isinstance(value, list) for value in part.values())
    return is_array(part) and not {"role", "from"} & set(part[0])


def holds_columns(parts: dict[str, Any], arrays: dict[str, Any]) -> bool:
    """Whether an object holds a list for each column, all equally long.

    Lists of objects may be columns beside others whose names are known.
    """
    lists = [part for part in parts.values() if isinstance(part, list)]
    if len(lists) != len(parts) or len(set(map(len, lists))) != 1:
        return False
    if any(isinstance(item, dict) for column in lists for item in column):
        return len(arrays) < len(parts) and how_many_known(parts) > 1
    return True


def in_columns(table: Table) -> Found:
    """The rows of columns.

    Raises ValueError if one cannot be used.
    """
    for flaw in table.flaws.values():
        raise flaw
    names, columns = list(table.parts), table.parts.values()
    cells = zip(*columns, strict=True)
    rows = (dict(zip(names, row, strict=True)) for row in cells)
    return Found(tuple((table.line(), row) for row in rows))


def in_array(table: Table, arrays: dict[str, list[Any]]) -> Found:
    """The array that holds the rows, of all that hold objects.

    Raises ValueError where several may.
    """
    known = {name: how_many_known(keys_of(array)) for name, array in arrays.items()}
    own = [name for name, part in table.parts.items() if isinstance(part, str)]
    if not any(known.values()) and how_many_known(own) > 1:
        return one_row(table)  # a row with lists of its own
    name = rows_among(arrays, known)
    others = tuple(other for other in arrays if other != name and known[other])
    return Found(array=table.places[name], left_out=others)


def keys_of(array: list[Any]) -> set[str]:
    """The names in the first objects; of rows from the hub's server, those inside."""
    rows = [object_of(row, "") for row in array[:LOOKED_AT] if isinstance(row, dict)]
    return {key for row in rows if isinstance(row, dict) for key in row}


def rows_among(arrays: dict[str, list[Any]], known: dict[str, int]) -> str:
    """The name of the array that holds rows, by their names and by their number.

    Raises ValueError where these two disagree.
    """
    served = [name for name, array in arrays.items() if "row_idx" in array[0]]
    if len(arrays) == 1 or len(served) == 1:
        return (served or list(arrays))[0]
    most = max(known.values())
    best = [name for name in arrays if known[name] == most]
    longest = max(arrays, key=lambda name: len(arrays[name]))
    rest = [len(array) for name, array in arrays.items() if name != longest]
    if best == [longest] or (
        longest in best and len(arrays[longest]) >= AHEAD * max(rest)
    ):
        return longest
    raise ValueError(
        f"holds several arrays that may be the rows: {first_names(arrays).en}; "
        "keep only one"
    )


def in_objects(table: Table) -> Found:
    """The rows of objects by their ids, or of columns whose values have such.

    An object of objects that have nothing in common is one row.
    """
    outer = table.parts
    inner = [set(part) for part in outer.values()][:LOOKED_AT]
    shared = set.intersection(*inner)
    numbers_outside, numbers_inside = are_numbers(outer), are_numbers(shared)
    if not shared or (numbers_outside and numbers_inside):
        return one_row(table)
    same = all(keys == shared for keys in inner)
    known_outside = how_many_known(outer) > 0 and not how_many_known(shared)
    if same and not numbers_outside and (numbers_inside or known_outside):
        if numbers_inside or len(shared) > len(outer):
            return in_cells(table)
    known_inside = how_many_known(shared) > 0 and not how_many_known(outer)
    if numbers_outside or known_inside or is_long(outer, shared):
        return by_id(table)
    return one_row(table)


def is_long(outer: Iterable[str], shared: set[str]) -> bool:
    """Whether there are more objects than names in each, and none has a known name."""
    return len(list(outer)) > len(shared) and not how_many_known(outer)


def are_numbers(names: Iterable[str]) -> bool:
    """Whether names are those that pandas gives to rows without any."""
    several = list(names)
    return bool(several) and all(name.isdecimal() for name in several)


def in_cells(table: Table) -> Found:
    """The rows of columns that are objects: a value for each label of a row."""
    for flaw in table.flaws.values():
        raise flaw
    columns = table.parts
    labels = dict.fromkeys(label for column in columns.values() for label in column)
    rows = (
        {name: column.get(label) for name, column in columns.items()}
        for label in labels
    )
    return Found(tuple((table.line(), row) for row in rows))


def by_id(table: Table) -> Found:
    """The rows that are objects by their ids."""
    rows: list[Row] = []
    line, counted = 1, 0
    for name, part in table.parts.items():
        place = table.places[name]
        line, counted = line + table.text.count("\n", counted, place), place
        rows.append((line, object_of(table.flaws.get(name, part), "")))
    return Found(tuple(rows))
