"""Section `model`: which base model, and how its weights are held."""

from typing import Literal

from webui.recipe.field import Section, Text, field


class Model(Section):
    """Which base model, and how its weights are held in memory."""

    name: str = field(
        "starter",
        title=("Model", "模型"),
        help=(
            "'starter' (a small model that comes with Tunebook), a hub id such as "
            "unsloth/Llama-3.2-1B-Instruct, or a local folder.",
            "'starter'（随 Tunebook 提供的小模型）、模型库名称（如 "
            "unsloth/Llama-3.2-1B-Instruct）或本地文件夹。",
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
            "16 位权重精确；4 位权重（QLoRA）只占四分之一内存，质量略有损失。",
        ),
        choice_titles={"16bit": Text("16-bit", "16 位"), "4bit": Text("4-bit", "4 位")},
    )
    max_seq_length: int = field(
        512,
        title=("Longest sequence", "最大序列长度"),
        help=(
            "In tokens. A longer row is cut here; memory grows with it.",
            "单位为 token。超出的部分会被截断；越长越占内存。",
        ),
        ge=16,
        le=131072,
    )
