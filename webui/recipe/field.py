"""How one field of a recipe is declared: once, with everything others derive."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from webui.text import Text


@dataclass(frozen=True)
class Declaration:
    """What the page, the checks and the docs need beyond type and default.

    ``help`` is one short sentence or two; ``more`` is what stands behind a click.
    ``shown_when`` maps a path ("training.duration") to the value that the other
    field must have for this one to be shown, or to several that will do; ``file``
    marks a path that is relative to the folder of the recipe file; ``step`` makes a
    slider; without ``in_code`` a field is about the work and changes no code.
    """

    title: Text
    help: Text
    more: Text | None = None
    in_code: bool = True
    shown_when: dict[str, Any] | None = None
    file: bool = False
    lines: int = 1
    step: float | None = None
    choice_titles: dict[str, Text] | None = None
    suggestions: tuple[str, ...] = ()

    @property
    def whole_help(self) -> Text:
        """The help with what stands behind the click."""
        if self.more is None:
            return self.help
        return Text(f"{self.help.en} {self.more.en}", self.help.zh + self.more.zh)


class Section(BaseModel):
    """Base of the recipe's sections: frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False
    )


@dataclass(frozen=True)
class DeclaredField:
    """One field of the recipe, addressed by its path ("adapter.rank")."""

    path: str
    info: FieldInfo
    declaration: Declaration

    @property
    def default(self) -> Any:
        return self.info.default

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a ``Literal`` field; empty for every other type."""
        if get_origin(self.info.annotation) is Literal:
            return get_args(self.info.annotation)
        return ()

    @property
    def type(self) -> Any:
        """The plain type: ``int`` for ``int``, ``tuple`` for ``tuple[str, ...]``."""
        if self.choices:
            return str
        return get_origin(self.info.annotation) or self.info.annotation

    def bound(self, *names: str) -> float | None:
        """The first bound of these names ("ge", "gt", "le", "lt") that is declared."""
        for constraint in self.info.metadata:
            for name in names:
                if hasattr(constraint, name):
                    return float(getattr(constraint, name))
        return None


def field(
    default: Any,
    *,
    title: tuple[str, str],
    help: tuple[str, str],
    more: tuple[str, str] | None = None,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    max_length: int | None = None,
    **declared: Any,
) -> Any:
    """Declare a field: its default, its bounds, and its texts (English, Chinese)."""
    rest = Text(*more) if more else None
    texts: dict[str, Any] = {"title": Text(*title), "help": Text(*help), "more": rest}
    declaration = Declaration(**texts, **declared)
    # True is an int to Python; a recipe that says `rank: true` is a mistake.
    strict = True if isinstance(default, int | float) else None
    bounds: dict[str, Any] = {"ge": ge, "gt": gt, "le": le, "lt": lt}
    return Field(
        default,
        **bounds,
        max_length=max_length,
        strict=strict,
        json_schema_extra={"declaration": declaration},  # type: ignore[dict-item]
    )


def declared_fields(recipe: type[BaseModel]) -> Iterator[DeclaredField]:
    """Every declared field of a recipe class, in order, with its path."""
    for section_name, section_info in recipe.model_fields.items():
        section = section_info.annotation
        if not (isinstance(section, type) and issubclass(section, Section)):
            continue
        for name, info in section.model_fields.items():
            extra = info.json_schema_extra
            assert isinstance(extra, dict), f"{section_name}.{name} is not declared"
            declaration: Any = extra["declaration"]
            yield DeclaredField(f"{section_name}.{name}", info, declaration)
