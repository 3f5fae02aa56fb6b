"""Why a data set of the hub gives no rows: one sentence each, with what to do."""

from collections.abc import Mapping, Sequence

from webui.errors import causes, reason
from webui.models.hub_errors import DATA_SET, why_hub_failed
from webui.rows.reading.known import first_names
from webui.text import Text

SHOWN = 20  # names in a sentence
SCRIPT = "Dataset scripts are no longer supported"
UNNAMED = Text(
    "Name a data set of the hub first, such as tatsu-lab/alpaca.",
    "请先填写模型库中的数据集名称，如 tatsu-lab/alpaca。",
)


def explain_hub(name: str, revision: str | None, error: Exception) -> Text:
    """Why a data set could not be read."""
    if not name:
        return UNNAMED
    chain = list(causes(error))
    # It is a script; the hub keeps a copy of many of those as Parquet.
    if any(SCRIPT in str(cause) for cause in chain):
        return Text(
            f"{name} wants to run code of its own, which Tunebook never does; try the "
            "revision refs/convert/parquet, or convert it to Parquet and choose the "
            "file.",
            f"{name} 需要运行自带代码，Tunebook 不允许；请试用版本 "
            "refs/convert/parquet，或转换为 Parquet 后选择文件。",
        )
    if problem := why_hub_failed(DATA_SET, name, revision, error):
        return problem
    why = reason(chain[-1])
    return Text(
        f"The files of {name} cannot be read ({why}); download those you need and "
        "choose them as files.",
        f"无法读取 {name} 的文件（{why}）；请下载所需文件并改用文件。",
    )


def wrong_part(
    name: str,
    config: str | None,
    split: str,
    known: Mapping[str, Sequence[str]],
    default: str | None,
) -> Text | None:
    """Which configurations or splits there are, where the wanted one is not."""
    chosen, has = config or default, first_names(known, SHOWN)
    if chosen is None:
        return Text(
            f"{name} has several configurations; choose one of {has.en}.",
            f"{name} 有多个配置；请选择其一：{has.zh}。",
        )
    if chosen not in known:
        return Text(
            f"{name} has no configuration {chosen}; it has {has.en}.",
            f"{name} 没有配置 {chosen}；现有：{has.zh}。",
        )
    if split in known[chosen]:
        return None
    has = first_names(known[chosen], SHOWN)
    if not split:
        return Text(
            f"Choose a split of {name}: {has.en}.", f"请选择 {name} 的划分：{has.zh}。"
        )
    return Text(
        f"{name} has no split {split}; it has {has.en}.",
        f"{name} 没有划分 {split}；现有：{has.zh}。",
    )
