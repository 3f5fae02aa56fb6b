"""Why a data set of the hub gives no rows: one sentence each, with what to do."""

from collections.abc import Iterable, Mapping, Sequence

from webui.errors import causes
from webui.text import Text

SHOWN = 20  # names in a sentence
SCRIPT = "Dataset scripts are no longer supported"
GATED = "is a gated dataset"


def explain_hub(name: str, revision: str | None, error: Exception) -> Text:
    """Why a data set could not be read."""
    chain = list(causes(error))
    kinds = {type(cause).__name__ for cause in chain}
    if "HFValidationError" in kinds:
        return no_id(name)
    # The datasets library keeps of some errors nothing but their words.
    if "GatedRepoError" in kinds or any(GATED in str(cause) for cause in chain):
        return gated_data(name)
    if "RepositoryNotFoundError" in kinds:
        return missing(name)
    if "RevisionNotFoundError" in kinds:
        return Text(
            f"{name} has no revision {revision}; leave it empty for the newest.",
            f"{name} 没有版本 {revision}；留空即使用最新版本。",
        )
    if any(SCRIPT in str(cause) for cause in chain):
        return data_is_script(name)
    if "OfflineModeIsEnabled" in kinds:
        return Text(
            f"HF_HUB_OFFLINE is set and {name} is not on this machine; unset it, or "
            "choose files.",
            f"已设置 HF_HUB_OFFLINE，而本机没有 {name}；请取消该变量，或改用文件。",
        )
    if out_of_reach(error):
        return unreachable(name)
    if status := refused_with(chain):
        return hub_refused(status)
    return unreadable(name, error)


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


def wrong_part(
    name: str,
    config: str | None,
    split: str,
    known: Mapping[str, Sequence[str]],
    default: str | None,
) -> Text | None:
    """Which configurations or splits there are, where the wanted one is not."""
    chosen = config or default
    if chosen is None:
        return Text(
            f"{name} has several configurations; choose one of "
            f"{first_names(known).en}.",
            f"{name} 有多个配置；请选择其一：{first_names(known).zh}。",
        )
    if chosen not in known:
        return Text(
            f"{name} has no configuration {chosen}; it has {first_names(known).en}.",
            f"{name} 没有配置 {chosen}；现有：{first_names(known).zh}。",
        )
    splits = known[chosen]
    if split in splits:
        return None
    if not split:
        return Text(
            f"Choose a split of {name}: {first_names(splits).en}.",
            f"请选择 {name} 的划分：{first_names(splits).zh}。",
        )
    return Text(
        f"{name} has no split {split}; it has {first_names(splits).en}.",
        f"{name} 没有划分 {split}；现有：{first_names(splits).zh}。",
    )


def first_names(names: Iterable[str]) -> Text:
    """The first names in one line."""
    several = list(names)
    shown = several[:SHOWN]
    more = len(several) - len(shown)
    return Text(
        ", ".join(shown) + (f" and {more} more" if more else ""),
        "、".join(shown) + (f" 等 {len(several)} 个" if more else ""),
    )


def no_id(name: str) -> Text:
    """The name cannot be that of a data set."""
    if not name:
        return Text(
            "Name a data set of the hub first, such as tatsu-lab/alpaca.",
            "请先填写模型库中的数据集名称，如 tatsu-lab/alpaca。",
        )
    return Text(
        f"{name} is no name of a data set of the hub, such as tatsu-lab/alpaca; "
        "check the spelling.",
        f"{name} 不是模型库中的数据集名称（如 tatsu-lab/alpaca）；请检查拼写。",
    )


def missing(name: str) -> Text:
    """The hub does not know it, or does not say so to everybody."""
    return Text(
        f"The hub has no data set {name}, or it is private; check the spelling, or "
        "set HF_TOKEN if you may read it.",
        f"模型库中没有数据集 {name}，或它是私有的；请检查名称，"
        "有权限时请设置 HF_TOKEN。",
    )


def gated_data(name: str) -> Text:
    """Its owner wants to know who reads it."""
    return Text(
        f"{name} is gated: accept its terms on its page of the hub, set HF_TOKEN and "
        "start Tunebook again, or choose an open data set.",
        f"{name} 需要授权：请先在模型库页面接受条款，设置 HF_TOKEN 并重启 Tunebook，"
        "或改用公开数据集。",
    )


def data_is_script(name: str) -> Text:
    """It is a script; the hub keeps a copy of many of those as Parquet."""
    return Text(
        f"{name} wants to run code of its own, which Tunebook never does; try the "
        "revision refs/convert/parquet, or convert it to Parquet and choose the file.",
        f"{name} 需要运行自带代码，Tunebook 不允许；请试用版本 refs/convert/parquet，"
        "或转换为 Parquet 后选择文件。",
    )


def unreachable(name: str) -> Text:
    """No answer, and nothing downloaded earlier."""
    return Text(
        f"The hub cannot be reached and {name} is not on this machine; check the "
        "network, set HF_ENDPOINT to a mirror, or choose files.",
        f"无法连接模型库，本机也没有 {name}；请检查网络，用 HF_ENDPOINT 指定镜像，"
        "或改用文件。",
    )


def hub_refused(status: int) -> Text:
    """The hub's answer is an error."""
    if status in (401, 403):
        return Text(
            "The hub does not accept the token in HF_TOKEN; set a valid one, or none "
            "for an open data set.",
            "模型库不接受 HF_TOKEN 中的令牌；请设置有效令牌，公开数据集可不设置。",
        )
    return Text(
        f"The hub answers with error {status}; try again later, or set HF_ENDPOINT to "
        "a mirror.",
        f"模型库返回错误 {status}；请稍后重试，或用 HF_ENDPOINT 指定镜像。",
    )


def unreadable(name: str, error: Exception) -> Text:
    """Its files are of no kind that the datasets library reads, or broken."""
    cause = list(causes(error))[-1]
    reason = " ".join(str(cause).split())[:200].rstrip(".: ") or type(cause).__name__
    return Text(
        f"The files of {name} cannot be read ({reason}); download those you need and "
        "choose them as files.",
        f"无法读取 {name} 的文件（{reason}）；请下载所需文件并改用文件。",
    )
