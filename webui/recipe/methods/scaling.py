"""Methods that turn or scale what the frozen layers compute."""

from webui.recipe.methods.method import Method, Source
from webui.text import Text

OFT = Method(
    "oft",
    Text("OFT", "OFT（正交微调）"),
    Text(
        "A rotation of each target layer's weights learns, in small blocks: their "
        "lengths and the angles between them stay as they are.",
        "分块旋转每个目标层的权重，只训练这个旋转：权重向量的长度和彼此的夹角都不变。",
    ),
    "W (R x),  R = diag(R₁, R₂, …),  Rᵢ = (I + Qᵢ)(I − Qᵢ)⁻¹,  Qᵢᵀ = −Qᵢ",
    Source(
        "Qiu et al.",
        "Controlling Text-to-Image Diffusion by Orthogonal Finetuning",
        "2306.07280",
    ),
    Text(
        "When the model must forget as little as possible of what it knows. Larger "
        "blocks learn more and cost more.",
        "希望模型尽量少遗忘已有知识时使用。块越大学得越多，也越耗资源。",
    ),
)

IA3 = Method(
    "ia3",
    Text("IA³", "IA³（激活缩放）"),
    Text(
        "One vector for each target layer learns: it scales what the layer puts out, "
        "or what the MLP's last layer takes in.",
        "每个目标层只训练一个向量，用来缩放该层的输出"
        "（对 MLP 的最后一层则缩放其输入）。",
    ),
    "l ⊙ (W x);  for the MLP's last layer W (l ⊙ x)",
    Source(
        "Liu et al.",
        "Few-Shot Parameter-Efficient Fine-Tuning is Better and Cheaper than "
        "In-Context Learning",
        "2205.05638",
    ),
    Text(
        "When there are only a few dozen rows, or a tiny adapter is wanted. Give it a "
        "high learning rate (such as 3e-3 and more).",
        "只有几十条数据，或想要极小的适配器时使用。学习率要高（如 3e-3 以上）。",
    ),
)

LN_TUNING = Method(
    "ln_tuning",
    Text("Layer-norm tuning", "LayerNorm 微调"),
    Text(
        "Only the gains (and biases) of the model's own normalization layers learn; "
        "nothing is added.",
        "只训练模型自身归一化层的缩放系数（以及偏置），不增加任何模块。",
    ),
    "γ ⊙ norm(x) + β,  γ and β learn (an RMS norm has no β)",
    Source(
        "Zhao et al.",
        "Tuning LayerNorm in Attention: Towards Efficient Multi-Modal LLM Finetuning",
        "2312.11420",
    ),
    Text(
        "When the tone or the kind of input changes and little new has to be learned. "
        "It adds nothing to the model, so that answers come as fast as before.",
        "只需改变语气或适应新的输入类型、没有太多新知识时使用。"
        "不给模型增加任何计算，推理速度不变。",
    ),
)

SCALING = (OFT, IA3, LN_TUNING)
