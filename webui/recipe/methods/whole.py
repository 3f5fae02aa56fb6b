"""Methods that train the model's own weights: all of them, or the last layers'."""

from webui.recipe.methods.method import Method, Source
from webui.text import Text

FREEZE = Method(
    "freeze",
    Text("Freeze tuning", "冻结微调（只训练最后几层）"),
    Text(
        "The weights of the model's last layers learn; earlier layers, embeddings and "
        "head are frozen.",
        "只训练模型最后几层的权重；前面的层、词嵌入和输出头全部冻结。",
    ),
    "Wᵢ learns for i > L − n,  n of L layers",
    Source(
        "Lee, Tang, Lin",
        "What Would Elsa Do? Freezing Layers During Transformer Fine-Tuning",
        "1911.03090",
    ),
    Text(
        "When real weights shall change but memory is short: nothing is kept for the "
        "frozen layers' backward pass. A quarter of the layers often does most of it.",
        "想改动模型本身的权重、但内存有限时使用：冻结的层无需反向传播。"
        "训练四分之一的层往往就能达到大部分效果。",
    ),
)

FULL = Method(
    "full",
    Text("Full fine-tuning", "全参数微调"),
    Text("Every weight of the model learns.", "模型的所有权重都参与训练。"),
    "W ← W − η · u(∇L) for every W,  u from the optimizer",
    Source(
        "Howard, Ruder",
        "Universal Language Model Fine-tuning for Text Classification",
        "1801.06146",
    ),
    Text(
        "When there are many rows and memory for weights, gradients and optimizer of "
        "the whole model. Give it a small learning rate (1e-5 to 1e-4).",
        "数据很多，且内存放得下整个模型的权重、梯度和优化器状态时使用。"
        "学习率要小（1e-5 到 1e-4）。",
    ),
)

WHOLE = (FREEZE, FULL)
