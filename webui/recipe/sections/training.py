"""Section `training`: how long, how fast and in what order."""

from typing import Literal

from webui.recipe.field import Section, field
from webui.recipe.objectives import OBJECTIVES, ObjectiveName
from webui.recipe.sections.adapter import WITH_CHECKPOINTING
from webui.text import Text


class Training(Section):
    """How long, how fast and in what order the adapter learns."""

    objective: ObjectiveName = field(
        next(iter(OBJECTIVES)),
        title=("Objective", "训练目标"),
        help=(
            "What is learned from the rows, and so which rows it takes.",
            "从数据中学习什么，也决定需要怎样的数据。",
        ),
        choice_titles={name: each.title for name, each in OBJECTIVES.items()},
    )
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
            "Rows that pass at once. Lower it first when memory is short.",
            "一次送入模型的行数。内存不足时首先调小它。",
        ),
        ge=1,
        le=1024,
    )
    gradient_accumulation: int = field(
        1,
        title=("Gradient accumulation", "梯度累积"),
        help=(
            "Batches added up before one step.",
            "累积多少个批次再更新一次。",
        ),
        more=(
            "A larger batch for the same memory.",
            "不增加内存而等效放大批大小。",
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
    schedule: Literal[
        "linear",
        "cosine",
        "constant",
        "constant_with_warmup",
        "cosine_with_restarts",
        "polynomial",
        "inverse_sqrt",
    ] = field(
        "linear",
        title=("Schedule", "学习率调度"),
        help=(
            "How the learning rate goes from its peak to the end.",
            "学习率从峰值到结束的变化方式。",
        ),
        choice_titles={
            "linear": Text("linear, down to zero", "线性降到零"),
            "cosine": Text("cosine, down to zero", "余弦降到零"),
            "constant": Text("constant, without warm-up", "保持不变（无预热）"),
            "constant_with_warmup": Text("constant after warm-up", "预热后保持不变"),
            "cosine_with_restarts": Text("cosine, with a restart", "余弦（带重启）"),
            "polynomial": Text("polynomial", "多项式"),
            "inverse_sqrt": Text("inverse square root", "平方根倒数"),
        },
    )
    warmup_steps: float = field(
        0.05,
        title=("Warm-up", "预热"),
        help=(
            "Updates in which the rate rises from zero to its peak.",
            "学习率从零升到峰值所用的更新次数。",
        ),
        more=(
            "Below 1, their share of all updates: 0.05 is a twentieth, none of a few.",
            "小于 1 时为占全部更新的比例：0.05 即二十分之一，更新次数很少时不预热。",
        ),
        ge=0,
        le=100_000,
    )
    optimizer: Literal[
        "adamw_torch_fused",
        "adamw_8bit",
        "paged_adamw_8bit",
        "lion_8bit",
        "adafactor",
        "sgd",
    ] = field(
        "adamw_torch_fused",
        title=("Optimizer", "优化器"),
        help=(
            "What it remembers of earlier steps takes memory beside every weight that "
            "learns.",
            "它对先前各步的记录会为每个可训练权重占用内存。",
        ),
        choice_titles={
            "adamw_torch_fused": Text(
                "AdamW: 8 bytes a weight", "AdamW：每个权重 8 字节"
            ),
            "adamw_8bit": Text(
                "AdamW in 8 bits: 2 bytes a weight", "8 位 AdamW：每个权重 2 字节"
            ),
            "paged_adamw_8bit": Text(
                "AdamW in 8 bits, paged: 2 bytes, in main memory when the GPU is full",
                "分页 8 位 AdamW：2 字节，显存不足时移到主机内存",
            ),
            "lion_8bit": Text(
                "Lion in 8 bits: 1 byte a weight; a third of AdamW's learning rate",
                "8 位 Lion：每个权重 1 字节；学习率取 AdamW 的三分之一",
            ),
            "adafactor": Text(
                "Adafactor: a row and a column for each matrix",
                "Adafactor：每个矩阵只记一行一列",
            ),
            "sgd": Text(
                "SGD: nothing; needs a far larger learning rate",
                "SGD：不占用；需要大得多的学习率",
            ),
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
    )
    gradient_checkpointing: Literal["unsloth", "standard", "none"] = field(
        "unsloth",
        title=("Gradient checkpointing", "梯度检查点"),
        help=(
            "Compute activations again: much less memory, a third more time.",
            "重新计算激活值：显著节省显存，时间约多三分之一。",
        ),
        more=(
            "They are not kept. Unsloth's also moves what is kept to the machine's "
            "own memory.",
            "激活值不保存。Unsloth 的做法还会把保留的部分移到主机内存。",
        ),
        choice_titles={
            "unsloth": Text("Unsloth's", "Unsloth"),
            "standard": Text("standard", "标准"),
            "none": Text("off", "关闭"),
        },
        # Prefixes reach the layers through a cache, which checkpointing cannot use.
        shown_when={"adapter.method": WITH_CHECKPOINTING},
    )
    neftune_noise_alpha: float = field(
        0.0,
        title=("NEFTune noise", "NEFTune 噪声"),
        help=(
            "Noise on the embeddings while it trains; 5 is usual, 0 is off.",
            "训练时给嵌入加噪声；常用 5，0 表示关闭。",
        ),
        more=(
            "Against learning small data by heart.",
            "可防止小数据集被死记硬背。",
        ),
        ge=0,
        le=100,
    )
    group_by_length: bool = field(
        False,
        title=("Group by length", "按长度分组"),
        help=(
            "Rows of about the same length share a batch: less padding, so faster.",
            "把长度相近的数据放进同一批：填充更少，速度更快。",
        ),
    )
    auto_batch_size: bool = field(
        False,
        title=("Lower the batch size by itself", "自动减小批大小"),
        help=(
            "Begin again with a smaller batch until it fits.",
            "自动减小批大小重新开始，直到放得下。",
        ),
        more=(
            "When memory is not enough at the first step.",
            "在第一步内存不足时。",
        ),
    )
    max_minutes: float = field(
        0.0,
        title=("Time limit, in minutes", "时间上限（分钟）"),
        help=(
            "Stop after so long, and save; 0 is no limit. It counts anew after a "
            "resume.",
            "达到该时间后停止并保存；0 表示不限。继续训练后重新计时。",
        ),
        ge=0,
        le=1_000_000,
    )
    stop_at_loss: float = field(
        0.0,
        title=("Stop at loss", "损失达到即停"),
        help=(
            "Stop when the mean loss of ten steps is this low; 0 is off.",
            "连续十步的平均损失降到此值即停止；0 表示关闭。",
        ),
        ge=0,
        le=100,
    )
    save_every: int = field(
        100,
        title=("Checkpoint every", "检查点间隔"),
        help=(
            "Steps between checkpoints, from which a training that was cut off goes "
            "on.",
            "每隔多少步保存检查点；中断的训练可从检查点继续。",
        ),
        ge=1,
        le=1_000_000,
        # Each evaluation saves one of its own.
        shown_when={"evaluation.every": "no"},
    )
    keep_checkpoints: int = field(
        2,
        title=("Checkpoints kept", "保留的检查点"),
        help=(
            "The newest ones; the best by evaluation loss is kept as well.",
            "保留最近的若干个；评估损失最好的也会保留。",
        ),
        ge=1,
        le=1000,
    )
    auto_resume: bool = field(
        False,
        title=("Resume by itself", "自动继续"),
        help=(
            "Go on from the last checkpoint without being asked.",
            "自动从最后一个检查点继续。",
        ),
        more=(
            "When the kernel or the machine dies.",
            "在内核或机器意外退出之后。",
        ),
        in_code=False,
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
