"""What is wrong with a recipe, each problem one sentence at its field."""

from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from webui.errors import UserError
from webui.recipe.numbers import is_number, no_number, number_text
from webui.recipe.paths import FIELDS
from webui.recipe.sections import Recipe
from webui.text import Text


class Problem(NamedTuple):
    """One thing that is wrong with a recipe: the field's path and a sentence."""

    path: str
    message: Text

    def __str__(self) -> str:
        return f"{self.path}: {self.message.en}" if self.path else self.message.en


class RecipeError(UserError, ValueError):
    """A recipe that cannot be used; ``problems`` holds all that is wrong with it."""

    def __init__(self, problems: list[Problem], source: str = "") -> None:
        self.problems = problems
        where = Text(f"{source}: ", f"{source}：") if source else Text("", "")
        english = "\n".join(f"{where.en}{problem}" for problem in problems)
        chinese = "\n".join(f"{where.zh}{in_chinese(problem)}" for problem in problems)
        super().__init__(Text(english, chinese))
        self.args = (problems, source)  # by which it is made again in another process

    @classmethod
    def of(cls, english: str, chinese: str, path: str = "") -> "RecipeError":
        """The error of one problem, with a sentence in both languages."""
        return cls([Problem(path, Text(english, chinese))])


def in_chinese(problem: Problem) -> str:
    """A problem as a line, as ``str`` gives it in English."""
    path, message = problem.path, problem.message
    return f"{path}：{message.zh}" if path else message.zh


NUMBER = Text("must be a number, not {given}.", "应为数字，而不是 {given}。")
NAMED = Text("must be a list of `name: value`.", "应为 `名称: 值` 形式的列表。")
LISTED = Text("must be a list of values.", "应为取值列表。")
# What pydantic's errors say in the words of a recipe, by their types or the first words
# of these.
TOLD = {
    "literal_error": Text(
        "must be {expected}, not {given}.", "应为 {expected}，而不是 {given}。"
    ),
    "greater_than_equal": Text(
        "must be at least {ge}, not {given}.", "应至少为 {ge}，而不是 {given}。"
    ),
    "greater_than": Text(
        "must be above {gt}, not {given}.", "应大于 {gt}，而不是 {given}。"
    ),
    "less_than_equal": Text(
        "must be at most {le}, not {given}.", "应至多为 {le}，而不是 {given}。"
    ),
    "less_than": Text(
        "must be below {lt}, not {given}.", "应小于 {lt}，而不是 {given}。"
    ),
    "int": Text("must be a whole number, not {given}.", "应为整数，而不是 {given}。"),
    "float": NUMBER,
    "finite": NUMBER,
    "bool": Text("must be true or false.", "应为 true 或 false。"),
    "string_type": Text("must be text, not {given}.", "应为文本，而不是 {given}。"),
    "string_too_long": Text(
        "is longer than {max_length} characters.", "超过 {max_length} 个字符。"
    ),
    "string_pattern_mismatch": Text(
        "may hold letters, digits, spaces, dots and dashes, 60 at most.",
        "只能包含字母、数字、空格、点和短横线，最多 60 个字符。",
    ),
    "model": NAMED,
    "dict": NAMED,
    "list": LISTED,
    "tuple": LISTED,
    "invalid_key": Text(
        "has the key {key}, which is not a name.", "含有键 {key}，它不是名称。"
    ),
}
OTHER = Text("{msg}.", "不合法：{msg}。")


def explain(details: ErrorDetails) -> Problem:
    """A pydantic error as one sentence in the words of the recipe."""
    kind, location = details["type"], details["loc"]
    path = field_path(location[:-1] if kind == "invalid_key" else location)
    if kind == "extra_forbidden":
        return Problem(path, unknown_key(path))
    values = {
        **{name: number_text(bound) for name, bound in details.get("ctx", {}).items()},
        "given": shorten_given(details["input"]),
        "key": location[-1] if location else "",
        "msg": details["msg"],
    }
    if kind == "literal_error":
        values["expected"] = str(values["expected"]).replace("'", "")
    swept = f"{location[2]} " if path == "sweep.space" and len(location) > 2 else ""
    family = kind.partition("_")[0]
    told = TOLD.get(kind) or TOLD.get(family, OTHER)
    said = Text(*(swept + part.format(**values) for part in told))
    declared = FIELDS.get(path)
    if declared and is_number(declared) and family in ("int", "float", "finite"):
        said = no_number(declared, details["input"], said)
    return Problem(path, said)


def field_path(location: tuple[int | str, ...]) -> str:
    """The path of the field that a pydantic error is about or inside of."""
    path = ".".join(str(part) for part in location)
    return next((known for known in FIELDS if path.startswith(f"{known}.")), path)


def shorten_given(given: Any) -> str:
    """A value as it was given, cut to what fits in a sentence."""
    try:
        text = repr(given)
    except ValueError:
        return "a number of thousands of digits"
    return text if len(text) <= 80 else f"{text[:79]}…"


def unknown_key(path: str) -> Text:
    """Refuse an unknown key by name, with the nearest right one."""
    sections = tuple(Recipe.model_fields)
    section, _, name = path.rpartition(".")
    if path in sections:
        return Text(
            f"is a section; name one of its fields, as in {path}.field.",
            f"是一个小节；请指明其中的字段，如 {path}.字段。",
        )
    known = [p.rpartition(".")[2] for p in FIELDS if p.startswith(f"{section}.")]
    elsewhere = [p for p in FIELDS if name and p.endswith(f".{name}")]
    near = get_close_matches(name, known or sections, n=1, cutoff=0.5)
    if near or elsewhere:
        inside = f"{section}.{near[0]}" if near and section else "".join(near)
        nearest = elsewhere[0] if elsewhere else inside
        return Text(
            f"is not a field; did you mean {nearest}?",
            f"不是已知字段；是否想写 {nearest}？",
        )
    listing = ", ".join(known or sections)
    return Text(
        f"is not a field; known are: {listing}.", f"不是已知字段；可用：{listing}。"
    )
