"""Which names a recipe may have on the page: those that files can have anywhere."""

import re

from webui.recipe.paths import NAME
from webui.recipe.problems import RecipeError

PLAIN = re.compile(r"\w([\w .-]{0,58}\w)?")
# Names of devices, which Windows gives no file.
TAKEN = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def refuse_name(name: str) -> None:
    """Refuse a name that no file could have.

    Raises:
        RecipeError: with what is wrong and what is allowed.
    """
    if not name:
        raise RecipeError.of(
            "is empty; give it one, such as my-rows.",
            "为空；请填写，如 my-rows。",
            NAME,
        )
    if not PLAIN.fullmatch(name):
        raise RecipeError.of(
            "may hold letters, digits, spaces, dots and dashes, 60 at most, and begins "
            "and ends with a letter or digit.",
            "只能包含字母、数字、空格、点和短横线，最多 60 个字符，"
            "且首尾须为字母或数字。",
            NAME,
        )
    if TAKEN.fullmatch(name):
        raise RecipeError.of(
            f"cannot be {name}: Windows gives no file this name.",
            f"不能为 {name}：Windows 不允许文件使用此名称。",
            NAME,
        )
