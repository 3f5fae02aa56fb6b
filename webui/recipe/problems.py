"""What is wrong with a recipe, each problem one sentence at its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from webui.errors import UserError
from webui.recipe.paths import FIELDS
from webui.recipe.sections import Recipe
from webui.text import Text


@dataclass(frozen=True)
class Problem:
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


def explain(details: ErrorDetails) -> Problem:
    """A pydantic error as one sentence in the words of the recipe."""
    path = field_path(details["loc"])
    given, limits = shorten_given(details["input"]), details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            message = unknown_key(path)
        case "literal_error":
            expected = str(limits["expected"]).replace("'", "")
            message = Text(
                f"must be {expected}, not {given}.",
                f"应为 {expected}，而不是 {given}。",
            )
        case "greater_than_equal" | "greater_than" | "less_than_equal" | "less_than":
            message = out_of_bounds(details["type"], limits, given)
        case "int_type" | "int_from_float" | "int_parsing":
            message = Text(
                f"must be a whole number, not {given}.",
                f"应为整数，而不是 {given}。",
            )
        case "float_type" | "finite_number" | "float_parsing":
            message = Text(
                f"must be a number, not {given}.", f"应为数字，而不是 {given}。"
            )
        case "bool_type" | "bool_parsing":
            message = Text("must be true or false.", "应为 true 或 false。")
        case "string_type":
            message = Text(f"must be text, not {given}.", f"应为文本，而不是 {given}。")
        case "string_too_long":
            message = Text(
                f"is longer than {limits['max_length']} characters.",
                f"超过 {limits['max_length']} 个字符。",
            )
        case "string_pattern_mismatch":
            message = Text(
                "may hold letters, digits, spaces, dots and dashes, 60 at most.",
                "只能包含字母、数字、空格、点和短横线，最多 60 个字符。",
            )
        case "model_type" | "model_attributes_type" | "dict_type":
            message = Text(
                "must be a list of `name: value`.", "应为 `名称: 值` 形式的列表。"
            )
        case "invalid_key":
            path, key = field_path(details["loc"][:-1]), details["loc"][-1]
            message = Text(
                f"has the key {key}, which is no name.", f"含有键 {key}，它不是名称。"
            )
        case "list_type" | "tuple_type":
            message = Text("must be a list of values.", "应为取值列表。")
        case _:
            message = Text(f"{details['msg']}.", f"不合法：{details['msg']}。")
    if path == "sweep.space" and len(details["loc"]) > 2:
        swept = details["loc"][2]
        message = Text(f"{swept} {message.en}", f"{swept} {message.zh}")
    return Problem(path, message)


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


def out_of_bounds(kind: str, limits: Mapping[str, Any], given: str) -> Text:
    """A number beyond one of its bounds."""
    english, chinese, bound = {
        "greater_than_equal": ("at least", "至少为", limits.get("ge")),
        "greater_than": ("above", "大于", limits.get("gt")),
        "less_than_equal": ("at most", "至多为", limits.get("le")),
        "less_than": ("below", "小于", limits.get("lt")),
    }[kind]
    return Text(
        f"must be {english} {bound}, not {given}.",
        f"应{chinese} {bound}，而不是 {given}。",
    )
