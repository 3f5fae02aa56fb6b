"""Whether a model can keep the rows of one packed sequence apart.

Each row begins again at position 0, and by that the attention knows where a row ends.
The families here were seen to give each row the logits that it has alone; a test holds
each of them to it.
"""

from typing import Any

from webui.errors import PlannerError
from webui.models.pretrained import read_config
from webui.recipe import Recipe
from webui.text import Text

KEEPS_APART = frozenset(
    """llama mistral ministral ministral3 mixtral qwen2 qwen2_moe qwen3 qwen3_moe gemma
    gemma2 gemma3_text gemma4_text vaultgemma phi phi3 phimoe olmo olmo2 olmo3 olmoe
    granite granitemoe cohere cohere2 smollm3 glm glm4 starcoder2 stablelm seed_oss
    helium arcee ernie4_5 exaone4 hunyuan_v1_dense nemotron persimmon apertus gpt2
    gpt_bigcode gpt_neox gpt_neo gptj codegen""".split()
)
# Where Unsloth's own code on a GPU takes the packing back.
NOT_ON_GPU = ("gemma2",)
ALIBI = ("bloom", "mpt", "falcon")
ABSOLUTE = ("opt", "xglm", "biogpt")
ATTENTION = ("full_attention", "sliding_attention", "chunked_attention", "attention")
RUNNING = ("mamba", "rwkv", "recurrent", "falcon_h1", "bamba", "zamba", "jamba")


def packing_problem(recipe: Recipe, on_gpu: bool) -> Text | None:
    """Why rows of this recipe must not be packed; None if they may, or are not."""
    if not recipe.data.packing:
        return None
    try:
        config = read_config(recipe.model).get_text_config()
    except PlannerError:
        return None  # told at the model itself
    return why_rows_leak(config, on_gpu=on_gpu)


def why_rows_leak(config: Any, *, on_gpu: bool) -> Text | None:
    """Why a model of this configuration would let packed rows see each other."""
    kind = str(config.model_type)
    if runs_on(config):
        return refusal_to_pack(STATE)
    if kind in ALIBI:
        return refusal_to_pack(BIAS)
    if kind in ABSOLUTE:
        return refusal_to_pack(COUNTED)
    if on_gpu and kind in NOT_ON_GPU:
        return refusal_to_pack(
            Text(
                f"Unsloth packs no {kind} on a GPU",
                f"Unsloth 在 GPU 上不支持打包 {kind}",
            )
        )
    if kind not in KEEPS_APART:
        unknown = (
            f"nobody has seen {kind} keep packed rows apart",
            f"尚未证实 {kind} 能隔开打包的数据",
        )
        return refusal_to_pack(Text(*unknown))
    return None


def runs_on(config: Any) -> bool:
    """Whether some layer carries a state from token to token, over any border."""
    layers = getattr(config, "layer_types", None) or ()
    return any(layer not in ATTENTION for layer in layers) or str(
        config.model_type
    ).startswith(RUNNING)


def refusal_to_pack(why: Text) -> Text:
    """The refusal, with what to do."""
    return Text(
        f"cannot pack rows for this model: {why.en}; turn packing off, or raise the "
        "batch size and set training.group_by_length.",
        f"该模型不能打包数据：{why.zh}；请关闭打包，或增大批大小并启用 "
        "training.group_by_length。",
    )


STATE = Text(
    "some of its layers carry a state from token to token, and so from row to row",
    "它的部分层会把状态逐 token 传递，从而跨越数据边界",
)
BIAS = Text(
    "it counts distances (ALiBi) over the whole sequence, whatever the positions say",
    "它按整个序列计算距离（ALiBi），不理会位置编号",
)
COUNTED = Text(
    "it counts positions itself, over the whole sequence",
    "它自行按整个序列计算位置",
)
