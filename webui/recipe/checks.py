"""Turn plain values into a recipe, or report every problem at once at its field."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from webui.recipe.combinations import combinations
from webui.recipe.field import DeclaredField, Text, declared_fields
from webui.recipe.formats import FORMATS
from webui.recipe.sections import Recipe

FIELDS: dict[str, DeclaredField] = {f.path: f for f in declared_fields(Recipe)}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a recipe: the field's path and a sentence."""

    path: str
    message: Text

    def __str__(self) -> str:
        return f"{self.path}: {self.message.en}" if self.path else self.message.en


class RecipeError(ValueError):
    """A recipe that cannot be used; ``problems`` holds all that is wrong with it."""

    def __init__(self, problems: list[Problem], source: str = "") -> None:
        self.problems = problems
        where = f"{source}: " if source else ""
        super().__init__("\n".join(f"{where}{problem}" for problem in problems))


def check(values: Mapping[str, Any]) -> Recipe:
    """The recipe that these nested values describe.

    Raises:
        RecipeError: with every problem found, in the order of the fields.
    """
    problems = []
    try:
        recipe = Recipe.model_validate(dict(values))
    except ValidationError as error:
        problems = [explain(details) for details in error.errors()]
        recipe = valid_part(values, {problem.path for problem in problems})
    if problems := problems + rules(recipe):
        raise RecipeError(problems)
    return recipe


def valid_part(values: Mapping[str, Any], wrong: set[str]) -> Recipe:
    """The recipe without its wrong fields, to see what else is wrong with it."""
    kept: dict[str, Any] = {}
    for path in FIELDS:
        section, _, name = path.partition(".")
        inner = values.get(section)
        if path not in wrong and isinstance(inner, Mapping) and name in inner:
            kept = with_value(kept, path, inner[name])
    return Recipe.model_validate(kept)


def explain(details: ErrorDetails) -> Problem:
    """A pydantic error as one sentence in the words of the recipe."""
    path = field_path(details["loc"])
    given, limits = shown(details["input"]), details.get("ctx", {})
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
                "must be a list of `name: value`.", "应为“名称： 值”的列表。"
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


def shown(given: Any) -> str:
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
            f"不是已知字段；是否想写 {nearest}?",
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


def rules(recipe: Recipe) -> list[Problem]:
    """Problems that need more than one field to see."""
    problems = [Problem(path, text) for path, text in combinations(recipe)]
    return problems + data_rules(recipe) + sweep_rules(recipe)


def data_rules(recipe: Recipe) -> list[Problem]:
    """What does not go together in the sections about data."""
    data, split = recipe.data, recipe.split
    problems = []
    if split.by == "file" and trained_on(recipe):
        field = "split.files" if data.source == "files" else "split.hub_split"
        text = Text(
            "names what is trained on; such rows measure nothing.",
            "与训练数据相同；训练过的数据无法衡量效果。",
        )
        problems.append(Problem(field, text))
    roles = [role.name for role in FORMATS[data.format].roles]
    for role in data.columns:
        if role not in roles:
            text = Text(
                f"has {role}, which the format {data.format} does not know; it has "
                f"{', '.join(roles)}.",
                f"中的 {role} 不属于 {data.format} 格式；可用：{'、'.join(roles)}。",
            )
            problems.append(Problem("data.columns", text))
    if data.template == "custom" and not data.custom_template:
        text = Text("is empty; write a Jinja template.", "为空；请填写 Jinja 模板。")
        problems.append(Problem("data.custom_template", text))
    if split.stratify_by and split.group_by:
        text = Text(
            "cannot be used together with stratify_by; choose one.",
            "不能与 stratify_by 同时使用；请选择其一。",
        )
        problems.append(Problem("split.group_by", text))
    return problems


def trained_on(recipe: Recipe) -> bool:
    """Whether the held-out rows come from where the training rows do."""
    if recipe.data.source == "hub":
        return recipe.data.hub_split == recipe.split.hub_split
    return bool({*recipe.data.train_files} & {*recipe.split.files})


# These decide which lines a cell has, and a sweep has one cell for all its trials.
DECIDES_CODE = (
    "adapter.method",
    "adapter.targets",
    "adapter.target_regex",
    "adapter.layers",
    "adapter.start",
    "adapter.lora_plus_ratio",
    "adapter.prompt_start",
    "adapter.prompt_text",
    "adapter.encoder",
    "adapter.serve_with",
    "training.duration",
    "training.gradient_checkpointing",
    "training.group_by_length",
    "training.auto_batch_size",
    "training.max_minutes",
    "training.stop_at_loss",
    "training.save_every",
    "training.keep_checkpoints",
    "training.auto_resume",
)
SWEEPABLE: dict[str, DeclaredField] = {
    path: declared
    for path, declared in FIELDS.items()
    if path.startswith(("adapter.", "training."))
    # What is swept must be a plain value that the adapter or train cell reads.
    and declared.type in (int, float, str, bool)
    and path not in DECIDES_CODE
}


def sweep_rules(recipe: Recipe) -> list[Problem]:
    """Each swept field must be sweepable and each of its values valid there."""

    def problem(english: str, chinese: str) -> Problem:
        return Problem("sweep.space", Text(english, chinese))

    if len(recipe.sweep.space) > 3:
        return [problem("has more than three fields.", "超过三个字段。")]
    problems = []
    for path, values in recipe.sweep.space.items():
        if path not in SWEEPABLE:
            near = get_close_matches(path, SWEEPABLE, n=1, cutoff=0.3)
            known = near[0] if near else ", ".join(SWEEPABLE)
            problems.append(
                problem(
                    f"{path} cannot be swept; try {known}.",
                    f"{path} 不能搜索；可用 {known}。",
                )
            )
        elif not values:
            problems.append(problem(f"{path} has no values.", f"{path} 没有取值。"))
        elif not applies(SWEEPABLE[path], recipe):
            problems.append(
                problem(
                    f"{path} has no effect with these settings.",
                    f"{path} 在当前设置下不起作用。",
                )
            )
        else:
            problems += [
                Problem("sweep.space", Text(f"{path} {m.en}", f"{path} {m.zh}"))
                for value in values
                for m in messages_for(recipe, path, value)
            ]
    return problems


def applies(declared: DeclaredField, recipe: Recipe) -> bool:
    """Whether a field has any effect, given what the others are set to."""
    conditions = declared.declaration.shown_when or {}
    return all(
        value_at(recipe, path) in (value if isinstance(value, tuple) else (value,))
        for path, value in conditions.items()
    )


def messages_for(recipe: Recipe, path: str, value: Any) -> list[Text]:
    """What is wrong with one value of one field, were it put into this recipe."""
    try:
        changed = Recipe.model_validate(with_value(recipe.model_dump(), path, value))
    except ValidationError as error:
        return [explain(details).message for details in error.errors()]
    # What the recipe cannot do anyway is told of the recipe itself.
    known = [*combinations(recipe)]
    return [
        Text(f"with {value}: {field} {text.en}", f"取 {value} 时：{field} {text.zh}")
        for field, text in combinations(changed)
        if (field, text) not in known
    ]


def with_value(values: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of nested values with one of them replaced."""
    section, _, name = path.rpartition(".")
    if not section:
        return {**values, name: value}
    inner = values.get(section)
    return {
        **values,
        section: {**(inner if isinstance(inner, dict) else {}), name: value},
    }


def value_at(recipe: Recipe, path: str) -> Any:
    """The value of one field of a recipe."""
    section, _, name = path.partition(".")
    return getattr(getattr(recipe, section), name)
