"""Section `training`: how long, how fast and in what order."""

from typing import Literal

from webui.recipe.field import Section, Text, field
from webui.recipe.sections.adapter import WITH_CHECKPOINTING


class Training(Section):
    """How long, how fast and in what order the adapter learns."""

    duration: Literal["epochs", "steps"] = field(
        "epochs",
        title=("Train for", "训练时长按"),
        help=(
            "Count passes over the data (epochs) or optimizer steps.",
            "按遍历数据的轮数（epoch）或优化步数计。",
        ),
        choice_titles={
            "epochs": Text("epochs", "轮数"),
            "steps": Text("steps", "步数"),
        },
    )
    epochs: float = field(
        1.0,
        title=("Epochs", "轮数"),
        help=("Passes over the training rows.", "遍历训练数据的次数。"),
        gt=0,
        le=1000,
        shown_when={"training.duration": "epochs"},
    )
    steps: int = field(
        60,
        title=("Steps", "步数"),
        help=("Optimizer steps in all.", "优化器更新的总次数。"),
        ge=1,
        le=10_000_000,
        shown_when={"training.duration": "steps"},
    )
    batch_size: int = field(
        8,
        title=("Batch size", "批大小"),
        help=(
            "Rows that pass through the model at once. The first thing to lower "
            "when memory is short.",
            "一次送入模型的行数。内存不足时首先调小它。",
        ),
        ge=1,
        le=1024,
    )
    gradient_accumulation: int = field(
        1,
        title=("Gradient accumulation", "梯度累积"),
        help=(
            "Batches that are added up before one optimizer step: a larger batch "
            "for the same memory.",
            "累积多少个批次再更新一次：不增加内存而等效放大批大小。",
        ),
        ge=1,
        le=1024,
    )
    learning_rate: float = field(
        2e-4,
        title=("Learning rate", "学习率"),
        help=(
            "Size of a step. LoRA likes 1e-4 to 1e-3; halve it when the loss jumps.",
            "每步更新的幅度。LoRA 常用 1e-4 到 1e-3；损失跳动时减半。",
        ),
        gt=0,
        le=1,
    )
    schedule: Literal["linear", "cosine", "constant"] = field(
        "linear",
        title=("Schedule", "学习率调度"),
        help=(
            "How the learning rate goes from its peak to the end.",
            "学习率从峰值到结束的变化方式。",
        ),
        choice_titles={
            "linear": Text("linear, down to zero", "线性降到零"),
            "cosine": Text("cosine, down to zero", "余弦降到零"),
            "constant": Text("constant", "保持不变"),
        },
    )
    warmup_steps: int = field(
        5,
        title=("Warm-up steps", "预热步数"),
        help=(
            "Steps in which the learning rate rises from zero to its peak.",
            "学习率从零升到峰值所用的步数。",
        ),
        ge=0,
        le=100_000,
        advanced=True,
    )
    optimizer: Literal["adamw_torch_fused", "adamw_8bit"] = field(
        "adamw_torch_fused",
        title=("Optimizer", "优化器"),
        help=(
            "8-bit AdamW takes a quarter of the optimizer's memory; it needs a GPU.",
            "8 位 AdamW 只占四分之一的优化器内存，需要 GPU。",
        ),
        advanced=True,
        choice_titles={
            "adamw_torch_fused": Text("AdamW", "AdamW"),
            "adamw_8bit": Text("AdamW, 8-bit", "AdamW（8 位）"),
        },
    )
    weight_decay: float = field(
        0.0,
        title=("Weight decay", "权重衰减"),
        help=(
            "Pulls the adapter's weights toward zero a little at every step.",
            "每步把适配器权重略微拉向零。",
        ),
        ge=0,
        le=1,
        advanced=True,
    )
    max_grad_norm: float = field(
        1.0,
        title=("Gradient clipping", "梯度裁剪"),
        help=(
            "A gradient with a larger norm is scaled down to this.",
            "范数超过此值的梯度会被缩小到此值。",
        ),
        gt=0,
        le=1000,
        advanced=True,
    )
    gradient_checkpointing: Literal["unsloth", "standard", "none"] = field(
        "unsloth",
        title=("Gradient checkpointing", "梯度检查点"),
        help=(
            "Compute activations again instead of keeping them: much less memory, "
            "about a third more time. Unsloth's also moves what is kept to the "
            "machine's own memory.",
            "重新计算激活值而不保存：显著节省显存，时间约多三分之一。"
            "Unsloth 的做法还会把保留的部分移到主机内存。",
        ),
        choice_titles={
            "unsloth": Text("Unsloth's", "Unsloth"),
            "standard": Text("standard", "标准"),
            "none": Text("off", "关闭"),
        },
        # Prefixes reach the layers through a cache, which checkpointing cannot use.
        shown_when={"adapter.method": WITH_CHECKPOINTING},
        advanced=True,
    )
    save_every: int = field(
        100,
        title=("Checkpoint every", "检查点间隔"),
        help=(
            "Steps between checkpoints; the last two are kept.",
            "每隔多少步保存检查点；保留最近两个。",
        ),
        ge=1,
        le=1_000_000,
        advanced=True,
    )
    seed: int = field(
        3407,
        title=("Seed", "随机种子"),
        help=(
            "Same seed, same machine, same result.",
            "相同种子、相同机器，得到相同结果。",
        ),
        ge=0,
        le=2**32 - 1,
    )
