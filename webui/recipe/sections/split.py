"""Section `split`: which rows are held out to measure the result."""

from typing import Literal

from webui.recipe.field import Section, field
from webui.recipe.sections.data import Files
from webui.text import Text

DRAWN = {"split.by": ("fraction", "count")}


class Split(Section):
    """Which rows are never trained on, so that they can measure the result."""

    by: Literal["fraction", "count", "column", "file"] = field(
        "fraction",
        title=("Held-out rows", "留出数据"),
        help=(
            "Rows that are never trained on; they measure the result.",
            "从不参与训练的数据，用来衡量效果。",
        ),
        choice_titles={
            "fraction": Text("a share of the rows", "按比例"),
            "count": Text("a number of rows", "按条数"),
            "column": Text("told by a column", "由某列指定"),
            "file": Text("in a file of their own", "单独的文件"),
        },
    )
    fraction: float = field(
        0.1,
        title=("Held-out share", "留出比例"),
        help=("Share of the rows that is held out.", "留出数据所占的比例。"),
        gt=0,
        lt=1,
        shown_when={"split.by": "fraction"},
    )
    count: int = field(
        100,
        title=("Held-out count", "留出条数"),
        help=("How many rows are held out.", "留出多少条数据。"),
        ge=1,
        le=10_000_000,
        shown_when={"split.by": "count"},
    )
    column: str = field(
        "split",
        title=("Column", "列"),
        help=(
            "The column that says which rows are held out.",
            "说明哪些数据留出的列。",
        ),
        max_length=300,
        shown_when={"split.by": "column"},
    )
    value: str = field(
        "test",
        title=("Value", "取值"),
        help=(
            "A row is held out when the column holds this.",
            "该列为此值的数据会被留出。",
        ),
        max_length=300,
        shown_when={"split.by": "column"},
    )
    files: Files = field(
        (),
        title=("Held-out files", "留出文件"),
        help=(
            "Rows in the same format as the training files.",
            "格式与训练文件相同的数据。",
        ),
        file=True,
        shown_when={"split.by": "file", "data.source": "files"},
    )
    hub_split: str = field(
        "test",
        title=("Held-out split", "留出划分"),
        help=(
            "The part of the hub's data set that is held out.",
            "模型库数据集中用作留出的部分。",
        ),
        max_length=300,
        shown_when={"split.by": "file", "data.source": "hub"},
    )
    stratify_by: str = field(
        "",
        title=("Stratify by", "分层依据"),
        help=(
            "A column, such as the label: each of its values is held out in the same "
            "share.",
            "某一列（如标签）：其每种取值按相同比例留出。",
        ),
        max_length=300,
        shown_when=DRAWN,
    )
    group_by: str = field(
        "",
        title=("Group by", "分组依据"),
        help=(
            "Rows with the same value here stay on one side.",
            "某列取值相同的数据留在同一侧。",
        ),
        more=(
            "A column, such as the author, so that nothing leaks from one side to "
            "the other.",
            "例如作者，避免一侧的内容泄漏到另一侧。",
        ),
        max_length=300,
        shown_when=DRAWN,
    )
