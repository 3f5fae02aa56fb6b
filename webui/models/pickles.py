"""Models whose weights are pickles: reading one can run any program."""

from webui.models.cache import entries_in, folder_of
from webui.models.hub import Facts, hub_facts
from webui.models.sizes import any_weights, only_pickles
from webui.models.source import Source, source_of
from webui.recipe import Recipe
from webui.text import Text


def pickled(source: Source, facts: Facts | None = None) -> bool | None:
    """Whether a model's weights are there as pickles alone; None if unknown.

    Args:
        facts: what the hub says of it, where it was asked already.
    """
    names = [file.name for file in entries_in(folder_of(source))]
    if any_weights(names) and not only_pickles(names):
        return False
    if not source.is_local and (facts := facts or hub_facts(source)):
        return only_pickles(facts.files)  # the cache may hold but an older copy
    return True if any_weights(names) else None


def pickle_problem(recipe: Recipe) -> Text | None:
    """Why the model's weights are not loaded; None if they can be."""
    source = source_of(recipe.model)
    if source.pickles or not pickled(source):
        return None
    return Text(
        f"{source.path} has only pickled weights, which can run any program when they "
        "are read; set model.allow_pickle if you trust its authors, or choose a copy "
        "with safetensors.",
        f"{source.path} 只有 pickle 格式的权重，读取时可能运行任意程序；"
        "若信任其作者，请设置 model.allow_pickle，或选择提供 safetensors 的版本。",
    )
