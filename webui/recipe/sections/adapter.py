"""Section `adapter`: which weights learn, by which method, and how many."""

from typing import Literal, get_args

from webui.recipe.field import Section, field
from webui.recipe.methods import METHODS
from webui.recipe.methods.method import MethodName
from webui.text import Text

ALL_LINEAR = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)
TARGETED = ("lora", "adalora", "vera", "loha", "lokr", "oft")
SCALED = ("lora", "adalora", "loha", "lokr")
PROMPTS = ("prompt_tuning", "prefix_tuning", "p_tuning", "p_tuning_v2")
PREFIXES = ("prefix_tuning", "p_tuning_v2")
WITH_CHECKPOINTING = tuple(m for m in get_args(MethodName) if m not in PREFIXES)


class Adapter(Section):
    """Which weights learn: an adapter on the frozen base, or a part of the base."""

    method: MethodName = field(
        "lora",
        title=("Method", "方法"),
        help=(
            "What learns. LoRA suits nearly every task.",
            "哪些参数参与学习。LoRA 适合几乎所有任务。",
        ),
        more=(
            "The text below explains each of the others.",
            "其他方法见下方说明。",
        ),
        choice_titles={name: method.title for name, method in METHODS.items()},
    )
    from_run: str = field(
        "",
        title=("Trains on from", "接着训练"),
        help=(
            "A finished run, whose trained weights this training begins with.",
            "从某次已完成运行训练好的权重开始。",
        ),
        more=(
            "Its id; its optimizer and schedule start anew. Empty: the untouched base.",
            "填写其名称；优化器状态与学习率调度重新开始。留空则从未改动的基座开始。",
        ),
        max_length=300,
    )
    rank: int = field(
        16,
        title=("Rank", "秩"),
        help=(
            "Width of the two small matrices. Higher learns and costs more.",
            "两个小矩阵的宽度。越大学得越多，也越耗资源。",
        ),
        more=(
            "They are added to each target module.",
            "这两个矩阵加在每个目标模块上。",
        ),
        ge=1,
        le=256,
        step=1,
        shown_when={"adapter.method": ("lora", "adalora", "vera", "loha", "lokr")},
    )
    initial_rank: int = field(
        24,
        title=("Rank at the start", "初始秩"),
        help=(
            "AdaLoRA begins with this rank everywhere.",
            "AdaLoRA 起初处处使用此秩。",
        ),
        more=(
            "It gives up what is used least, until the average is the rank above.",
            "随后剪去用得最少的部分，直到平均为上面的秩。",
        ),
        ge=1,
        le=512,
        shown_when={"adapter.method": "adalora"},
    )
    alpha: int = field(
        16,
        title=("Alpha", "Alpha"),
        help=(
            "Strength of the adapter: its output is scaled by alpha / rank.",
            "适配器的强度：其输出乘以 alpha / rank。",
        ),
        ge=1,
        le=512,
        step=1,
        shown_when={"adapter.method": SCALED},
    )
    block_size: int = field(
        32,
        title=("Block size", "块大小"),
        help=(
            "OFT turns the weights in blocks of this size; larger learn more.",
            "OFT 按此大小分块旋转权重；越大学得越多。",
        ),
        more=(
            "PEFT takes the nearest one that divides a module's width.",
            "PEFT 会取能整除模块宽度的最接近值。",
        ),
        ge=2,
        le=4096,
        shown_when={"adapter.method": "oft"},
    )
    dropout: float = field(
        0.0,
        title=("Dropout", "Dropout"),
        help=(
            "Share of the adapter's inputs dropped at random in training.",
            "训练时随机丢弃的适配器输入比例。",
        ),
        more=(
            "Helps against learning small data by heart.",
            "可防止小数据集被死记硬背。",
        ),
        ge=0,
        lt=1,
        shown_when={"adapter.method": TARGETED},
    )
    targets: Literal["names", "all-linear", "attention", "mlp", "regex"] = field(
        "names",
        title=("Targets", "目标"),
        help=("Which layers get an adapter.", "给哪些层加适配器。"),
        choice_titles={
            "names": Text("modules by name", "按名称"),
            "all-linear": Text("all linear layers", "所有线性层"),
            "attention": Text("attention only", "仅注意力"),
            "mlp": Text("MLP only", "仅 MLP"),
            "regex": Text("a regular expression", "正则表达式"),
        },
        shown_when={"adapter.method": TARGETED},
    )
    target_modules: tuple[str, ...] = field(
        (),
        title=("Target modules", "目标模块"),
        help=(
            "The linear layers that get an adapter. Empty: all of them.",
            "加适配器的线性层。留空表示全部。",
        ),
        more=(
            "q, k, v, o are attention; gate, up, down are the MLP. Empty means all "
            "those of the model's blocks, whatever they are called.",
            "q、k、v、o 属于注意力，gate、up、down 属于 MLP。留空：模型各层中的全部"
            "线性层，无论其名称。",
        ),
        suggestions=ALL_LINEAR,
        shown_when={"adapter.method": TARGETED, "adapter.targets": "names"},
    )
    target_regex: str = field(
        "",
        title=("Regular expression", "正则表达式"),
        help=(
            "Must match the whole name of a module.",
            "须匹配完整的模块名。",
        ),
        more=(
            r"`model\.layers\.\d+\.self_attn\.[qkvo]_proj` is every projection of "
            "the attention.",
            r"例如 `model\.layers\.\d+\.self_attn\.[qkvo]_proj` "
            "表示注意力的所有投影。",
        ),
        max_length=500,
        shown_when={"adapter.method": TARGETED, "adapter.targets": "regex"},
    )
    layers: str = field(
        "",
        title=("Layers", "层"),
        help=(
            "Only these layers get an adapter: '0-3, 28-31' or 'last 4'; empty "
            "means all.",
            "只给这些层加适配器，如“0-3, 28-31”或“last 4”；留空表示全部。",
        ),
        max_length=200,
        shown_when={"adapter.method": TARGETED},
    )
    experts: bool = field(
        False,
        title=("Experts too", "也适配专家"),
        help=(
            "In a mixture of experts: adapters on the experts as well.",
            "混合专家模型：也给专家加适配器。",
        ),
        more=(
            "They are not linear layers, and hold most of the weights.",
            "专家不是线性层，却占大部分权重。",
        ),
        shown_when={"adapter.method": "lora"},
    )
    modules_to_save: tuple[str, ...] = field(
        (),
        title=("Modules trained in full", "完整训练的模块"),
        help=(
            "These learn in full beside the adapter, and are saved with it.",
            "这些模块与适配器一起完整训练并保存。",
        ),
        more=(
            "embed_tokens and lm_head for new words. They are large.",
            "如为新词训练 embed_tokens 和 lm_head。它们很大。",
        ),
        suggestions=("embed_tokens", "lm_head"),
        shown_when={"adapter.method": TARGETED},
    )
    start: Literal["zero", "gaussian", "pissa", "olora", "eva", "loftq"] = field(
        "zero",
        title=("Start values", "初始值"),
        help=(
            "Where the two matrices begin.",
            "两个矩阵的起点。",
        ),
        more=(
            "At no effect (zero), or at a part of the weights or of the data that "
            "is likely to matter.",
            "零影响，或取自权重或数据中可能重要的部分。",
        ),
        choice_titles={
            "zero": Text("no effect (LoRA)", "零影响（LoRA）"),
            "gaussian": Text("no effect, Gaussian", "零影响（高斯）"),
            "pissa": Text(
                "largest parts of the weights (PiSSA)", "权重主成分（PiSSA）"
            ),
            "olora": Text("orthonormal parts (OLoRA)", "正交成分（OLoRA）"),
            "eva": Text("largest parts of the data (EVA)", "数据主成分（EVA）"),
            "loftq": Text("what 4 bits lose (LoftQ)", "4 位量化误差（LoftQ）"),
        },
        shown_when={"adapter.method": "lora"},
    )
    use_rslora: bool = field(
        False,
        title=("Rank-stabilized LoRA", "秩稳定 LoRA（rsLoRA）"),
        help=(
            "Scale by alpha / sqrt(rank) instead: steadier at high ranks.",
            "改用 alpha / sqrt(rank) 缩放：秩较大时更稳定。",
        ),
        shown_when={"adapter.method": "lora"},
    )
    use_dora: bool = field(
        False,
        title=("Weight-decomposed LoRA (DoRA)", "权重分解 LoRA（DoRA）"),
        help=(
            "Learn the length of each weight column apart from its direction.",
            "把权重每列的长度与方向分开学习。",
        ),
        more=(
            "Often better at low ranks, and slower.",
            "低秩时往往更好，但更慢。",
        ),
        shown_when={"adapter.method": "lora"},
    )
    lora_plus_ratio: float = field(
        1.0,
        title=("LoRA+ ratio", "LoRA+ 比例"),
        help=(
            "How many times faster the second matrix (B) learns.",
            "第二个矩阵（B）的学习率是第一个的多少倍。",
        ),
        more=(
            "1 is plain LoRA, 16 is usual for LoRA+.",
            "1 为普通 LoRA，LoRA+ 常用 16。",
        ),
        ge=1,
        le=1000,
        shown_when={"adapter.method": "lora"},
    )
    virtual_tokens: int = field(
        20,
        title=("Virtual tokens", "虚拟 token 数"),
        help=(
            "Learned vectors that stand before every text. They take room in the "
            "sequence.",
            "放在每段文本前面的可学习向量，会占用序列长度。",
        ),
        ge=1,
        le=4096,
        shown_when={"adapter.method": PROMPTS},
    )
    prompt_start: Literal["random", "text"] = field(
        "random",
        title=("Prompt starts from", "提示起点"),
        help=(
            "Random vectors, or those of a text that states the task.",
            "随机向量，或一段描述任务的文本的向量。",
        ),
        choice_titles={
            "random": Text("random vectors", "随机向量"),
            "text": Text("a text", "一段文本"),
        },
        shown_when={"adapter.method": "prompt_tuning"},
    )
    prompt_text: str = field(
        "",
        title=("Prompt's text", "提示文本"),
        help=(
            "The task in a few words; repeated or cut to the virtual tokens.",
            "用几个词描述任务；会重复或截断到虚拟 token 数。",
        ),
        max_length=5000,
        shown_when={"adapter.method": "prompt_tuning", "adapter.prompt_start": "text"},
    )
    prefix_projection: bool = field(
        True,
        title=("Prefix through an MLP", "用 MLP 编码前缀"),
        help=(
            "Make the prefix by a small MLP while it learns: steadier.",
            "学习时由一个小 MLP 产生前缀：更稳定。",
        ),
        more=(
            "As published. Without, the prefix itself learns.",
            "这是论文的做法；否则直接学习前缀本身。",
        ),
        shown_when={"adapter.method": "prefix_tuning"},
    )
    encoder: Literal["mlp", "lstm"] = field(
        "mlp",
        title=("Encoder", "编码器"),
        help=("What makes the prompt while it learns.", "学习时用什么产生提示。"),
        choice_titles={"mlp": Text("MLP", "MLP"), "lstm": Text("LSTM", "LSTM")},
        shown_when={"adapter.method": "p_tuning"},
    )
    encoder_hidden_size: int = field(
        128,
        title=("Encoder's width", "编码器宽度"),
        help=(
            "Hidden size of the encoder that makes the prompt or prefix.",
            "产生提示或前缀的编码器的隐藏层大小。",
        ),
        ge=1,
        le=16384,
        shown_when={"adapter.method": ("prefix_tuning", "p_tuning")},
    )
    last_layers: int = field(
        2,
        title=("Last layers that learn", "参与学习的最后几层"),
        help=(
            "All earlier layers, the embeddings and the head stay as they are.",
            "更早的层、词嵌入和输出头都保持不变。",
        ),
        ge=1,
        le=1000,
        shown_when={"adapter.method": "freeze"},
    )
    serve_with: Literal["any", "vllm", "older_vllm"] = field(
        "any",
        title=("Will be served by", "将用于"),
        help=(
            "Refuses now what that server could not load later.",
            "现在就拒绝该服务器以后无法加载的设置。",
        ),
        choice_titles={
            "any": Text("anything", "不限"),
            "vllm": Text("vLLM", "vLLM"),
            "older_vllm": Text(
                "an older vLLM (rank 64 at most)", "旧版 vLLM（秩不超过 64）"
            ),
        },
        in_code=False,
    )

    @property
    def saved_in_part(self) -> bool:
        """Whether PEFT saves less of what learns than a training needs to go on."""
        projected = self.method == "prefix_tuning" and self.prefix_projection
        return self.method in ("adalora", "p_tuning") or projected
