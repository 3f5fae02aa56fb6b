"""Section `model`: which base model, and how its weights are held."""

from typing import Literal

from webui.recipe.field import Section, field
from webui.text import Text


class Model(Section):
    """Which base model, and how its weights are held in memory."""

    name: str = field(
        "starter",
        title=("Model", "模型"),
        help=(
            "'starter', a model's id on the hub, or a local folder.",
            "'starter'、模型库名称或本地文件夹。",
        ),
        more=(
            "'starter' is a small model that comes with Tunebook; an id on the hub "
            "looks like unsloth/Llama-3.2-1B-Instruct.",
            "'starter' 是随 Tunebook 提供的小模型；模型库名称如 "
            "unsloth/Llama-3.2-1B-Instruct。",
        ),
        max_length=300,
        suggestions=(
            "starter",
            "unsloth/SmolLM2-360M-Instruct",
            "unsloth/Qwen2.5-0.5B-Instruct",
            "unsloth/Llama-3.2-1B-Instruct",
        ),
    )
    revision: str = field(
        "",
        title=("Revision", "版本"),
        help=(
            "A branch, tag or commit of the hub's copy; empty takes the newest.",
            "模型库中的分支、标签或提交；留空则取最新。",
        ),
        max_length=200,
    )
    trust_remote_code: bool = field(
        False,
        title=("Trust the model's own code", "信任模型自带的代码"),
        help=(
            "Lets the model's authors run any program on this machine.",
            "允许模型作者在本机运行任意程序。",
        ),
        more=(
            "Only for models that Transformers does not know, and whose code you "
            "have read.",
            "仅用于 Transformers 不认识、且你已看过其代码的模型。",
        ),
    )
    allow_pickle: bool = field(
        False,
        title=("Accept pickled weights", "接受 pickle 权重"),
        help=(
            "Pickles can run any program on this machine when they are read.",
            "读取 pickle 时可能在本机运行任意程序。",
        ),
        more=(
            "Older models come as pickles. Only for sources that you trust.",
            "较早的模型以 pickle 保存。仅用于你信任的来源。",
        ),
    )
    precision: Literal["16bit", "fp32", "bf16", "fp16", "8bit", "4bit"] = field(
        "16bit",
        title=("Precision of the base", "基座精度"),
        help=(
            "16 bits are exact; 4 bits (QLoRA) take a quarter of the memory.",
            "16 位精确；4 位（QLoRA）只占四分之一内存。",
        ),
        more=(
            "With 4 bits a little quality is lost.",
            "4 位会略损失一些质量。",
        ),
        choice_titles={
            "16bit": Text(
                "16-bit, the kind that suits the device", "16 位（自动选择）"
            ),
            "fp32": Text("32-bit (fp32)", "32 位（fp32）"),
            "bf16": Text("16-bit, wide range (bf16)", "16 位宽范围（bf16）"),
            "fp16": Text("16-bit, fine steps (fp16)", "16 位细步长（fp16）"),
            "8bit": Text("8-bit", "8 位"),
            "4bit": Text("4-bit", "4 位"),
        },
    )
    quant_type: Literal["nf4", "fp4"] = field(
        "nf4",
        title=("4-bit type", "4 位类型"),
        help=(
            "NF4 is nearly always better than FP4.",
            "NF4 几乎总是好于 FP4。",
        ),
        more=(
            "NF4 spaces its sixteen values as weights are spread; FP4 spaces them "
            "as floats.",
            "NF4 的十六个取值按权重分布排列；FP4 按浮点数排列。",
        ),
        choice_titles={"nf4": Text("NF4", "NF4"), "fp4": Text("FP4", "FP4")},
        shown_when={"model.precision": "4bit"},
    )
    double_quant: bool = field(
        True,
        title=("Double quantization", "双重量化"),
        help=(
            "Quantize the scales of the 4-bit weights as well.",
            "把 4 位权重的缩放系数也量化。",
        ),
        more=(
            "Saves 0.4 bits for each weight.",
            "每个权重再省约 0.4 位。",
        ),
        shown_when={"model.precision": "4bit"},
    )
    compute_dtype: Literal["auto", "bf16", "fp16", "fp32"] = field(
        "auto",
        title=("Compute type", "计算类型"),
        help=(
            "The type in which unpacked 4-bit weights are multiplied.",
            "4 位权重解包后参与计算的类型。",
        ),
        choice_titles={
            "auto": Text("as the device has it", "随设备"),
            "bf16": Text("bf16", "bf16"),
            "fp16": Text("fp16", "fp16"),
            "fp32": Text("fp32", "fp32"),
        },
        shown_when={"model.precision": "4bit"},
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
