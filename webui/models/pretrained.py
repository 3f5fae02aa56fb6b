"""Read a model's configuration and tokenizer: never its weights.

Code that a model brings along is run only where the recipe says that the user allowed
it (``model.trust_remote_code``). ``HF_ENDPOINT`` names a mirror of the hub and
``HF_TOKEN`` holds the token for gated models; huggingface_hub reads both itself.
"""

import copy
from functools import lru_cache
from typing import Any

from webui.chat.conversation import Chat, chat_of
from webui.chat.end_token import ending_of, with_ending
from webui.chat.template import Template
from webui.errors import PlannerError
from webui.models.catalogue.catalogue import config_of
from webui.models.failures import explain_failure, refuse_packed
from webui.models.hub import reach_hub
from webui.models.source import Source, model_stamp, source_of
from webui.notebook.chat_templates import BASE, chat_template
from webui.notebook.ending import Ending
from webui.recipe import Recipe
from webui.recipe.sections import Model

# Formats whose rows may hold several answers.
SEVERAL = ("messages", "transcript")


def read_config(model: Model | str) -> Any:
    """The configuration of a recipe's model, or of one named as in a recipe.

    Raises:
        CodeWantedError: if it cannot be had without running the model's own code.
        PlannerError: if there is no such model, or the hub is out of reach.
    """
    return read_with("AutoConfig", source_of(model), model_stamp(model))


def read_tokenizer(model: Model | str) -> Any:
    """The tokenizer of a recipe's model, or of one named as in a recipe.

    Raises:
        PlannerError: as above, or if it cannot locate tokens in a text.
    """
    tokenizer = read_with("AutoTokenizer", source_of(model), model_stamp(model))
    if not tokenizer.is_fast:
        name = model if isinstance(model, str) else model.name
        raise PlannerError.of(
            f"{name} has a tokenizer that cannot tell where its tokens lie in the "
            "text; choose another model.",
            f"{name} 的分词器无法给出 token 在文本中的位置；请换一个模型。",
        )
    return tokenizer


def recipe_tokenizer(recipe: Recipe) -> Any:
    """The tokenizer of a recipe's model, with the chat template that it will use, and
    with the end token that this template ends an answer with."""
    return with_ending(templated(recipe), recipe_ending(recipe))


def recipe_ending(recipe: Recipe) -> Ending:
    """What has to be changed so that a recipe's model stops where it ends an answer."""
    tokenizer = templated(recipe)
    chats = recipe.data.format != "text"
    return ending_of(tokenizer, stop_ids(recipe.model), chats=chats)


def templated(recipe: Recipe) -> Any:
    """The tokenizer of a recipe's model, with the chat template that it will use."""
    tokenizer = copy.copy(read_tokenizer(recipe.model))  # the read one is cached
    if template := chat_template(recipe):
        tokenizer.chat_template = template
    elif not tokenizer.chat_template:
        tokenizer.chat_template = BASE
    return tokenizer


def recipe_chat(recipe: Recipe) -> Chat:
    """How a recipe's conversations are written, and what of them is learned."""
    tokenizer = recipe_tokenizer(recipe)
    ids = sorted(end_tokens(recipe.model, tokenizer))
    ends = frozenset(map(str, tokenizer.convert_ids_to_tokens(ids)))
    return chat_of(
        Template(tokenizer, ends),
        thoughts=recipe.data.thoughts == "learn",
        answers_only=recipe.data.train_on == "answers",
        several=recipe.data.format in SEVERAL or "history" in recipe.data.columns,
    )


def has_template(model: Model | str) -> bool:
    """Whether a model comes with a chat template; a base model does not."""
    return bool(read_tokenizer(model).chat_template)


def end_tokens(model: Model | str, tokenizer: Any) -> set[int]:
    """Ids of the tokens that end an answer: the tokenizer's, and the model's own."""
    return {tokenizer.eos_token_id, *stop_ids(model)} - {None}


def stop_ids(model: Model | str) -> list[int]:
    """The ids at which a model stops by its own settings, the first one first."""
    try:
        config = read_with("GenerationConfig", source_of(model), model_stamp(model))
    except PlannerError:
        return own_stop_ids(model)  # many models have none
    return list_of_ids(config.eos_token_id)


def own_stop_ids(model: Model | str) -> list[int]:
    """The end tokens in a model's configuration: its settings are made from these."""
    try:
        config = read_config(model)
    except PlannerError:
        return []
    return list_of_ids(getattr(config.get_text_config(), "eos_token_id", None))


def list_of_ids(ids: Any) -> list[int]:
    """One id, several, or none, as a list."""
    return list(ids) if isinstance(ids, list | tuple) else [ids] * (ids is not None)


@lru_cache(maxsize=8)
def read_with(loader_name: str, source: Source, stamp: int) -> Any:
    """What a loader of Transformers reads from a folder, the cache or the hub."""
    import transformers

    loader = getattr(transformers, loader_name)
    options: dict[str, Any] = {"revision": source.revision or "main"}
    if loader_name != "GenerationConfig":
        # False and not None, which would ask on standard input.
        options["trust_remote_code"] = source.trusted
    refuse_packed(source)
    try:
        try:
            return loader.from_pretrained(source.path, local_files_only=True, **options)
        except (OSError, ValueError):
            if source.is_local:
                raise
        if loader_name == "AutoConfig" and (shape := config_of(source.path)):
            return shape  # gated and unreachable models have one, too
        reach_hub("model", source.path, source.revision)
        return loader.from_pretrained(source.path, **options)
    except Exception as error:
        raise explain_failure(source, error) from error
