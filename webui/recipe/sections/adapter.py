"""Section `adapter`: which weights learn, and how many."""

from webui.recipe.field import Section, field

ALL_LINEAR = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)


class Adapter(Section):
    """Which weights learn, and how many: a LoRA adapter on the frozen base."""

    rank: int = field(
        16,
        title=("Rank", "秩"),
        help=(
            "Width of the two small matrices added to each target module. "
            "Higher learns more and costs more.",
            "加在每个目标模块上的两个小矩阵的宽度。越大学得越多，也越耗资源。",
        ),
        ge=1,
        le=256,
        step=1,
    )
    alpha: int = field(
        16,
        title=("Alpha", "Alpha"),
        help=(
            "Strength of the adapter: its output is scaled by alpha / rank.",
            "适配器的强度：其输出乘以 alpha / rank。",
        ),
        ge=1,
        le=1024,
        step=1,
    )
    dropout: float = field(
        0.0,
        title=("Dropout", "Dropout"),
        help=(
            "Share of the adapter's inputs that are dropped at random in training. "
            "Helps against learning small data by heart.",
            "训练时随机丢弃的适配器输入比例，可防止小数据集被死记硬背。",
        ),
        ge=0,
        lt=1,
    )
    target_modules: tuple[str, ...] = field(
        ALL_LINEAR,
        title=("Target modules", "目标模块"),
        help=(
            "The linear layers that get an adapter: q, k, v, o are attention; "
            "gate, up, down are the MLP.",
            "加适配器的线性层：q、k、v、o 属于注意力，gate、up、down 属于 MLP。",
        ),
        suggestions=ALL_LINEAR,
    )
    use_rslora: bool = field(
        False,
        title=("Rank-stabilized LoRA", "秩稳定 LoRA(rsLoRA)"),
        help=(
            "Scale by alpha / sqrt(rank) instead: steadier at high ranks.",
            "改用 alpha / sqrt(rank) 缩放：秩较大时更稳定。",
        ),
        advanced=True,
    )
