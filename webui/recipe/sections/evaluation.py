"""Section `evaluation`: how good the model is on the watched rows meanwhile."""

from typing import Literal

from webui.recipe.field import Section, field
from webui.text import Text

EVALUATED = {"evaluation.every": ("steps", "epoch")}


class Evaluation(Section):
    """When a training is judged by rows that it does not learn from, and what follows.

    Each evaluation saves a checkpoint.
    """

    every: Literal["no", "steps", "epoch"] = field(
        "no",
        title=("Evaluate", "评估"),
        help=(
            "Work out the loss on the watched rows, which are not trained on.",
            "计算评估数据上的损失，这些数据不参与训练。",
        ),
        more=(
            "The held-out rows are used only at the end.",
            "留出数据直到最后才使用。",
        ),
        choice_titles={
            "no": Text("never", "不评估"),
            "steps": Text("every few steps", "每隔若干步"),
            "epoch": Text("after each epoch", "每轮之后"),
        },
    )
    steps: int = field(
        50,
        title=("Steps between evaluations", "评估间隔步数"),
        help=(
            "Each evaluation takes time and saves a checkpoint.",
            "每次评估都要花时间，并保存一个检查点。",
        ),
        ge=1,
        le=1_000_000,
        shown_when={"evaluation.every": "steps"},
    )
    rows: int = field(
        0,
        title=("Watched rows", "评估数据条数"),
        help=(
            "Taken from the training rows; 0 is a tenth, 100 at most.",
            "从训练数据中划出；0 表示十分之一，最多一百条。",
        ),
        more=(
            "A sweep's trials are judged by them too.",
            "超参数搜索也用这些数据评判。",
        ),
        ge=0,
        le=1_000_000,
        shown_when=EVALUATED,
    )
    patience: int = field(
        0,
        title=("Early stopping", "提前停止"),
        help=(
            "Stop after so many evaluations without a lower loss; 0 is never.",
            "连续这么多次评估损失都没有降低就停止；0 表示不提前停止。",
        ),
        ge=0,
        le=1000,
        shown_when=EVALUATED,
    )
    keep_best: bool = field(
        False,
        title=("End with the best", "以最佳结果结束"),
        help=(
            "At the end, go back to the checkpoint with the lowest evaluation loss.",
            "训练结束后回到评估损失最低的检查点。",
        ),
        shown_when=EVALUATED,
    )
