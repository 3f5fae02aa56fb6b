"""What a model's name already says of its weights, and what then cannot be asked."""

from webui.recipe.combinations.found import Found, at
from webui.recipe.copies import copy_of, holds_packed_experts, packed_from
from webui.recipe.problems import Problem
from webui.recipe.sections import Recipe
from webui.text import Text


def named_model(recipe: Recipe) -> Found:
    """Packed copies cannot be loaded otherwise than they were packed."""
    model = recipe.model
    copy, origin = copy_of(model), packed_from(model.name)
    if copy and model.revision:
        yield at(
            "model.revision",
            f"is one of {model.name}, but in 4 bits its copy {copy} is loaded; "
            "leave it empty, or name the copy with a revision of its own.",
            f"属于 {model.name}，而 4 位时加载的是其副本 {copy}；请留空，"
            "或填写该副本并指定它自己的版本。",
        )
    if origin and model.precision != "4bit":
        yield at(
            "model.precision",
            f"{model.name} holds weights that are packed in 4 bits; use 4bit, or "
            f"name {origin}.",
            f"{model.name} 的权重已按 4 位打包；请用 4bit，或改填 {origin}。",
        )
    if (origin or copy) and model.precision == "4bit":
        for field, usual in (("quant_type", "nf4"), ("double_quant", True)):
            if getattr(model, field) != usual:
                yield Problem(f"model.{field}", packed_already(copy or model.name))


def packed_already(name: str) -> Text:
    """A way of packing that comes too late."""
    return Text(
        f"comes too late: the weights of {name} are packed already, as NF4 and with "
        "double quantization; leave it as it is.",
        f"已无法选择：{name} 的权重已打包为 NF4 并做了双重量化；请保持默认。",
    )


def experts_on_a_cpu(recipe: Recipe) -> Found:
    """Unsloth reads experts that were packed one by one on a GPU only."""
    if recipe.model.precision == "4bit" and holds_packed_experts(recipe.model):
        yield at(
            "model.precision",
            "On a CPU the experts of gpt-oss cannot be loaded in 4 bits; use "
            "16bit, or a GPU.",
            "在 CPU 上无法以 4 位加载 gpt-oss 的专家；请用 16bit，或使用 GPU。",
        )
