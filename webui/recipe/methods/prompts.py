"""Methods that learn made-up tokens and leave every weight of the model as it is."""

from webui.recipe.methods.method import Method, Source
from webui.text import Text

PROMPT_TUNING = Method(
    "prompt_tuning",
    Text("Prompt tuning", "Prompt tuning（软提示）"),
    Text(
        "Some made-up tokens before every question learn: vectors at the place of word "
        "embeddings, at random or from a text you give.",
        "在每个问题前加若干虚拟 token，只训练它们的嵌入向量；"
        "可随机初始化，也可从一段文字开始。",
    ),
    "model([p₁ … pₙ, E(x)])",
    Source(
        "Lester, Al-Rfou, Constant",
        "The Power of Scale for Parameter-Efficient Prompt Tuning",
        "2104.08691",
    ),
    Text(
        "For large models (10B and more), where it comes close to full fine-tuning; "
        "small models learn little by it. Give it a very high learning rate.",
        "适合大模型（百亿参数以上），效果接近全参数微调；小模型上效果有限。"
        "学习率要很高。",
    ),
)

PREFIX_TUNING = Method(
    "prefix_tuning",
    Text("Prefix tuning", "Prefix tuning（前缀）"),
    Text(
        "Made-up keys and values before those of every attention layer learn, either "
        "by themselves or made by a small network (projection).",
        "在每一层注意力的键和值之前加可训练的前缀；"
        "前缀可直接训练，也可由一个小网络生成（投影）。",
    ),
    "Attention(q, [Pₖ; K], [Pᵥ; V]) in every layer;  with projection P = MLP(e)",
    Source(
        "Li, Liang",
        "Prefix-Tuning: Optimizing Continuous Prompts for Generation",
        "2101.00190",
    ),
    Text(
        "For generating text from structured data, with one prefix for each task. "
        "Projection makes training steadier and costs many more trainable parameters.",
        "适合从结构化数据生成文本，每个任务一个前缀。"
        "使用投影训练更稳定，但可训练参数会多很多。",
    ),
)

P_TUNING = Method(
    "p_tuning",
    Text("P-Tuning", "P-Tuning（提示编码器）"),
    Text(
        "As prompt tuning, but a small encoder (MLP or LSTM) makes the made-up tokens "
        "and learns with them; after training only the tokens are kept.",
        "与 prompt tuning 类似，但虚拟 token 由一个小编码器（MLP 或 LSTM）生成并"
        "一同训练；训练后只保留编码后的向量。",
    ),
    "model([f(p₁ … pₙ), E(x)]),  f = MLP or LSTM",
    Source("Liu et al.", "GPT Understands, Too", "2103.10385"),
    Text(
        "When prompt tuning is unsteady: the encoder ties the tokens together. On "
        "small models P-Tuning v2 or LoRA learns more.",
        "Prompt tuning 训练不稳定时使用：编码器让各个 token 相互关联。"
        "小模型建议用 P-Tuning v2 或 LoRA。",
    ),
)

P_TUNING_V2 = Method(
    "p_tuning_v2",
    Text("P-Tuning v2", "P-Tuning v2（深层提示）"),
    Text(
        "Made-up keys and values learn in every layer, directly and without an encoder "
        "(deep prompts).",
        "在每一层都加可训练的提示（键和值），直接训练，不经过编码器。",
    ),
    "Attention(q, [Pₖ; K], [Pᵥ; V]) in every layer,  P learned directly",
    Source(
        "Liu et al.",
        "P-Tuning v2: Prompt Tuning Can Be Comparable to Fine-tuning Universally "
        "Across Scales and Tasks",
        "2110.07602",
    ),
    Text(
        "When prompts are wanted on a small model or for hard tasks such as tagging: "
        "it reaches every layer. Try several prompt lengths.",
        "想在小模型或序列标注等较难任务上使用软提示时选用：提示作用于每一层。"
        "建议多试几种提示长度。",
    ),
)

PROMPTS = (PROMPT_TUNING, PREFIX_TUNING, P_TUNING, P_TUNING_V2)
