"""Read a model's configuration and tokenizer: never its weights, never its code."""

import copy
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from webui.notebook.chat_templates import BASE
from webui.notebook.steps import chat_template
from webui.planner.errors import PlannerError
from webui.recipe import Recipe
from webui.recipe.field import Text
from webui.settings import model_path

CODE_WANTED = ("requires you to execute", "contains custom code")


def read_config(name: str) -> Any:
    """The configuration of a model, named as in a recipe.

    Raises:
        PlannerError: if there is no such model, or the hub is out of reach.
    """
    return read("AutoConfig", model_path(name), stamp(name))


def read_tokenizer(name: str) -> Any:
    """The tokenizer of a model, named as in a recipe.

    Raises:
        PlannerError: as above, or if it cannot locate tokens in a text.
    """
    tokenizer = read("AutoTokenizer", model_path(name), stamp(name))
    if not tokenizer.is_fast:
        raise PlannerError(
            Text(
                f"{name} has a tokenizer that cannot tell where its tokens lie in the "
                "text; choose another model.",
                f"{name} 的分词器无法给出 token 在文本中的位置；请换一个模型。",
            )
        )
    return tokenizer


def recipe_tokenizer(recipe: Recipe) -> Any:
    """The tokenizer of a recipe's model, with the chat template that it will use."""
    tokenizer = copy.copy(read_tokenizer(recipe.model.name))  # the read one is cached
    if template := chat_template(recipe):
        tokenizer.chat_template = template
    elif not tokenizer.chat_template:
        tokenizer.chat_template = BASE
    return tokenizer


def has_template(name: str) -> bool:
    """Whether a model comes with a chat template; a base model does not."""
    return bool(read_tokenizer(name).chat_template)


def end_tokens(name: str, tokenizer: Any) -> set[int]:
    """Ids of the tokens that end an answer: the tokenizer's, and the model's own.

    A trainer adds the tokenizer's to the model's, so that any of them ends it.
    """
    ids = {tokenizer.eos_token_id}
    try:
        config = read("GenerationConfig", model_path(name), stamp(name))
    except PlannerError:
        return ids - {None}  # many models have none
    more = config.eos_token_id
    return (ids | set(more if isinstance(more, list) else [more])) - {None}


def stamp(name: str) -> int:
    """When a local model last changed, in ns, so that no stale copy is kept."""
    folder = Path(model_path(name))
    files = folder.iterdir() if folder.is_dir() else ()
    return max((file.stat().st_mtime_ns for file in files), default=0)


@lru_cache(maxsize=8)
def read(loader_name: str, path: str, stamp: int) -> Any:
    """What a loader of Transformers reads from a folder, the cache or the hub."""
    import transformers

    loader = getattr(transformers, loader_name)
    # False and not None, which would ask on standard input.
    options = {} if loader_name == "GenerationConfig" else {"trust_remote_code": False}
    try:
        try:
            return loader.from_pretrained(path, local_files_only=True, **options)
        except (OSError, ValueError):
            if looks_local(path):
                raise
        ask_hub(path)
        return loader.from_pretrained(path, **options)
    except Exception as error:
        raise PlannerError(why_not(path, error)) from error


def looks_local(path: str) -> bool:
    """Whether a name means a folder and cannot be a hub id."""
    return Path(path).is_dir() or path.startswith((".", "/", "~", "\\")) or "\\" in path


def ask_hub(path: str) -> None:
    """Fail at once where Transformers would try an unreachable hub for a minute."""
    from huggingface_hub import model_info

    model_info(path, timeout=10)


def why_not(path: str, error: Exception) -> Text:
    """Why a model could not be read, in one sentence with what to do."""
    kinds = {type(cause).__name__ for cause in causes(error)}
    if any(phrase in str(error) for phrase in CODE_WANTED):
        return Text(
            f"{path} wants to run code of its own, which Tunebook never does; choose "
            "a model that Transformers knows.",
            f"{path} 需要运行自带代码，Tunebook 不允许；"
            "请选择 Transformers 内置支持的模型。",
        )
    if looks_local(path):
        return why_not_folder(path, error)
    if "GatedRepoError" in kinds:
        return Text(
            f"{path} is gated: accept its licence on the model hub and set HF_TOKEN, "
            "or choose an open copy.",
            f"{path} 需要授权：请先在模型库接受许可并设置 HF_TOKEN，或改用公开副本。",
        )
    if "RepositoryNotFoundError" in kinds:
        return Text(
            f"The model hub has no {path}, or it is private; check the spelling.",
            f"模型库中没有 {path}，或它是私有的；请检查名称。",
        )
    if "HFValidationError" in kinds:
        return Text(
            f"{path} is neither a folder on this machine nor a hub id such as "
            "unsloth/Llama-3.2-1B-Instruct.",
            f"{path} 既不是本机文件夹，也不是模型库名称"
            "（如 unsloth/Llama-3.2-1B-Instruct）。",
        )
    if isinstance(error, ValueError | KeyError):
        return not_a_model(path, error)
    return Text(
        f"The model hub cannot be reached and {path} is not on this machine; check "
        "the network, or choose the starter or a local folder.",
        f"无法连接模型库，本机也没有 {path}；请检查网络，或选择 starter 或本地文件夹。",
    )


def why_not_folder(path: str, error: Exception) -> Text:
    """Why a folder could not be read as a model."""
    if Path(path).is_dir():
        return not_a_model(path, error)
    if path == model_path("starter"):
        return Text(
            "The starter model is not on this machine yet; run `tunebook starter`.",
            "本机还没有 starter 模型；请运行 `tunebook starter`。",
        )
    return Text(f"There is no folder {path}.", f"文件夹 {path} 不存在。")


def not_a_model(path: str, error: Exception) -> Text:
    """A folder or a repository holds files that Transformers cannot use."""
    reason = str(error).strip().split("\n")[0][:200].rstrip(".: ")
    return Text(
        f"{path} is not a model that Transformers can read ({reason}).",
        f"Transformers 无法读取 {path} 中的模型（{reason}）。",
    )


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
