"""Section `sweep`: which settings to try one after the other."""

from typing import Any, Literal

from webui.recipe.field import Section, field
from webui.text import Text


class Sweep(Section):
    """Which settings to try one after the other on the base that is loaded."""

    method: Literal["grid", "random"] = field(
        "grid",
        title=("Search", "搜索方式"),
        help=(
            "Grid tries every combination; random draws some of them.",
            "网格搜索尝试所有组合；随机搜索只抽取其中一部分。",
        ),
        choice_titles={"grid": Text("grid", "网格"), "random": Text("random", "随机")},
    )
    trials: int = field(
        4,
        title=("Trials", "试验次数"),
        help=("At most this many are trained.", "最多训练这么多次。"),
        ge=1,
        le=200,
    )
    space: dict[str, list[Any]] = field(
        {},
        title=("Settings to try", "要尝试的设置"),
        help=(
            "Up to three fields, each with its values.",
            "最多三个字段，每个字段给出若干取值。",
        ),
    )
