"""Numbers as people type them, and as the page shows them: as the code has them."""

import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Any

from webui.recipe.field import DeclaredField
from webui.text import Text

LONGEST = 40  # characters; no number of a recipe is longer
# One comma between digits is a decimal one, but for 1,000, which may be a thousand.
DECIMAL_COMMA = re.compile(r"([+-]?\d*),(\d+(?:e[+-]?\d+)?)", re.IGNORECASE)
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")

EMPTY = Text("is empty; it must be {what}{allowed}.", "为空；应为{what}{allowed}。")
WHOLE, NUMBER = Text("a whole number", "整数"), Text("a number", "数字")
ALLOWED = Text("; allowed: {}", "；允许的范围：{}")
AS_WRITTEN = Text(
    " Write decimals with a dot, and nothing between thousands.",
    "小数请用点号，千位之间不要分隔。",
)


def is_number(declared: DeclaredField) -> bool:
    """Whether a field holds a number."""
    return declared.type in (int, float)


def read_number(text: str, *, whole: bool) -> int | float | str:
    """The number that a text stands for; the text itself where that is not clear.

    Full-width digits, a comma for the decimals, blanks around it, 1_000 and 1e-4 are
    read. What could be meant in two ways (1,000) is not.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    if not plain or len(plain) > LONGEST or not is_written(plain):
        return text.strip()
    grouped = THOUSANDS.fullmatch(plain)
    if grouped and ("," in plain or whole):
        return text.strip()
    if comma := DECIMAL_COMMA.fullmatch(plain):
        plain = f"{comma[1] or 0}.{comma[2]}"
    try:
        exact = Decimal(plain)
    except InvalidOperation:
        return text.strip()
    number = float(exact)
    if not math.isfinite(number):
        return text.strip()
    return int(exact) if whole and number.is_integer() else number


def is_written(text: str) -> bool:
    """Whether a text has nothing but what numbers are written with; inf is a word."""
    return not set(text) - set("0123456789+-.,_eE") and text[-1] not in "_,"


def number_text(value: Any) -> str:
    """A number as its box shows it: as the code has it, but 1 for 1.0."""
    text = value if isinstance(value, str) else repr(value)
    return text.removesuffix(".0") if isinstance(value, float) else text


def allowed(declared: DeclaredField) -> Text | None:
    """Which numbers a field takes: "1 to 256"; None where all are."""
    bounds = (declared.bound(name) for name in ("ge", "gt", "le", "lt"))
    ge, gt, le, lt = (None if b is None else number_text(b) for b in bounds)
    if ge is not None and le is not None:
        return Text(f"{ge} to {le}", f"{ge} 到 {le}")
    told = [
        Text(english.format(bound), chinese.format(bound))
        for bound, english, chinese in (
            (ge, "{} or more", "不小于 {}"),
            (gt, "above {}", "大于 {}"),
            (le, "{} at most", "不大于 {}"),
            (lt, "below {}", "小于 {}"),
        )
        if bound is not None
    ]
    if not told:
        return None
    return Text(", ".join(t.en for t in told), "，".join(t.zh for t in told))


def no_number(declared: DeclaredField, given: Any, told: Text) -> Text:
    """What to say of a value that is no number: ``told``, and which are allowed."""
    range_ = allowed(declared)
    english = ALLOWED.en.format(range_.en) if range_ else ""
    chinese = ALLOWED.zh.format(range_.zh) if range_ else ""
    if given is None or given == "":
        what = WHOLE if declared.type is int else NUMBER
        return Text(
            EMPTY.en.format(what=what.en, allowed=english),
            EMPTY.zh.format(what=what.zh, allowed=chinese),
        )
    hint = AS_WRITTEN if is_grouped(given) else Text("", "")
    return Text(
        f"{told.en.removesuffix('.')}{english}.{hint.en}",
        f"{told.zh.removesuffix('。')}{chinese}。{hint.zh}",
    )


def is_grouped(given: Any) -> bool:
    """Whether a text is a number but for the signs between its digits."""
    return isinstance(given, str) and bool(re.fullmatch(r"\s*[\d.,' ]+\s*", given))
