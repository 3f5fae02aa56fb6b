"""The sections of a recipe and all of their fields: the one place to add a field."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from webui.recipe.field import Section, Text, field

ALL_LINEAR = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)


class Model(Section):
    """Which base model, and how its weights are held in memory."""

    name: str = field(
        "starter",
        title=("Model", "模型"),
        help=(
            "'starter' (a small model that comes with Tunebook), a hub id such as "
            "unsloth/Llama-3.2-1B-Instruct, or a local folder.",
            "'starter'(随 Tunebook 提供的小模型)、模型库名称(如 "
            "unsloth/Llama-3.2-1B-Instruct)或本地文件夹。",
        ),
        max_length=300,
        suggestions=(
            "starter",
            "unsloth/SmolLM2-360M-Instruct",
            "unsloth/Qwen2.5-0.5B-Instruct",
            "unsloth/Llama-3.2-1B-Instruct",
        ),
    )
    precision: Literal["16bit", "4bit"] = field(
        "16bit",
        title=("Precision of the base", "基座精度"),
        help=(
            "16-bit weights are exact; 4-bit weights (QLoRA) take a quarter of the "
            "memory and lose a little quality.",
            "16 位权重精确;4 位权重(QLoRA)只占四分之一内存,质量略有损失。",
        ),
        choice_titles={"16bit": Text("16-bit", "16 位"), "4bit": Text("4-bit", "4 位")},
    )
    max_seq_length: int = field(
        512,
        title=("Longest sequence", "最大序列长度"),
        help=(
            "In tokens. A longer row is cut here; memory grows with it.",
            "单位为 token。超出的部分会被截断;越长越占内存。",
        ),
        ge=16,
        le=131072,
    )


class Data(Section):
    """Which rows to learn from, and how a row becomes a conversation."""

    train_file: str = field(
        "",
        title=("Training file", "训练文件"),
        help=(
            "JSON, JSONL or CSV. Upload one above, pick one, or give a path.",
            "JSON、JSONL 或 CSV。可在上方上传、从列表选择,或填写路径。",
        ),
        max_length=1000,
        file=True,
    )
    heldout_file: str = field(
        "",
        title=("Held-out file", "留出文件"),
        help=(
            "Rows that are never trained on; they measure the result. "
            "Empty: a part of the training file is held out.",
            "从不参与训练的数据,用来衡量效果。留空则从训练文件中留出一部分。",
        ),
        max_length=1000,
        file=True,
    )
    heldout_fraction: float = field(
        0.1,
        title=("Held-out share", "留出比例"),
        help=(
            "Share of the training file that is held out.",
            "从训练文件中留出的比例。",
        ),
        gt=0,
        lt=1,
        shown_when={"data.heldout_file": ""},
    )
    format: Literal["alpaca", "prompt_completion", "messages"] = field(
        "alpaca",
        title=("Format", "格式"),
        help=(
            "Which columns hold the question and the answer.",
            "问题和回答分别在哪些列。",
        ),
        choice_titles={
            "alpaca": Text(
                "alpaca: instruction, input, output",
                "alpaca:instruction、input、output",
            ),
            "prompt_completion": Text("prompt, completion", "prompt、completion"),
            "messages": Text(
                "messages: a list of role and content", "messages:role 与 content 列表"
            ),
        },
    )
    system_prompt: str = field(
        "",
        title=("System prompt", "系统提示词"),
        help=(
            "Put before every conversation. Empty: what the model's own template does.",
            "放在每段对话之前。留空则按模型自带模板处理。",
        ),
        max_length=4000,
        lines=2,
        advanced=True,
    )
    train_on: Literal["answers", "everything"] = field(
        "answers",
        title=("Train on", "训练范围"),
        help=(
            "'Answers only' hides the question from the loss, so that the model "
            "learns to answer and not to ask.",
            "“只训练回答”会把问题排除在损失之外,模型学的是回答而不是提问。",
        ),
        advanced=True,
        choice_titles={
            "answers": Text("answers only", "只训练回答"),
            "everything": Text("every token", "全部 token"),
        },
    )


class Adapter(Section):
    """Which weights learn, and how many: a LoRA adapter on the frozen base."""

    rank: int = field(
        16,
        title=("Rank", "秩"),
        help=(
            "Width of the two small matrices added to each target module. "
            "Higher learns more and costs more.",
            "加在每个目标模块上的两个小矩阵的宽度。越大学得越多,也越耗资源。",
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
            "适配器的强度:其输出乘以 alpha / rank。",
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
            "训练时随机丢弃的适配器输入比例,可防止小数据集被死记硬背。",
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
            "加适配器的线性层:q、k、v、o 属于注意力,gate、up、down 属于 MLP。",
        ),
        suggestions=ALL_LINEAR,
    )
    use_rslora: bool = field(
        False,
        title=("Rank-stabilized LoRA", "秩稳定 LoRA(rsLoRA)"),
        help=(
            "Scale by alpha / sqrt(rank) instead: steadier at high ranks.",
            "改用 alpha / sqrt(rank) 缩放:秩较大时更稳定。",
        ),
        advanced=True,
    )


class Training(Section):
    """How long, how fast and in what order the adapter learns."""

    duration: Literal["epochs", "steps"] = field(
        "epochs",
        title=("Train for", "训练时长按"),
        help=(
            "Count passes over the data (epochs) or optimizer steps.",
            "按遍历数据的轮数(epoch)或优化步数计。",
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
            "累积多少个批次再更新一次:不增加内存而等效放大批大小。",
        ),
        ge=1,
        le=1024,
    )
    learning_rate: float = field(
        2e-4,
        title=("Learning rate", "学习率"),
        help=(
            "Size of a step. LoRA likes 1e-4 to 1e-3; halve it when the loss jumps.",
            "每步更新的幅度。LoRA 常用 1e-4 到 1e-3;损失跳动时减半。",
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
            "8 位 AdamW 只占四分之一的优化器内存,需要 GPU。",
        ),
        advanced=True,
        choice_titles={
            "adamw_torch_fused": Text("AdamW", "AdamW"),
            "adamw_8bit": Text("AdamW, 8-bit", "AdamW(8 位)"),
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
    gradient_checkpointing: bool = field(
        True,
        title=("Gradient checkpointing", "梯度检查点"),
        help=(
            "Compute activations again instead of keeping them: much less memory, "
            "about a third more time.",
            "重新计算激活值而不保存:显著节省内存,时间约多三分之一。",
        ),
        advanced=True,
    )
    save_every: int = field(
        100,
        title=("Checkpoint every", "检查点间隔"),
        help=(
            "Steps between checkpoints; the last two are kept.",
            "每隔多少步保存检查点;保留最近两个。",
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
            "相同种子、相同机器,得到相同结果。",
        ),
        ge=0,
        le=2**32 - 1,
    )


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
            "0 表示总取最可能的 token;越高越多样。",
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
        advanced=True,
    )
    scored_rows: int = field(
        100,
        title=("Rows to score", "评分行数"),
        help=(
            "How many held-out rows both models answer; the score is the share of "
            "answers that match exactly.",
            "让两个模型回答多少条留出数据;得分为完全一致的比例。",
        ),
        ge=1,
        le=100_000,
        advanced=True,
    )


class Sweep(Section):
    """Which settings to try one after the other on the base that is loaded."""

    method: Literal["grid", "random"] = field(
        "grid",
        title=("Search", "搜索方式"),
        help=(
            "Grid tries every combination; random draws some of them.",
            "网格搜索尝试所有组合;随机搜索只抽取其中一部分。",
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
            "最多三个字段,每个字段给出若干取值。",
        ),
    )


class Recipe(BaseModel):
    """Everything the user asks for. ``name`` is a label and changes no code."""

    # Python's own regular expressions: what is a letter is not the same to others.
    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, regex_engine="python-re"
    )

    name: str = Field("untitled", pattern=r"^[\w .-]{1,60}\Z")
    model: Model = Model()
    data: Data = Data()
    adapter: Adapter = Adapter()
    training: Training = Training()
    compare: Compare = Compare()
    sweep: Sweep = Sweep()
