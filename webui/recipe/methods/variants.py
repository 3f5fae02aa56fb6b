"""Variants of LoRA: another scale, other start values, another base."""

from webui.recipe.methods.method import Method, Source
from webui.text import Text

RSLORA = Method(
    "rslora",
    Text("rsLoRA", "rsLoRA（秩稳定）"),
    Text(
        "The adapter is scaled by the square root of the rank, so that high ranks "
        "learn as fast as low ones.",
        "按秩的平方根缩放适配器，使高秩与低秩的学习速度相当。",
    ),
    "W x + (alpha / √rank) · B A x",
    Source(
        "Kalajdzievski",
        "A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA",
        "2312.03732",
    ),
    Text(
        "For ranks of 32 and more, where plain LoRA gains nothing from a higher rank.",
        "秩为 32 以上、普通 LoRA 提高秩已无收益时使用。",
    ),
)

DORA = Method(
    "dora",
    Text("DoRA", "DoRA（权重分解）"),
    Text(
        "Weights are split into length and direction: LoRA changes the direction, and "
        "a length for each output learns beside it.",
        "把权重分解为长度和方向：LoRA 调整方向，每个输出的长度另外训练。",
    ),
    "m ⊙ (V x) / ‖V‖,  V = W + (alpha / rank) · B A,  ‖V‖ for each output",
    Source("Liu et al.", "DoRA: Weight-Decomposed Low-Rank Adaptation", "2402.09353"),
    Text(
        "For low ranks (8 and less), where it often scores a little better than LoRA. "
        "It trains slower and takes more memory.",
        "秩较低（8 以下）时往往略好于 LoRA。训练更慢，占用内存也更多。",
    ),
)

LORA_PLUS = Method(
    "lora_plus",
    Text("LoRA+", "LoRA+（两种学习率）"),
    Text("B gets a higher learning rate than A.", "矩阵 B 使用比矩阵 A 更大的学习率。"),
    "η(B) = ratio · η(A)",
    Source(
        "Hayou, Ghosh, Yu",
        "LoRA+: Efficient Low Rank Adaptation of Large Models",
        "2402.12354",
    ),
    Text(
        "When LoRA learns slowly: a ratio of 4 to 16 needs no memory and often fewer "
        "steps. Lower the learning rate itself somewhat.",
        "LoRA 学得慢时使用：比值取 4 到 16，不增加内存，通常能减少步数。"
        "同时把学习率本身调低一些。",
    ),
)

PISSA = Method(
    "pissa",
    Text("PiSSA", "PiSSA（主成分初始化）"),
    Text(
        "A and B start as the strongest singular vectors of the weights, and the base "
        "keeps the rest.",
        "A 和 B 从权重最大的奇异值及奇异向量开始，基座保留其余部分。",
    ),
    "W = U S Vᵀ;  B = Uᵣ √Sᵣ,  A = √Sᵣ Vᵣᵀ,  frozen base W − B A  (alpha = rank)",
    Source(
        "Meng, Wang, Zhang",
        "PiSSA: Principal Singular Values and Singular Vectors Adaptation of Large "
        "Language Models",
        "2404.02948",
    ),
    Text(
        "When few steps are affordable: the loss falls faster than from zero. The base "
        "is changed, so the adapter must be converted for use with the plain base.",
        "训练步数有限时使用：损失比零初始化下降更快。"
        "基座权重被改动，与原基座搭配使用前需转换适配器。",
    ),
)

OLORA = Method(
    "olora",
    Text("OLoRA", "OLoRA（正交初始化）"),
    Text(
        "A and B start from the QR decomposition of the weights, with orthonormal "
        "columns, and the base keeps the rest.",
        "A 和 B 从权重的 QR 分解开始（列向量标准正交），基座保留其余部分。",
    ),
    "W = Q R;  B = Qᵣ,  A = Rᵣ,  frozen base W − (alpha / rank) · B A",
    Source(
        "Büyükakyüz",
        "OLoRA: Orthonormal Low-Rank Adaptation of Large Language Models",
        "2406.01775",
    ),
    Text(
        "As PiSSA, with a start that is quicker to compute. The base is changed here "
        "too, so the adapter must be converted for use with the plain base.",
        "用途与 PiSSA 相同，但初始化算得更快。基座权重同样被改动，"
        "与原基座搭配使用前需转换适配器。",
    ),
)

EVA = Method(
    "eva",
    Text("EVA", "EVA（数据驱动初始化）"),
    Text(
        "A starts as the main directions of what the layer sees in the training rows, "
        "and layers with more to explain get more ranks.",
        "A 从训练数据在该层输入中的主要方向开始；信息更多的层分到更大的秩。",
    ),
    "X = U S Vᵀ for the layer's inputs X;  A = Vᵣᵀ,  B = 0",
    Source(
        "Paischer et al.",
        "Parameter Efficient Fine-tuning via Explained Variance Adaptation",
        "2410.07170",
    ),
    Text(
        "When the rows differ much from what the model was trained on. It looks at "
        "some batches first; the base is not changed.",
        "数据与模型原有的训练数据差别较大时使用。需先看若干批数据；不改动基座。",
    ),
)

LOFTQ = Method(
    "loftq",
    Text("LoftQ", "LoftQ（量化感知初始化）"),
    Text(
        "A and B start as what quantizing the base loses, so that 4-bit base and "
        "adapter together begin close to the original weights.",
        "A 和 B 从量化造成的误差开始，使 4 位基座加适配器在起点就接近原始权重。",
    ),
    "min ‖W − Q − B A‖ over A and B;  Q is the quantized base  (alpha = rank)",
    Source(
        "Li et al.",
        "LoftQ: LoRA-Fine-Tuning-Aware Quantization for Large Language Models",
        "2310.08659",
    ),
    Text(
        "When the tuned model will be used on a base quantized to 4 bits or fewer and "
        "that alone costs quality.",
        "微调后的模型将在 4 位或更低位的量化基座上使用，且量化本身已有损失时使用。",
    ),
)

QLORA = Method(
    "qlora",
    Text("QLoRA", "QLoRA（4 位基座）"),
    Text(
        "The frozen base is kept in 4 bits and unpacked layer by layer; LoRA on top of "
        "it learns in 16 or 32 bits.",
        "冻结的基座以 4 位保存、逐层还原计算；其上的 LoRA 以 16 或 32 位训练。",
    ),
    "dequantize(W₄) x + (alpha / rank) · B A x",
    Source(
        "Dettmers, Pagnoni, Holtzman, Zettlemoyer",
        "QLoRA: Efficient Finetuning of Quantized LLMs",
        "2305.14314",
    ),
    Text(
        "When the base does not fit in 16 bits: weights take about a quarter. Training "
        "is somewhat slower.",
        "16 位基座放不下时使用：权重约占四分之一的内存。训练会慢一些。",
    ),
)

LORA_VARIANTS = (RSLORA, DORA, LORA_PLUS, PISSA, LOFTQ, OLORA, EVA, QLORA)
