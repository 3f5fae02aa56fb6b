"""Section `compare`: what to ask the base and the tuned model."""

from webui.recipe.field import Section, field


class Compare(Section):
    """What to ask the base and the tuned model, and how they answer."""

    prompt: str = field(
        "",
        title=("Prompt", "提示词"),
        help=(
            "Asked to the base model and to the tuned one, with the same settings.",
            "用相同设置同时询问基座模型和微调后的模型。",
        ),
        max_length=20_000,
        lines=4,
    )
    max_new_tokens: int = field(
        128,
        title=("Longest answer", "最长回答"),
        help=("In tokens.", "单位为 token。"),
        ge=1,
        le=8192,
    )
    temperature: float = field(
        0.0,
        title=("Temperature", "温度"),
        help=(
            "0 always takes the likeliest token; higher is more varied.",
            "0 表示总取最可能的 token；越高越多样。",
        ),
        ge=0,
        le=5,
    )
    seed: int = field(
        0,
        title=("Seed", "随机种子"),
        help=("For a temperature above 0.", "温度大于 0 时起作用。"),
        ge=0,
        le=2**32 - 1,
    )
    scored_rows: int = field(
        100,
        title=("Rows to score", "评分行数"),
        help=(
            "How many held-out rows both models answer.",
            "让两个模型回答多少条留出数据。",
        ),
        more=(
            "The score is the share of answers that match exactly.",
            "得分为完全一致的比例。",
        ),
        ge=1,
        le=100_000,
    )
