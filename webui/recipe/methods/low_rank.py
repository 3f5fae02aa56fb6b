"""Methods that add a small change, made of small factors, to frozen weights."""

from webui.recipe.methods.method import Method, Source
from webui.text import Text

LORA = Method(
    "lora",
    Text("LoRA", "LoRA（低秩适配）"),
    Text(
        "Two small matrices beside each target layer learn; the base stays frozen.",
        "在每个目标层旁加两个小矩阵，只训练它们，基座模型保持不变。",
    ),
    "W x + (alpha / rank) · B A x",
    Source(
        "Hu et al.", "LoRA: Low-Rank Adaptation of Large Language Models", "2106.09685"
    ),
    Text(
        "The first choice. It learns most tasks nearly as well as full fine-tuning, "
        "the adapter is small, and serving engines such as vLLM read it.",
        "首选方法。多数任务上效果接近全参数微调，适配器体积小，vLLM 等推理引擎都支持。",
    ),
)

ADALORA = Method(
    "adalora",
    Text("AdaLoRA", "AdaLoRA（自适应秩）"),
    Text(
        "As LoRA, but written like a singular value decomposition: while it trains, "
        "unimportant ranks are cut, so that important layers keep more of them.",
        "与 LoRA 类似，但把增量写成奇异值分解的形式；训练中剪去不重要的秩，"
        "把名额留给更重要的层。",
    ),
    "W x + (alpha / r) · P Λ Q x,  Λ diagonal, r ranks left,  PᵀP ≈ Q Qᵀ ≈ I",
    Source(
        "Zhang et al.",
        "Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning",
        "2303.10512",
    ),
    Text(
        "When the adapter must stay small and you do not know which layers matter. It "
        "needs some hundred steps, for the ranks are cut little by little.",
        "适配器要小、又不知道哪些层重要时使用。秩是逐步剪去的，需要训练几百步。",
    ),
)

VERA = Method(
    "vera",
    Text("VeRA", "VeRA（共享随机矩阵）"),
    Text(
        "Two random matrices are shared by all layers and stay frozen; only two "
        "scaling vectors for each layer learn.",
        "所有层共用一对冻结的随机矩阵，每层只训练两个缩放向量。",
    ),
    "W x + b ⊙ (B (d ⊙ (A x))),  A and B random, frozen, shared",
    Source(
        "Kopiczko, Blankevoort, Asano",
        "VeRA: Vector-based Random Matrix Adaptation",
        "2310.11454",
    ),
    Text(
        "When many adapters must be stored or swapped: far fewer parameters than LoRA. "
        "Give it a higher rank (such as 256) and a higher learning rate than LoRA.",
        "需要保存或切换很多适配器时使用：参数量远少于 LoRA。"
        "秩（如 256）和学习率都应比 LoRA 大。",
    ),
)

LOHA = Method(
    "loha",
    Text("LoHa", "LoHa（哈达玛积）"),
    Text(
        "Two products of small matrices are multiplied entry by entry, so that the "
        "change has a rank of up to rank² for twice LoRA's parameters.",
        "把两组小矩阵的乘积逐元素相乘：参数量是 LoRA 的两倍，增量的秩最高可达 rank²。",
    ),
    "W x + (alpha / rank) · ((B₁ A₁) ⊙ (B₂ A₂)) x",
    Source(
        "Hyeon-Woo, Ye-Bin, Oh",
        "FedPara: Low-Rank Hadamard Product for Communication-Efficient Federated "
        "Learning",
        "2108.06098",
    ),
    Text(
        "When a small rank of LoRA is too narrow for the task. It is slower, for the "
        "whole change is multiplied out in every step.",
        "LoRA 的秩不够表达任务时使用。每步都要算出完整的增量矩阵，因此更慢。",
    ),
)

LOKR = Method(
    "lokr",
    Text("LoKr", "LoKr（克罗内克积）"),
    Text(
        "The change is the Kronecker product of a small matrix and a low-rank one; "
        "both learn.",
        "增量是一个小矩阵与一个低秩矩阵的克罗内克积，两者都参与训练。",
    ),
    "W x + (alpha / rank) · (C ⊗ (B A)) x",
    Source(
        "Yeh et al.",
        "Navigating Text-To-Image Customization: From LyCORIS Fine-Tuning to Model "
        "Evaluation",
        "2309.14859",
    ),
    Text(
        "When the adapter must be much smaller than LoRA's at the same rank. It is "
        "known best from image models.",
        "希望在相同的秩下适配器远小于 LoRA 时使用。它在图像模型上更常见。",
    ),
)

LOW_RANK = (LORA, ADALORA, VERA, LOHA, LOKR)
