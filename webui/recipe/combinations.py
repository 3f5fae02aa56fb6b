"""What does not go together in a recipe's model, adapter and training, and what does.

Each rule names the field, the reason, and the nearest setting that works. Rules about
a device are told by ``device_rules``, since a recipe does not know where it will run.
"""

import re
from collections.abc import Callable, Iterator

from webui.recipe.field import Text
from webui.recipe.layers import last_layers, layer_numbers
from webui.recipe.methods import METHODS
from webui.recipe.sections import Recipe
from webui.recipe.sections.adapter import PROMPTS, TARGETED

Found = Iterator[tuple[str, Text]]

# Ranks that vLLM allots room for; older ones end at 64.
VLLM_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
FULL_MODULES = ("embed_tokens", "lm_head", "wte", "embed_out", "embed_in")


def combinations(recipe: Recipe) -> Found:
    """Every combination that cannot work: the field to change, and why."""
    for rule in RULES:
        yield from rule(recipe)


def quantized_base(recipe: Recipe) -> Found:
    """What cannot be done on weights that are packed in 8 or 4 bits."""
    method, precision = recipe.adapter.method, recipe.model.precision
    if precision not in ("8bit", "4bit"):
        return
    bits = precision[0]
    title = METHODS[method].title
    if method in ("full", "freeze"):
        yield (
            "model.precision",
            Text(
                f"{bits}-bit weights are packed and cannot learn; for {title.en} use "
                "16bit, or keep them and choose the method lora (QLoRA).",
                f"{bits} 位权重是打包的，无法学习；{title.zh}请用 16bit，"
                "或保留量化并改用 lora 方法（QLoRA）。",
            ),
        )
    elif method == "ia3":
        yield (
            "model.precision",
            Text(
                f"PEFT cannot take IA3 off {bits}-bit weights again, so the base could "
                "not be asked or tried again; use 16bit, or the method lora.",
                f"PEFT 无法把 IA3 从 {bits} 位权重上取下，基座就不能再对比或重试；"
                "请用 16bit，或改用 lora 方法。",
            ),
        )
    elif method in ("vera", "loha", "lokr") or (method, bits) == ("adalora", "8"):
        nearest = "4bit" if method == "adalora" else "16bit"
        yield (
            "model.precision",
            Text(
                f"PEFT's {title.en} does not work on {bits}-bit weights; use "
                f"{nearest}, or the method lora.",
                f"PEFT 的 {title.zh}不支持 {bits} 位权重；请用 {nearest}，"
                "或改用 lora 方法。",
            ),
        )


def start_values(recipe: Recipe) -> Found:
    """Which start values suit which base and which variant of LoRA."""
    adapter, precision = recipe.adapter, recipe.model.precision
    packed = precision in ("8bit", "4bit")
    if adapter.start == "loftq" and precision != "4bit":
        yield (
            "adapter.start",
            Text(
                "LoftQ makes up for what 4 bits lose, so it needs model.precision "
                "4bit; with whole weights the nearest is pissa.",
                "LoftQ 用来弥补 4 位量化的损失，需要 model.precision 为 4bit；"
                "对未量化的权重，最接近的是 pissa。",
            ),
        )
    if adapter.start == "loftq" and adapter.alpha != adapter.rank:
        yield (
            "adapter.alpha",
            Text(
                f"must equal the rank with the start LoftQ, which PEFT does not scale; "
                f"use {adapter.rank}.",
                f"使用 LoftQ 起点时必须等于秩（PEFT 不做缩放）；请用 {adapter.rank}。",
            ),
        )
    if adapter.start not in ("pissa", "olora"):
        return
    name = {"pissa": "PiSSA", "olora": "OLoRA"}[adapter.start]
    if packed:
        nearest = "loftq" if precision == "4bit" else "eva"
        yield (
            "adapter.start",
            Text(
                f"{name} takes its parts out of the weights, which cannot be done to "
                f"{precision[0]}-bit ones; use {nearest} here, or model.precision "
                "16bit.",
                f"{name} 要从权重中取出一部分，对 {precision[0]} 位权重做不到；"
                f"请改用 {nearest}，或将 model.precision 设为 16bit。",
            ),
        )
    for field, title in (("use_rslora", "rsLoRA"), ("use_dora", "DoRA")):
        if getattr(adapter, field):
            yield (
                f"adapter.{field}",
                Text(
                    f"{title} cannot be saved as a plain adapter after the start "
                    f"{name}; use the start zero with it.",
                    f"使用 {name} 起点时，{title} 无法保存为普通适配器；"
                    "请改用 zero 起点。",
                ),
            )
    if adapter.modules_to_save:
        yield (
            "adapter.modules_to_save",
            Text(
                f"cannot be used with the start {name}, whose adapter is converted "
                "when it is saved; use the start zero.",
                f"不能与 {name} 起点同用（其适配器保存时要转换）；请用 zero 起点。",
            ),
        )


def lora_only(recipe: Recipe) -> Found:
    """Variants of LoRA that any other method would ignore."""
    adapter = recipe.adapter
    if adapter.method == "lora":
        return
    title = METHODS[adapter.method].title
    variants = {
        "use_dora": (adapter.use_dora, "DoRA"),
        "use_rslora": (adapter.use_rslora, "rsLoRA"),
        "lora_plus_ratio": (adapter.lora_plus_ratio > 1, "LoRA+"),
        "start": (adapter.start != "zero", "A start other than zero"),
    }
    for field, (active, name) in variants.items():
        if active:
            chinese = "zero 以外的起点" if field == "start" else name
            yield (
                f"adapter.{field}",
                Text(
                    f"{name} belongs to LoRA, and {title.en} would ignore it; choose "
                    "the method lora, or turn it off.",
                    f"{chinese}属于 LoRA，{title.zh}会忽略它；"
                    "请改用 lora 方法或关闭它。",
                ),
            )


def targets(recipe: Recipe) -> Found:
    """Which modules get the adapter."""
    adapter = recipe.adapter
    if adapter.method not in TARGETED:
        return
    if adapter.targets == "names":
        yield from named_targets(recipe)
    if adapter.targets == "regex":
        try:
            re.compile(adapter.target_regex)
            broken = "" if adapter.target_regex else "empty"
        except re.error as error:
            broken = str(error)
        if broken:
            yield (
                "adapter.target_regex",
                Text(
                    f"is no regular expression ({broken}); one that works is "
                    r".*_proj for every projection.",
                    f"不是正则表达式（{broken}）；例如 .*_proj 表示所有投影层。",
                ),
            )
    if adapter.layers and adapter.targets != "names":
        yield (
            "adapter.layers",
            Text(
                "works only where the modules are given by name; set targets to names, "
                r"or write the numbers into a regular expression: .*\.(0|1)\..*_proj.",
                "只在按名称给出模块时有效；请将 targets 设为 names，"
                r"或把层号写进正则表达式：.*\.(0|1)\..*_proj。",
            ),
        )
    elif adapter.layers and last_layers(adapter.layers) is None:
        try:
            layer_numbers(adapter.layers)
        except ValueError as error:
            yield (
                "adapter.layers",
                Text(
                    f"has the part '{error}'; write it as 0-3, 28-31 or as last 4.",
                    f"中的“{error}”无法识别；请写作 0-3, 28-31 或 last 4。",
                ),
            )


def named_targets(recipe: Recipe) -> Found:
    """Names of target modules: some, and none that only learns in full."""
    names = recipe.adapter.target_modules
    if not names:
        yield (
            "adapter.target_modules",
            Text("name at least one module.", "至少选择一个模块。"),
        )
    for name in names:
        if name in FULL_MODULES:
            yield (
                "adapter.target_modules",
                Text(
                    f"has {name}, which Unsloth trains in full; name it in "
                    "modules_to_save instead.",
                    f"含有 {name}，Unsloth 会完整训练它；请改写到 modules_to_save。",
                ),
            )


def methods(recipe: Recipe) -> Found:
    """What single methods ask for."""
    adapter = recipe.adapter
    if adapter.method == "adalora" and adapter.initial_rank <= adapter.rank:
        yield (
            "adapter.initial_rank",
            Text(
                f"must be above the rank ({adapter.rank}), since AdaLoRA gives up what "
                f"it does not need; {adapter.rank * 3 // 2 + 1} is usual.",
                f"应大于秩（{adapter.rank}），因为 AdaLoRA 会剪去不需要的部分；"
                f"常用 {adapter.rank * 3 // 2 + 1}。",
            ),
        )
    text = adapter.method == "prompt_tuning" and adapter.prompt_start == "text"
    if text and not adapter.prompt_text.strip():
        yield (
            "adapter.prompt_text",
            Text(
                "is empty; state the task in a few words, or start at random.",
                "为空；请用几个词描述任务，或改为随机起点。",
            ),
        )
    if adapter.method in PROMPTS and recipe.data.packing:
        yield (
            "data.packing",
            Text(
                "puts several texts into one sequence, of which only the first would "
                "see the prompt; turn it off, or choose the method lora.",
                "会把多段文本放进一个序列，只有第一段能看到提示；"
                "请关闭它，或改用 lora 方法。",
            ),
        )
    if adapter.method in ("full", "freeze") and recipe.model.precision == "fp16":
        yield (
            "model.precision",
            Text(
                "fp16 weights cannot learn, their steps are lost to rounding; use "
                "bf16, or fp32 where there is no bf16.",
                "fp16 权重无法直接学习，更新会因舍入丢失；请用 bf16，"
                "设备不支持时用 fp32。",
            ),
        )


def served(recipe: Recipe) -> Found:
    """What vLLM can load beside a base."""
    adapter = recipe.adapter
    if adapter.serve_with == "any" or adapter.method in ("full", "freeze"):
        return  # a whole model is served as it is
    if adapter.method != "lora":
        yield (
            "adapter.method",
            Text(
                "vLLM serves LoRA adapters only; use lora.", "vLLM 只支持 LoRA 适配器。"
            ),
        )
        return
    for field, active in (
        ("use_dora", adapter.use_dora),
        ("modules_to_save", bool(adapter.modules_to_save)),
    ):
        if active:
            yield (
                f"adapter.{field}",
                Text(
                    "cannot be served by vLLM beside a base; leave it out, or merge "
                    "the adapter into the model.",
                    "无法由 vLLM 挂载在基座上；请去掉，或把适配器合并进模型。",
                ),
            )
    # PiSSA and OLoRA are saved as plain adapters of twice the rank.
    rank = adapter.rank * (2 if adapter.start in ("pissa", "olora") else 1)
    most = 64 if adapter.serve_with == "older_vllm" else VLLM_RANKS[-1]
    if rank > most:
        yield (
            "adapter.rank",
            Text(
                f"makes an adapter of rank {rank}, and this vLLM takes {most} at most; "
                f"use {adapter.rank * most // rank}.",
                f"会得到秩为 {rank} 的适配器，而此 vLLM 最多支持 {most}；"
                f"请用 {adapter.rank * most // rank}。",
            ),
        )


RULES: tuple[Callable[[Recipe], Found], ...] = (
    quantized_base,
    start_values,
    lora_only,
    targets,
    methods,
    served,
)


def device_rules(recipe: Recipe, name: str, *, has_bf16: bool, has_gpu: bool) -> Found:
    """What a device cannot do, be it this machine's or a card that is planned for."""
    asks_bf16 = {
        "model.precision": recipe.model.precision,
        "model.compute_dtype": recipe.model.compute_dtype
        if recipe.model.precision == "4bit"
        else "auto",
    }
    for field, value in asks_bf16.items():
        if value == "bf16" and not has_bf16:
            nearest = "fp16" if recipe.adapter.method != "full" else "fp32"
            yield (
                field,
                Text(
                    f"bf16 is not a type that {name} computes in; use {nearest}, or "
                    f"{'16bit' if field.endswith('precision') else 'auto'}.",
                    f"{name} 不支持 bf16 计算；请用 {nearest}，或 "
                    f"{'16bit' if field.endswith('precision') else 'auto'}。",
                ),
            )
    if recipe.adapter.start == "loftq" and not has_gpu:
        yield (
            "adapter.start",
            Text(
                "PEFT computes LoftQ on a CUDA GPU only, and this machine has none; "
                "use zero here.",
                "PEFT 只能在 CUDA GPU 上计算 LoftQ，而本机没有；请用 zero。",
            ),
        )
