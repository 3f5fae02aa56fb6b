"""What a training that goes on from another run's adapter asks of its recipe."""

from webui.recipe.combinations.found import Found, at
from webui.recipe.methods import METHODS
from webui.recipe.problems import Problem
from webui.recipe.sections import Recipe
from webui.text import Text


def continued(recipe: Recipe) -> Found:
    """Only what is saved whole can be trained on, and it has its start values."""
    adapter = recipe.adapter
    if not adapter.from_run:
        return
    if adapter.saved_in_part:
        yield Problem("adapter.from_run", saved_in_part(recipe))
    if adapter.start != "zero":
        yield at(
            "adapter.start",
            "is where a new adapter begins, and this one begins as the run left it "
            "(adapter.from_run); use the start zero.",
            "是新适配器的起点，而此适配器从所选运行的结果开始（adapter.from_run）；"
            "请用 zero 起点。",
        )
    for path in recipe.sweep.space:
        if path.startswith("adapter.") and path not in FREE:
            yield at(
                "sweep.space",
                f"{path} is that of the run that is trained on and cannot be "
                "swept; sweep settings of training instead.",
                f"{path} 沿用所接续的运行，不能搜索；请改为搜索 training 的设置。",
            )


# What may differ from the run that is trained on: it changes no saved weight.
FREE = (
    "adapter.dropout",
    "adapter.lora_plus_ratio",
    "adapter.serve_with",
    "adapter.prompt_start",
    "adapter.prompt_text",
    "adapter.from_run",
)


def saved_in_part(recipe: Recipe) -> Text:
    """Why what such a run saved is too little to train on from."""
    title = METHODS[recipe.adapter.method].title
    return Text(
        f"{title.en} saves what answers need and not all that learned, so it cannot be "
        "trained on; start from the base instead, with more epochs.",
        f"{title.zh}只保存推理所需的部分，因此无法接着训练；"
        "请改为从基座开始，并增加训练轮数。",
    )
