"""Why a model could not be read: one sentence each, with what to do."""

from pathlib import Path

from webui.errors import PlannerError, causes, reason
from webui.models.gguf import no_file, unpack_first
from webui.models.hub_errors import MODEL, why_hub_failed
from webui.models.source import Source
from webui.settings import model_path
from webui.text import Text

CODE_WANTED = (
    "requires you to execute",
    "contains custom code",
    "references custom code",
)
UNNAMED = "Unrecognized model in"  # nothing says which architecture it is


class CodeWantedError(PlannerError):
    """The model brings code of its own, and the user has not allowed it."""


def explain_failure(source: Source, error: Exception) -> PlannerError:
    """The error to raise instead of what a library raised."""
    if any(phrase in str(cause) for cause in causes(error) for phrase in CODE_WANTED):
        return CodeWantedError(unknown_architecture(source.path))
    if source.is_local:
        return PlannerError(why_not_folder(source, error))
    return PlannerError(why_not_hub(source, error))


def unknown_architecture(path: str) -> Text:
    """Its architecture is not part of Transformers."""
    return Text(
        f"{path} wants to run code of its own; set model.trust_remote_code only if you "
        "trust its authors, or choose a model that Transformers knows.",
        f"{path} 需要运行自带代码；仅在信任其作者时才设置 model.trust_remote_code，"
        "或选择 Transformers 内置支持的模型。",
    )


def refuse_packed(source: Source) -> None:
    """Refuse a GGUF file, which no loader takes as it is."""
    if source.is_gguf:
        found = Path(source.path).expanduser().is_file()
        raise PlannerError((unpack_first if found else no_file)(source.path))


def why_not_folder(source: Source, error: Exception) -> Text:
    """Why a folder could not be read as a model."""
    path = source.path
    if source.folder:
        return not_a_model(source, error)
    if path == model_path("starter"):
        return Text(
            "The starter model is not on this machine yet; run `tunebook starter`.",
            "本机还没有 starter 模型；请运行 `tunebook starter`。",
        )
    return Text(f"There is no folder {path}.", f"文件夹 {path} 不存在。")


def why_not_hub(source: Source, error: Exception) -> Text:
    """Why a model of the hub could not be read."""
    kinds = {type(cause).__name__.removeprefix("Remote") for cause in causes(error)}
    if problem := why_hub_failed(MODEL, source.path, source.revision, error):
        return problem
    if "EntryNotFoundError" in kinds or UNNAMED in str(error):
        return lacks(source.path)
    return not_a_model(source, error)


def lacks(path: str) -> Text:
    """A repository without a configuration, often one of GGUF files only."""
    return Text(
        f"{path} has no config.json that names its architecture; if it holds GGUF "
        "files, download one and unpack it with `tunebook unpack FILE`.",
        f"{path} 中没有说明架构的 config.json；若其中是 GGUF 文件，"
        "请下载其一并用 `tunebook unpack FILE` 解包。",
    )


def not_a_model(source: Source, error: Exception) -> Text:
    """A folder or a repository holds files that Transformers cannot use."""
    path = source.path
    folder = source.folder
    if folder and not (folder / "config.json").is_file():
        if files := sorted(folder.glob("*.gguf")):
            return Text(
                f"{path} holds GGUF files; unpack one with `tunebook unpack "
                f"{files[0]}`.",
                f"{path} 中是 GGUF 文件；请用 `tunebook unpack {files[0]}` 解包其一。",
            )
    why = reason(error)
    return Text(
        f"{path} is not a model that Transformers can read ({why}).",
        f"Transformers 无法读取 {path} 中的模型（{why}）。",
    )
