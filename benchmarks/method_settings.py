"""The settings under which benchmarks/methods.py trains each method, and why.

Learning rates follow what the papers and PEFT's examples use, moved toward their upper
end because 40 steps are few. None was tuned on the rows that are scored here.
"""

from dataclasses import dataclass

from webui.text import Text

COMMON = (
    "training.steps=40",
    "compare.scored_rows=40",
)


# Where the base's own weights learn, which in 16 bits would round small steps away.
OWN_WEIGHTS = "model.precision=fp32"


@dataclass(frozen=True)
class Trial:
    """What is set for one method on top of ``COMMON``, and why this learning rate."""

    learning_rate: str
    why: Text
    settings: tuple[str, ...] = ()

    def changed(self) -> list[str]:
        """All settings, as ``--set`` takes them; the method's own go first."""
        rate = f"training.learning_rate={self.learning_rate}"
        named = {setting.partition("=")[0] for setting in self.settings}
        common = [each for each in COMMON if each.partition("=")[0] not in named]
        return [*self.settings, rate, *common]


RECIPE = Text("the starter recipe's own", "与入门配方相同")
LIKE_LORA = Text("the same as LoRA's", "与 LoRA 相同")
ENCODER = Text(
    "what PEFT's example of P-Tuning takes for its encoder",
    "PEFT 的 P-Tuning 示例为编码器所用的值",
)
DEEP_PROMPTS = Text(
    "the upper end of what the paper's scripts use (5e-3 to 1e-2)",
    "论文脚本所用范围（5e-3 到 1e-2）的上限",
)
WHOLE = Text(
    "a tenth of LoRA's, as is the rule of thumb for a model's own weights",
    "LoRA 的十分之一，这是训练模型自身权重的经验值",
)
STRONG_START = Text(
    "a fifth of LoRA's: A and B start large, so that a step moves the weights more; "
    "alpha = rank as in the paper",
    "LoRA 的五分之一：A 和 B 的初始值较大，每步改动更多；alpha = rank，与论文一致",
)

TRIALS = {
    "lora": Trial("1e-3", RECIPE),
    "adalora": Trial(
        "2e-3",
        Text(
            "the upper end of the paper's (5e-4 to 2.2e-3)",
            "论文所用范围（5e-4 到 2.2e-3）的上限",
        ),
        ("adapter.method=adalora", "adapter.initial_rank=12"),
    ),
    "vera": Trial(
        "1e-2",
        Text(
            "ten times LoRA's, as in the paper, and PEFT's rank of 256",
            "论文中为 LoRA 的十倍左右；秩取 PEFT 的默认值 256",
        ),
        ("adapter.method=vera", "adapter.rank=256"),
    ),
    "loha": Trial("1e-3", LIKE_LORA, ("adapter.method=loha",)),
    "lokr": Trial("1e-3", LIKE_LORA, ("adapter.method=lokr",)),
    "oft": Trial("1e-3", LIKE_LORA, ("adapter.method=oft",)),
    "ia3": Trial(
        "8e-3",
        Text(
            "that of PEFT's example; the paper's is 3e-3",
            "PEFT 示例所用的值；论文为 3e-3",
        ),
        ("adapter.method=ia3",),
    ),
    "ln_tuning": Trial(
        "1e-3",
        Text("as LoRA's: few weights, none of them new", "与 LoRA 相同：参数很少"),
        ("adapter.method=ln_tuning", OWN_WEIGHTS),
    ),
    "prompt_tuning": Trial(
        "3e-2",
        Text(
            "that of PEFT's example; the paper's is 0.3, with Adafactor",
            "PEFT 示例所用的值；论文为 0.3（Adafactor）",
        ),
        ("adapter.method=prompt_tuning",),
    ),
    "prefix_tuning": Trial(
        "1e-3",
        ENCODER,
        ("adapter.method=prefix_tuning",),
    ),
    "p_tuning": Trial("1e-3", ENCODER, ("adapter.method=p_tuning",)),
    "p_tuning_v2": Trial("1e-2", DEEP_PROMPTS, ("adapter.method=p_tuning_v2",)),
    "freeze": Trial(
        "1e-4",
        WHOLE,
        ("adapter.method=freeze", "adapter.last_layers=8", OWN_WEIGHTS),
    ),
    "full": Trial("1e-4", WHOLE, ("adapter.method=full", OWN_WEIGHTS)),
    "rslora": Trial(
        "1e-3",
        Text(
            "the same as LoRA's, at a rank of 64 with the same scale of 2",
            "与 LoRA 相同；秩取 64，缩放系数同为 2",
        ),
        ("adapter.use_rslora=true", "adapter.rank=64", "adapter.alpha=16"),
    ),
    "dora": Trial("1e-3", LIKE_LORA, ("adapter.use_dora=true",)),
    "lora_plus": Trial(
        "2.5e-4",
        Text(
            "A a fourth and B four times of LoRA's: the paper's ratio of 16",
            "A 为 LoRA 的四分之一，B 为四倍：论文建议的比值 16",
        ),
        ("adapter.lora_plus_ratio=16.0",),
    ),
    "pissa": Trial("2e-4", STRONG_START, ("adapter.start=pissa", "adapter.alpha=8")),
    "loftq": Trial(
        "1e-3",
        Text(
            "the same as LoRA's; alpha = rank, for the start takes no account of it",
            "与 LoRA 相同；alpha = rank，因为初始化时不考虑缩放系数",
        ),
        ("model.precision=4bit", "adapter.start=loftq", "adapter.alpha=8"),
    ),
    "olora": Trial("2e-4", STRONG_START, ("adapter.start=olora", "adapter.alpha=8")),
    "eva": Trial("1e-3", LIKE_LORA, ("adapter.start=eva",)),
    "qlora": Trial("1e-3", LIKE_LORA, ("model.precision=4bit",)),
}
