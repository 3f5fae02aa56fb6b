"""Section `watch`: what is shown and told while a training goes on."""

from typing import Literal

from webui.recipe.field import Section, field
from webui.recipe.sections.evaluation import EVALUATED


class Watch(Section):
    """What is shown and told while a training goes on. It changes nothing learned."""

    prompts: tuple[str, ...] = field(
        (),
        title=("Sample prompts", "示例提示词"),
        help=(
            "Answered at the start and at each evaluation.",
            "在开始和每次评估时回答。",
        ),
        more=(
            "So you can watch the model learn. Without one, the prompt to compare "
            "is asked.",
            "便于观察模型的学习过程。留空则使用对比页的提示词。",
        ),
        max_length=8,
        in_code=False,
    )
    answer_tokens: int = field(
        48,
        title=("Longest sample answer", "示例回答最长"),
        help=("In tokens; 0 asks nothing.", "单位为 token；0 表示不提问。"),
        ge=0,
        le=2048,
        in_code=False,
    )
    ranked_rows: int = field(
        24,
        title=("Rows ranked by loss", "按损失排序的数据条数"),
        help=(
            "The loss of so many rows, one by one; 0 is off.",
            "逐条计算这么多数据的损失；0 表示关闭。",
        ),
        more=(
            "At each evaluation the best, the worst and a random one are shown.",
            "每次评估时显示最好、最差和随机的一条。",
        ),
        ge=0,
        le=10_000,
        shown_when=EVALUATED,
        in_code=False,
    )
    report_to: tuple[Literal["tensorboard", "trackio", "wandb"], ...] = field(
        (),
        title=("Also log to", "同时记录到"),
        help=(
            "tensorboard, trackio or wandb, if installed.",
            "已安装的 tensorboard、trackio 或 wandb。",
        ),
        more=(
            "wandb is Weights & Biases; keys are read from the environment.",
            "wandb 即 Weights & Biases；密钥从环境变量读取。",
        ),
        suggestions=("tensorboard", "trackio", "wandb"),
    )
