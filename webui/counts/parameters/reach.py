"""What of a model's blocks an adapter does not reach: experts, and some layers."""

from collections.abc import Iterable, Iterator

from webui.counts.parameters.architecture import (
    expert_weights,
    last_part,
    lost_in_files,
    made_of,
    names_in_blocks,
    read_past,
)
from webui.counts.parameters.meta import Base, parameters_of_base, shape_of_model
from webui.counts.parameters.weights import Weight, weights_of
from webui.errors import PlannerError
from webui.figures import whole
from webui.recipe import Recipe
from webui.recipe.sections.adapter import TARGETED
from webui.text import Text


def reach(recipe: Recipe) -> Text | None:
    """What is adapted of experts, and which layers cannot be; None if all can.

    Raises:
        PlannerError: if the model cannot be read, or the adapter does not fit it.
    """
    if recipe.adapter.method not in TARGETED:
        return None
    base = shape_of_model(recipe)
    told = [*of_experts(recipe, base), *of_layers(base)]
    if not told:
        return None
    return Text(" ".join(t.en for t in told), "".join(t.zh for t in told))


def of_experts(recipe: Recipe, base: Base) -> Iterator[Text]:
    """Whether the experts of a mixture are adapted."""
    weights = dict(expert_weights(base))
    if not weights:
        return
    modules = {name.rpartition(".")[0] for name in weights}
    rows = weights_of(recipe).rows
    on_experts = sum(row.total for row in rows if is_on(row, modules))
    yield (
        adapted(on_experts, ", ".join(weights)) if on_experts else frozen(recipe, base)
    )


def is_on(row: Weight, modules: set[str]) -> bool:
    """Whether a weight of an adapter sits on one of these modules of the blocks."""
    on = any(row.module.endswith(f".{module}") for module in modules)
    return on and row.added and row.learns


def adapted(parameters: int, names: str) -> Text:
    """The experts have an adapter."""
    return Text(
        f"{whole(parameters)} of these parameters are the adapter on the experts "
        f"({names}).",
        f"其中 {whole(parameters)} 个属于专家（{names}）上的适配器。",
    )


def frozen(recipe: Recipe, base: Base) -> Text:
    """The experts have none."""
    held = sum(int(weight.numel()) for _, weight in expert_weights(base))
    share = f"{100 * held / parameters_of_base(recipe):.0f} %"
    english = f"The experts ({share} of the model) get no adapter and stay as they are."
    chinese = f"专家（占模型的 {share}）没有适配器，保持不变。"
    if more := with_experts(recipe):
        english += f" With adapter.experts they would, and {more} would learn."
        chinese += f"开启 adapter.experts 后专家也会参与，可训练参数将为 {more}。"
    return Text(english, chinese)


def with_experts(recipe: Recipe) -> str:
    """How many parameters would learn with the experts; empty where that cannot be."""
    adapter = recipe.adapter.model_copy(update={"experts": True})
    if recipe.adapter.method != "lora":
        return ""
    try:
        rows = weights_of(recipe.model_copy(update={"adapter": adapter})).rows
    except PlannerError:
        return ""
    return whole(sum(row.total for row in rows if row.learns))


def of_layers(base: Base) -> Iterator[Text]:
    """Linear layers of the blocks that no adapter can sit on."""
    past = read_past(base)
    if past:
        yield stay(
            past,
            "the model reads their weights past any adapter",
            "模型会绕过适配器直接读取其权重",
        )
    kept = {*made_of(base).linear, *past}
    left = [name for name in names_in_blocks(base) if name not in kept]
    lost = {last_part(name) for name in lost_in_files(base, left)}
    if gone := [name for name in left if name in lost]:
        yield stay(
            gone,
            "PEFT would not find their adapter again in what it saved",
            "PEFT 保存后将找不到它们的适配器",
        )
    if taken := [name for name in left if name not in lost]:
        yield stay(
            taken,
            "PEFT takes these names for the experts'",
            "PEFT 会把这些名称当作专家的",
        )


def stay(names: Iterable[str], english: str, chinese: str) -> Text:
    """Layers that get no adapter, and why."""
    named = ", ".join(names)
    return Text(
        f"Layers called {named} stay as they are: {english}.",
        f"名为 {named} 的层保持不变：{chinese}。",
    )
