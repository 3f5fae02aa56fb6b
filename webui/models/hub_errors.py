"""Why the hub gives no model and no data set: one sentence each, with what to do."""

from collections.abc import Iterable
from typing import NamedTuple

from webui.errors import causes
from webui.text import Text

GATED = "is a gated dataset"  # the datasets library keeps no more than these words


class Sought(NamedTuple):
    """What is asked of the hub: its kind, a sentence for a name that is none, with
    ``{}`` for the name, and what to choose instead."""

    kind: Text
    no_id: Text
    instead: Text


MODEL = Sought(
    Text("model", "模型"),
    Text(
        "{} is neither a folder on this machine nor a hub id such as "
        "unsloth/Llama-3.2-1B-Instruct.",
        "{} 既不是本机文件夹，也不是模型库名称（如 unsloth/Llama-3.2-1B-Instruct）。",
    ),
    Text("choose the starter or a local folder", "选择 starter 或本地文件夹"),
)
DATA_SET = Sought(
    Text("data set", "数据集"),
    Text(
        "{} is not the name of a data set of the hub, such as tatsu-lab/alpaca; check "
        "the spelling.",
        "{} 不是模型库中的数据集名称（如 tatsu-lab/alpaca）；请检查拼写。",
    ),
    Text("choose files", "改用文件"),
)


def why_hub_failed(
    sought: Sought, name: str, revision: str | None, error: Exception
) -> Text | None:
    """Why the hub does not give something; None where it does, and its files are at
    fault."""
    chain = list(causes(error))
    kinds = {type(cause).__name__.removeprefix("Remote") for cause in chain}
    kind, instead = sought.kind, sought.instead
    if "HFValidationError" in kinds:
        return Text(sought.no_id.en.format(name), sought.no_id.zh.format(name))
    if "GatedRepoError" in kinds or any(GATED in str(cause) for cause in chain):
        return Text(
            f"{name} is gated: accept its licence on its page of the hub, set HF_TOKEN "
            f"and start Tunebook again, or choose an open {kind.en}.",
            f"{name} 需要授权：请先在模型库页面接受许可，设置 HF_TOKEN 并重启 "
            f"Tunebook，或改用公开的{kind.zh}。",
        )
    if "RepositoryNotFoundError" in kinds:
        return Text(
            f"The hub has no {kind.en} {name}, or it is private; check the spelling, "
            "or set HF_TOKEN if you may read it.",
            f"模型库中没有{kind.zh} {name}，或它是私有的；请检查名称，"
            "有权限时请设置 HF_TOKEN。",
        )
    if "RevisionNotFoundError" in kinds:
        return Text(
            f"{name} has no revision {revision}; leave it empty for the newest.",
            f"{name} 没有版本 {revision}；留空即使用最新版本。",
        )
    if "OfflineModeIsEnabled" in kinds:
        return Text(
            f"HF_HUB_OFFLINE is set and {name} is not on this machine; unset it, or "
            f"{instead.en}.",
            f"已设置 HF_HUB_OFFLINE，而本机没有 {name}；请取消该变量，或{instead.zh}。",
        )
    if out_of_reach(error):
        return Text(
            f"The hub cannot be reached and {name} is not on this machine; check the "
            f"network, set HF_ENDPOINT to a mirror, or {instead.en}.",
            f"无法连接模型库，本机也没有 {name}；请检查网络，用 HF_ENDPOINT 指定镜像，"
            f"或{instead.zh}。",
        )
    if "EntryNotFoundError" in kinds:
        return None  # an answer all the same: this file is not there
    return hub_refused(status) if (status := refused_with(chain)) else None


def out_of_reach(error: Exception) -> bool:
    """Whether an error means that the hub gave no answer at all."""
    import httpx

    nothing = (ConnectionError, TimeoutError, httpx.TransportError)
    return any(isinstance(cause, nothing) for cause in causes(error))


def refused_with(chain: Iterable[BaseException]) -> int | None:
    """The HTTP status of an answer that is an error; None if there is none."""
    responses = [getattr(cause, "response", None) for cause in chain]
    statuses = [getattr(response, "status_code", None) for response in responses]
    return next((status for status in statuses if status), None)


def hub_refused(status: int) -> Text:
    """The hub's answer is an error."""
    if status in (401, 403):
        return Text(
            "The hub does not accept the token in HF_TOKEN; set a valid one, or none "
            "for what is open to everybody.",
            "模型库不接受 HF_TOKEN 中的令牌；请设置有效令牌，公开内容可不设置。",
        )
    return Text(
        f"The hub answers with error {status}; try again later, or set HF_ENDPOINT to "
        "a mirror.",
        f"模型库返回错误 {status}；请稍后重试，或用 HF_ENDPOINT 指定镜像。",
    )
