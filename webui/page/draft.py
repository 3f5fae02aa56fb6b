"""The one draft of the recipe that the server holds, with a version number.

Every browser tab edits this draft. A field that was left is committed and raises
the version; other tabs take the fields that are newer than what they have seen.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from webui.errors import UserError
from webui.files import write_text
from webui.notebook.edits import NO_EDITS, Edits
from webui.page.edit import files as edit_files
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.paths import FIELDS, value_at, with_value
from webui.recipe.problems import Problem, RecipeError
from webui.recipe.store import dumps, with_values
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
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __post_init__(self) -> None:
        self.changed = dict.fromkeys(FIELDS, self.version)

    def commit(self, path: str, value: Any) -> int:
        """Put one field's value in; return the version in which it now stands.

        A value that does not fit is refused: the field keeps its last good value
        and ``problems`` says what is wrong.
        """
        with self.lock:
            if same(value, value_at(self.recipe, path)) and path not in self.problems:
                return self.changed[path]
            self.version += 1
            self.changed[path] = self.version
            if self.accept(path, value):
                self.retry()
            self.save()
            return self.version

    def accept(self, path: str, value: Any) -> bool:
        """Put a value in if it fits, else say what is wrong with it."""
        try:
            values = with_value(self.recipe.model_dump(), path, value)
            for other, empty in EMPTIES.get(path, {}).items():
                values = with_value(values, other, empty)
            self.recipe = check(values)
        except RecipeError as error:
            self.problems[path] = told_at(path, error.problems)
            self.refused[path] = value
            return False
        for changed in (path, *EMPTIES.get(path, ())):
            self.changed[changed] = self.version
            self.mended(changed)
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
        section, _, name = path.partition(".")
        inner = getattr(self.recipe, section)
        value = self.refused[path]
        value = tuple(value) if isinstance(value, list) else value
        changed = inner.model_copy(update={name: value})
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
                names = ", ".join(FIELDS[path].declaration.title.en for path in moved)
                chinese = "、".join(FIELDS[path].declaration.title.zh for path in moved)
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

    def replace(self, recipe: Recipe, edits: Edits = NO_EDITS) -> None:
        """Make another recipe the current one, in every tab, and what goes with it of
        code by hand. What does not is kept in its file, and that is to be told.
        """
        with self.lock:
            dropped = {n: e for n, e in self.edits.items() if edits.get(n) != e}
            if dropped and self.home:
                self.to_tell.append(edit_files.told_kept(self.home, dropped))
            self.version += 1
            self.recipe = recipe
            self.changed = dict.fromkeys(FIELDS, self.version)
            if self.edits != edits:
                self.hold(edits)
            self.problems, self.refused = {}, {}
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

    def save(self) -> None:
        """Keep the draft, so that a restarted server shows it again."""
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_text(self.file, dumps(self.recipe))
            edit_files.write(self.file.parent, self.edits)


def told_at(path: str, problems: Sequence[Problem]) -> Text:
    """What to say at the field that was changed; another field's problem by name."""
    for problem in problems:
        if problem.path == path:
            return problem.message
    return titled(problems[0])


def titled(problem: Problem) -> Text:
    """A problem with the title of its field."""
    path, message = problem.path, problem.message
    title = FIELDS[path].declaration.title if path in FIELDS else Text(path, path)
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
