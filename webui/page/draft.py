"""The one draft of the recipe that the server holds, with a version number.

Every browser tab edits this draft. A field that was left is committed and raises
the version; other tabs take the fields that are newer than what they have seen.
"""

import contextlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webui.errors import UserError
from webui.files import write_text
from webui.notebook.edits import NO_EDITS, Edits
from webui.page.edit import files as edit_files
from webui.page.naming import refuse_name
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.of_rows import (
    OF_ROWS,
    WITH_SPLIT,
    Rows,
    fresh_values,
    left_over,
    rows_of,
    said,
)
from webui.recipe.paths import FIELDS, NAME, declared_at, value_at, with_value
from webui.recipe.problems import Problem, RecipeError
from webui.recipe.store import dumps, load, with_values
from webui.text import Text

# Fields that mean nothing any more once another one has changed.
# Trust in one model's authors must never pass to another model.
EMPTIES: dict[str, dict[str, Any]] = {
    "data.format": {"data.columns": {}},
    # No other method has LoRA's variants, and it would be refused with one.
    "adapter.method": {
        "adapter.use_dora": False,
        "adapter.use_rslora": False,
        "adapter.lora_plus_ratio": 1.0,
        "adapter.start": "zero",
    },
    "model.name": {
        "adapter.from_run": "",
        "model.revision": "",
        "model.trust_remote_code": False,
        "model.allow_pickle": False,
    },
}


# Among the versions of the fields: that of the cells which are edited by hand.
EDITS = "edits"


class DraftError(UserError):
    """The draft cannot be used as it is."""


@dataclass
class Draft:
    """The recipe as last committed. ``problems`` holds what was refused, by field.

    ``edits`` are the cells that are edited by hand, beside the recipe; ``to_tell`` is
    what a person still has to be told.
    """

    recipe: Recipe
    file: Path | None = None
    version: int = 1
    changed: dict[str, int] = field(default_factory=dict)
    problems: dict[str, Text] = field(default_factory=dict)
    refused: dict[str, Any] = field(default_factory=dict)
    edits: Edits = field(default_factory=dict)
    to_tell: list[Text] = field(default_factory=list)
    # Beside which rows each field that is about rows was said.
    belongs: dict[str, Rows] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        self.changed = dict.fromkeys((NAME, *FIELDS), self.version)
        self.belong()

    def commit(
        self, path: str, value: Any, beside: Mapping[str, Any] | None = None
    ) -> int:
        """Put one field's value in; return the version in which it now stands.

        ``beside`` is what other fields become with it, instead of what EMPTIES says.
        A value that does not fit is refused: the field keeps its last good value
        and ``problems`` says what is wrong.
        """
        with self.lock:
            if same(value, value_at(self.recipe, path)) and path not in self.problems:
                return self.changed[path]
            self.version += 1
            self.changed[path] = self.version
            if self.accept(path, value, beside):
                self.retry()
            self.save()
            return self.version

    def accept(
        self, path: str, value: Any, beside: Mapping[str, Any] | None = None
    ) -> bool:
        """Put a value in if it fits, else say what is wrong with it."""
        try:
            if path == NAME:
                refuse_name(value)
            values = with_value(self.recipe.model_dump(), path, value)
            for other, new in {**EMPTIES.get(path, {}), **(beside or {})}.items():
                values = with_value(values, other, new)
            self.recipe = check(values)
        except RecipeError as error:
            self.problems[path] = told_at(path, error.problems)
            self.refused[path] = value
            return False
        for changed in (path, *EMPTIES.get(path, ())):
            self.changed[changed] = self.version
            self.mended(changed)
        self.belong(path)
        return True

    def mended(self, path: str) -> None:
        """Nothing is wrong with a field any more."""
        self.problems.pop(path, None)
        self.refused.pop(path, None)

    def shown(self, path: str) -> Any:
        """What a field shows: what was refused there, else what the recipe holds."""
        return self.refused.get(path, value_at(self.recipe, path))

    def as_shown(self, path: str) -> Recipe:
        """The recipe with what a field shows, which may be no valid value."""
        if path not in self.refused:
            return self.recipe
        value = self.refused[path]
        value = tuple(value) if isinstance(value, list) else value
        section, _, name = path.rpartition(".")
        if not section:
            return self.recipe.model_copy(update={name: value})
        changed = getattr(self.recipe, section).model_copy(update={name: value})
        return self.recipe.model_copy(update={section: changed})

    def retry(self) -> None:
        """Try again what was refused: what stood in its way may be gone."""
        for path, value in list(self.refused.items()):
            if path in self.problems:
                self.accept(path, value)

    def commit_all(self, values: Mapping[str, Any]) -> None:
        """Put several fields in together, which may only fit each other.

        Raises:
            RecipeError: when they do not fit; nothing has changed then.
        """
        with self.lock:
            self.recipe = with_values(self.recipe, values)
            self.version += 1
            for path in values:
                self.changed[path] = self.version
                self.mended(path)
            self.belong(*values)
            self.save()

    def commit_form(
        self, form: Mapping[str, Any], seen: int, own: Mapping[str, int]
    ) -> Recipe:
        """Put a whole form in and return the recipe to run.

        ``seen`` is the version that the form's tab was last drawn from, ``own``
        the versions of the fields that it committed itself since.

        Raises:
            DraftError: when another tab changed a field that this form shows
                otherwise, or when a field does not fit.
        """
        with self.lock:
            self.refuse_other_code(seen, own)
            moved = [
                path
                for path, value in form.items()
                if self.changed[path] > max(seen, own.get(path, -1))
                and not same(value, self.shown(path))
            ]
            if moved:
                titles = [declared_at(path).declaration.title for path in moved]
                names = ", ".join(title.en for title in titles)
                chinese = "、".join(title.zh for title in titles)
                raise DraftError.of(
                    f"Another tab changed {names}; look at it and press again.",
                    f"另一个标签页修改了{chinese}；请查看后再按一次。",
                )
            emptied = self.emptied_by(form)
            for path, value in form.items():
                if not (path in emptied and same(value, emptied[path])):
                    self.commit(path, value)
            return self.checked()

    def refuse_other_code(self, seen: int, own: Mapping[str, int]) -> None:
        """Refuse a form beside which another tab put other code by hand.

        Raises:
            DraftError: when it does not show that yet.
        """
        if self.changed.get(EDITS, -1) > max(seen, own.get(EDITS, -1)):
            raise DraftError.of(
                "Another tab changed the code of a cell by hand; look at it and press "
                "again.",
                "另一个标签页手动修改了单元的代码；请查看后再按一次。",
            )

    def emptied_by(self, form: Mapping[str, Any]) -> dict[str, Any]:
        """Fields that a form empties by changing another one, with what they hold.

        The form still shows that, and it must not be put back.
        """
        return {
            other: value_at(self.recipe, other)
            for path, others in EMPTIES.items()
            if path in form and not same(form[path], value_at(self.recipe, path))
            for other in others
        }

    def checked(self) -> Recipe:
        """The recipe, if no field is waiting to be mended."""
        for path, message in self.problems.items():
            raise DraftError(titled(Problem(path, message)))
        return self.recipe

    def replace(
        self,
        recipe: Recipe,
        edits: Edits = NO_EDITS,
        belongs: Mapping[str, Rows] | None = None,
    ) -> None:
        """Make another recipe the current one, in every tab, and what goes with it of
        code by hand; this one is kept. Code by hand that does not go with the other is
        kept in a file of its own, and that is to be told.
        """
        with self.lock:
            self.keep_before()
            dropped = {n: e for n, e in self.edits.items() if edits.get(n) != e}
            if dropped and self.home:
                self.to_tell.append(edit_files.told_kept(self.home, dropped))
            self.version += 1
            self.recipe = recipe
            self.changed = dict.fromkeys((NAME, *FIELDS), self.version)
            if self.edits != edits:
                self.hold(edits)
            self.problems, self.refused, self.belongs = {}, {}, dict(belongs or {})
            self.belong()
            self.save()

    def hold(self, edits: Edits) -> None:
        """Make these the cells that are edited by hand."""
        with self.lock:
            self.version += 1
            self.changed[EDITS] = self.version
            self.edits = dict(edits)
            self.save()

    @property
    def home(self) -> Path | None:
        """The folder that it is kept in, if it is."""
        return self.file.parent if self.file else None

    # ---- what belongs to the rows of before

    def belong(self, *given: str) -> None:
        """Remember the rows beside which these fields were said.

        What was said before there were any rows belongs to the first that come.
        """
        rows = rows_of(self.recipe)
        for path in OF_ROWS:
            if path in given or not self.belongs.get(path):
                self.belongs[path] = rows

    @property
    def leftovers(self) -> list[str]:
        """The fields that still say what was said of other rows."""
        return left_over(self.recipe, self.belongs)

    def keep_leftovers(self) -> None:
        """Let what was said of other rows be meant of these."""
        with self.lock:
            self.version += 1
            self.belong(*OF_ROWS)
            self.save()

    def start_fresh(self, rows: int | None) -> None:
        """Forget what was said of other rows; the draft of before is kept.

        ``rows`` is how many there are now, where that is known.

        Raises:
            RecipeError: when the rest does not fit together; nothing has changed then.
        """
        with self.lock:
            own = {*said(self.recipe)} - {*self.leftovers}  # said of these rows already
            if "split.by" in own:
                own |= {*WITH_SPLIT}
            if "adapter.prompt_text" in own:
                own |= {"adapter.prompt_start"}
            values = fresh_values(self.recipe, rows)
            new = {path: value for path, value in values.items() if path not in own}
            edits = {name: edit for name, edit in self.edits.items() if name != "data"}
            self.replace(with_values(self.recipe, new), edits)

    # ---- the draft of before, and the files

    @property
    def before(self) -> Path | None:
        """Where the draft of before another took its place lies, as a recipe."""
        return self.file and self.file.with_name("draft.before.yaml")

    def keep_before(self) -> None:
        """Keep the draft, which another one is about to replace."""
        if self.before is not None:
            self.before.parent.mkdir(parents=True, exist_ok=True)
            self.write(self.before)

    def bring_back(self) -> None:
        """Put the draft of before in the place of this one, which is kept instead.

        Raises:
            RecipeError: when it can no longer be read.
        """
        with self.lock:
            if self.before is not None and self.before.is_file():
                old = open_draft(self.before)
                self.replace(old.recipe, old.edits, old.belongs)

    def save(self) -> None:
        """Keep the draft, so that a restarted server shows it again."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.write(self.file)

    def write(self, file: Path) -> None:
        """Write the draft to a file, and beside it which rows its fields belong to, and
        the cells that are edited by hand."""
        write_text(file, dumps(self.recipe))
        edit_files.write(file, self.edits)
        rows = {path: sorted(rows) for path, rows in self.belongs.items()}
        write_text(rows_file(file), json.dumps(rows))


def rows_file(file: Path) -> Path:
    """Beside a draft: which rows its fields belong to."""
    return file.with_suffix(".rows.json")


def open_draft(file: Path) -> Draft:
    """The draft that a file keeps, with the rows that its fields belong to, and the
    cells that are edited by hand.

    Raises:
        RecipeError: when it cannot be read.
    """
    belongs: dict[str, Rows] = {}
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        known = json.loads(rows_file(file).read_text(encoding="utf-8"))
        belongs = {path: frozenset(known[path]) for path in OF_ROWS if path in known}
    edits = edit_files.read(file)
    return Draft(load(file), file, belongs=belongs, edits=edits)


def told_at(path: str, problems: Sequence[Problem]) -> Text:
    """What to say at the field that was changed; another field's problem by name."""
    for problem in problems:
        if problem.path == path:
            return problem.message
    return titled(problems[0])


def titled(problem: Problem) -> Text:
    """A problem with the title of its field."""
    path, message = problem.path, problem.message
    if not path:  # of code, not of a field
        return message
    known = path == NAME or path in FIELDS
    title = declared_at(path).declaration.title if known else Text(path, path)
    return Text(f"{title.en}: {message.en}", f"{title.zh}：{message.zh}")


def same(given: Any, held: Any) -> bool:
    """Whether a form's value is what the recipe holds; lists count as tuples."""
    if isinstance(given, list) and isinstance(held, tuple):
        return tuple(given) == held
    return (
        type(given) is type(held)
        and given == held
        or (isinstance(held, float) and not isinstance(given, bool) and given == held)
    )
