"""Kinds of models that cannot be trained and scored here, or not with every setting."""

from collections.abc import Iterator

from webui.counts.parameters.meta import Base, shape_of_model
from webui.errors import PlannerError
from webui.recipe import Recipe
from webui.text import Text

# Their forward takes an attention mask and does not look at it everywhere, so that
# padding changes what they write.
MASKLESS = ("rwkv", "xlstm", "doge")


def kind_unfit(recipe: Recipe) -> list[Text]:
    """Why the recipe's kind of model cannot be trained so; empty if it can.

    Whether there is such a model at all is asked elsewhere.
    """
    try:
        base = shape_of_model(recipe)
    except PlannerError:
        return []
    return [*maskless(base), *unsaved(recipe, base)]


def maskless(base: Base) -> Iterator[Text]:
    """A model that reads padding as text."""
    kind = base.model.config.get_text_config().model_type
    if kind in MASKLESS:
        yield Text(
            f"{base.name} is a {kind} model, which answers otherwise in a padded batch "
            "than alone, so that no score could be trusted; choose another model.",
            f"{base.name} 是 {kind} 模型，在带填充的批次中与单独回答时结果不同，"
            "得分不可信；请换一个模型。",
        )


def unsaved(recipe: Recipe, base: Base) -> Iterator[Text]:
    """A model whose layers cannot be computed again on the way back."""
    asked = recipe.training.gradient_checkpointing != "none"
    if asked and not base.model.supports_gradient_checkpointing:
        kind = base.model.config.model_type
        yield Text(
            f"{base.name} is a {kind} model, which Transformers cannot train with "
            "gradient checkpointing; set training.gradient_checkpointing to none.",
            f"{base.name} 是 {kind} 模型，Transformers 不支持对它使用梯度检查点；"
            "请将 training.gradient_checkpointing 设为 none。",
        )
