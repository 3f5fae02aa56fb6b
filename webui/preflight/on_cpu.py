"""Whether Unsloth can load and train a kind of model without a GPU.

There it takes Transformers' causal language model of the configuration, and TRL asks
that model's body for what the head reads.
"""

from functools import partial
from typing import Any

from webui.counts.parameters.meta import shape_of_model
from webui.errors import PlannerError
from webui.models.pretrained import read_config
from webui.recipe import Recipe
from webui.text import Text


def cpu_problem(recipe: Recipe) -> Text | None:
    """Why the recipe's model can be trained on a GPU only; None if it can be anywhere,
    or where its configuration cannot be read."""
    try:
        config = read_config(recipe.model)
        if getattr(config, "auto_map", None):
            return None  # code of its own says what it is
        built = shape_of_model(recipe).model
        if type(built).__name__.endswith("ForConditionalGeneration"):
            built = text_model(config)
    except PlannerError:
        return None  # told at the model itself
    if built is None:
        return needs_gpu(recipe.model.name, config.model_type, SEES)
    if built.base_model is built:
        return needs_gpu(recipe.model.name, config.model_type, NO_BODY)
    return None


def text_model(config: Any) -> Any:
    """What Unsloth loads without a GPU of a model that also sees; None if nothing."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING

    if type(config) not in MODEL_FOR_CAUSAL_LM_MAPPING:
        return None
    make = partial(AutoModelForCausalLM.from_config, config)
    try:
        with torch.device("meta"):
            return make()
    except (ValueError, ImportError, AttributeError):
        return None


def needs_gpu(name: str, kind: str, why: Text) -> Text:
    """The refusal, with what to do."""
    return Text(
        f"{name} is a {kind} model, which cannot be trained without a GPU: {why.en}; "
        "choose a model of text alone, or a machine with a GPU.",
        f"{name} 是 {kind} 模型，没有 GPU 就无法训练：{why.zh}；"
        "请选择纯文本模型，或使用带 GPU 的机器。",
    )


SEES = Text(
    "Transformers has no text model of it that could be loaded alone",
    "Transformers 没有可以单独加载的对应文本模型",
)
NO_BODY = Text(
    "TRL cannot tell its layers from its head",
    "TRL 无法区分它的主体层与输出层",
)
