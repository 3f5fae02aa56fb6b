"""Write all rows of a recipe to files, as the data cell loads them."""

import json
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from webui.chat.conversation import Chat
from webui.notebook.rows import EVAL, HELDOUT, TRAIN, Form
from webui.recipe import Recipe
from webui.recipe.objectives import objective_of
from webui.rows.each import Kept, Rejected
from webui.rows.prepare.forms import Seen
from webui.rows.prepare.learned import record_mark, write_marks
from webui.rows.prepare.store import PARTS
from webui.rows.prepare.trl_rows import heldout_row, is_uneven, train_rows
from webui.rows.refused import breaks_off
from webui.rows.report.rejections import rejected_line
from webui.rows.split import parted_rows, watched_part
from webui.rows.split_check import refuse_empty_parts


class Written:
    """The rows of one part of a recipe, as lines in a file and where each stands.

    Of every row come first the lines to train on, then the one that is asked where the
    row is held out.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.places = array("q")  # begin, middle and end of each row's lines
        self.trained = array("q")  # how many lines are trained on
        self.values: list[Any] = []
        self.marks = array("Q")  # each of a record

    def add(self, train: list[dict], asked: dict, value: Any, mark: int) -> None:
        """Append a row; ``value`` is what its split looks at."""
        begin = self.file.tell()
        self.file.writelines(map(json_line, train))
        middle = self.file.tell()
        self.file.write(json_line(asked))
        self.places.extend((begin, middle, self.file.tell()))
        self.trained.append(len(train))
        self.values.append(value)
        self.marks.append(mark)

    def __len__(self) -> int:
        return len(self.values)

    def copy(self, number: int, target: IO[bytes], *, asked: bool) -> None:
        """Copy a row's lines to another file: those to train on, or the asked one."""
        begin, middle, end = self.places[3 * number : 3 * number + 3]
        first, last = (middle, end) if asked else (begin, middle)
        self.file.seek(first)
        target.write(self.file.read(last - first))


def json_line(row: dict[str, Any]) -> bytes:
    """A row as a line of JSON."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


class Writer:
    """Writes rows in one form, and remembers what was seen of them."""

    def __init__(self, recipe: Recipe, chat: Chat, form: Form, folder: Path) -> None:
        self.recipe, self.chat, self.form, self.folder = recipe, chat, form, folder
        self.seen = Seen()
        self.left_out = 0
        self.broken: list[Rejected] = []
        self.uneven = self.tools = False
        self.more: set[str] = set()
        self.column = split_column(recipe)
        self.named = objective_of(recipe).columns

    def write(
        self,
        rows: Iterable[Kept | Rejected],
        name: str,
        left_out: IO[str],
        *,
        trained: bool = True,
    ) -> Written:
        """Write the rows of one part to a file; the rejected ones apart."""
        written = Written((self.folder / name).open("w+b"))
        longest = self.recipe.model.max_seq_length
        for row in rows:
            if isinstance(row, Rejected):
                self.left_out += 1
                self.broken += [row] * breaks_off(row)
                left_out.write(rejected_line(row))
                continue
            asked = heldout_row(row, self.chat)
            train = train_rows(row, self.chat, self.form, self.named) if trained else []
            if trained:
                self.seen.add(row, self.chat, longest)
            self.note([*train, asked])
            value = row.row.get(self.column, "")
            written.add(train, asked, value, record_mark(row.row))
        return written

    def note(self, rows: list[dict]) -> None:
        """Remember which columns and shapes the rows have."""
        self.uneven = self.uneven or any(map(is_uneven, rows))
        self.tools = self.tools or "tools" in rows[-1]
        self.more |= {name for name in ("rejected", "label") if name in rows[-1]}


def split_column(recipe: Recipe) -> str:
    """The column of the source that the split looks at, if any."""
    split = recipe.split
    if split.by == "column":
        return split.column
    return split.stratify_by or split.group_by if split.by != "file" else ""


@dataclass(frozen=True)
class Parts:
    """Written rows, and the numbers of those to train on, to watch, and to hold out."""

    train: Written
    heldout: Written
    others: list[int]
    watched: list[int]
    held: list[int]


def parts_of(
    recipe: Recipe, train: Written, heldout: Written | None, as_before: bool
) -> Parts:
    """Which rows are trained on, watched and held out, each in its order.

    Raises:
        PlannerError: if a part would be empty, or more watched than trained on.
    """
    column = split_column(recipe)
    rows = [
        {"row": {column: value} if column else {}, "number": number}
        for number, value in enumerate(train.values)
    ]
    drawn, left = parted_rows(recipe, rows, as_before=as_before)
    held = drawn if heldout is None else heldout
    refuse_empty_parts(recipe, len(train), len(held))
    watched, others = ([], left) if as_before else watched_part(recipe, left)
    numbers = [[row["number"] for row in part] for part in (others, watched, drawn)]
    if heldout is not None:
        numbers[-1] = list(range(len(heldout)))
    return Parts(train, train if heldout is None else heldout, *numbers)


def finish(parts: Parts, folder: Path) -> tuple[int, int, int]:
    """Write the rows to train on, to watch, and to hold out; how many of each."""
    for name, numbers in ((TRAIN, parts.others), (EVAL, parts.watched)):
        with (folder / name).open("wb") as file:
            for number in numbers:
                parts.train.copy(number, file, asked=False)
    with (folder / HELDOUT).open("wb") as file:
        for number in parts.held:
            parts.heldout.copy(number, file, asked=True)
    write_parts(parts, folder)
    trained, watched = (
        sum(parts.train.trained[number] for number in numbers)
        for numbers in (parts.others, parts.watched)
    )
    return trained, watched, len(parts.held)


def write_parts(parts: Parts, folder: Path) -> None:
    """Write which records each part holds."""
    for part, written, numbers in (
        ("train", parts.train, parts.others),
        ("watched", parts.train, parts.watched),
        ("heldout", parts.heldout, parts.held),
    ):
        marks = (written.marks[number] for number in numbers)
        write_marks(folder / PARTS.format(part), marks)


def read_json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows in a file of JSON lines."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
