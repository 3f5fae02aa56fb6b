"""Why a run failed, in one sentence, and what to do next: from its failed event."""

import re
from dataclasses import dataclass
from typing import Any

from webui.recipe.field import Text


@dataclass(frozen=True)
class Diagnosis:
    """What happened, and what the user can do now."""

    what: Text
    next_step: Text


@dataclass(frozen=True)
class Cause:
    """How an error is recognized in "cell error: message", and what is said of it.

    ``{found}`` in a text is the first group of the pattern, and ``{cell}`` the cell.
    """

    pattern: str
    what: Text
    next_step: Text


def explain(failed: dict[str, Any]) -> Diagnosis:
    """The diagnosis of a ``failed`` event: the first cause whose pattern is in it."""
    error, message = failed.get("error") or "error", failed.get("message") or ""
    cell = failed.get("cell") or "?"
    if error == "KernelDied":
        message = ended_by(failed.get("code"))
    text = f"{cell} {error}: {message}"
    for cause in CAUSES:
        if match := re.search(cause.pattern, text, re.DOTALL):
            found = next((group for group in match.groups() if group), "")
            return filled(cause, found=found, cell=cell)
    return filled(OTHER, found=last_line(f"{error}: {message}"), cell=cell)


def filled(cause: Cause, **names: str) -> Diagnosis:
    """The texts of a cause with their names filled in; values are never templates."""

    def fill(text: Text) -> Text:
        english, chinese = (
            re.sub(r"\{(\w+)\}", lambda match: names[match[1]], part) for part in text
        )
        return Text(english, chinese)

    return Diagnosis(fill(cause.what), fill(cause.next_step))


def ended_by(code: int | None) -> str:
    """What ended a process, by the shell's code or Python's: a signal or a code."""
    if code is None:
        return "unknown"
    number = -code if code < 0 else code - 128
    return f"signal {number}" if number > 0 else f"code {code}"


def last_line(text: str) -> str:
    """The last line that says anything: where libraries put the point."""
    lines = [line.strip() for line in text.splitlines() if line.strip(" :")]
    return lines[-1][:400] if lines else "?"


SMALLER = Text(
    "Halve the batch size (and double gradient accumulation), shorten the longest "
    "sequence, switch on gradient checkpointing, or load the base in 4-bit.",
    "将批大小减半（梯度累积加倍）、缩短最大序列长度、打开梯度检查点或改用 4 位基座。",
)
SEE_LOG = Text(
    "The log in the run's folder has every line; the kernel is still there, so mend "
    "the setting and run again.",
    "运行文件夹中的日志有完整信息；内核仍在，改好设置后再运行即可。",
)
START_AGAIN = Text(
    "Run again: a new kernel starts by itself. Checkpoints are in the run's folder.",
    "请重新运行：内核会自动启动。已保存的检查点在运行文件夹中。",
)

OTHER = Cause(
    "",
    Text(
        "The cell {cell} ended with: {found}",
        "单元 {cell} 出错：{found}",
    ),
    SEE_LOG,
)

# The first that matches counts, so the narrow ones stand before the wide ones.
CAUSES = (
    Cause(
        r"KernelDied: signal 9\b",
        Text(
            "The kernel was killed from outside while it ran {cell}, most likely "
            "because the machine ran out of memory.",
            "内核在运行 {cell} 时被强制结束，很可能是因为内存不足。",
        ),
        SMALLER,
    ),
    Cause(
        r"KernelDied: signal (?:2|15)\b",
        Text(
            "The kernel was ended while it ran {cell}: someone, or the system, asked "
            "it to stop.",
            "内核在运行 {cell} 时被用户或系统要求结束。",
        ),
        START_AGAIN,
    ),
    Cause(
        r"KernelDied: (signal (?:4|6|7|8|11)\b)",
        Text(
            "The kernel crashed inside a library while it ran {cell} ({found}).",
            "内核在运行 {cell} 时因底层库崩溃（{found}）。",
        ),
        Text(
            "Run again; if it crashes again, `tunebook doctor` shows whether the "
            "installed versions fit together.",
            "请重新运行；若再次崩溃，用 `tunebook doctor` 检查已安装的版本是否匹配。",
        ),
    ),
    Cause(
        r"KernelDied: (.*)",
        Text(
            "The kernel ended while it ran {cell}, and nothing says why ({found}).",
            "内核在运行 {cell} 时退出，原因不明（{found}）。",
        ),
        START_AGAIN,
    ),
    Cause(
        r"OutOfMemoryError|CUDA error: out of memory|CUDA out of memory"
        r"|dispatched on the CPU or the disk",
        Text(
            "The GPU's memory is not enough for {cell}.",
            "显存不足，无法运行 {cell}。",
        ),
        SMALLER,
    ),
    Cause(
        r"^\S+ MemoryError|DefaultCPUAllocator|not enough memory"
        r"|Cannot allocate memory",
        Text(
            "The machine's memory is not enough for {cell}.",
            "内存不足，无法运行 {cell}。",
        ),
        SMALLER,
    ),
    Cause(
        r"No space left on device|Disk quota exceeded|PytorchStreamWriter failed",
        Text(
            "The disk is full, so {cell} could not save its files.",
            "磁盘已满，{cell} 无法保存文件。",
        ),
        Text(
            "Delete runs that you no longer need (`tunebook runs --delete RUN`), or "
            "set TUNEBOOK_HOME to a folder on another disk.",
            "删除不再需要的运行（`tunebook runs --delete RUN`），"
            "或把 TUNEBOOK_HOME 设为其他磁盘上的文件夹。",
        ),
    ),
    Cause(
        r"RepositoryNotFound|Repository Not Found|is not a valid model identifier"
        r"|Repo id must be",
        Text(
            "There is no such model, neither as a folder here nor on the hub; or it is "
            "private.",
            "找不到该模型：本机没有这个文件夹，模型库也没有这个名称，或者它是私有的。",
        ),
        Text(
            "Check the model's name (model.name). A private model needs Tunebook to be "
            "started with HF_TOKEN set.",
            "请检查模型名称（model.name）。私有模型需先设置 HF_TOKEN 再启动 Tunebook。",
        ),
    ),
    Cause(
        r"GatedRepo|gated repo|401 Client Error|403 Client Error"
        r"|Invalid username or password|[Tt]oken is required",
        Text(
            "The model hub did not let this machine download the model: it is gated.",
            "模型库拒绝下载该模型：它需要授权。",
        ),
        Text(
            "Accept the model's licence on the hub, start Tunebook with HF_TOKEN set, "
            "and run again; or choose an open model.",
            "在模型库接受许可，设置 HF_TOKEN 后重新启动 Tunebook 再运行；"
            "或改用公开模型。",
        ),
    ),
    Cause(
        r"couldn't connect to|ConnectError|ConnectionError|MaxRetryError"
        r"|LocalEntryNotFound|OfflineMode|offline mode|Name or service not known"
        r"|Temporary failure in name resolution|No config file found",
        Text(
            "The model hub could not be reached, and the model is not on this machine.",
            "无法连接模型库，本机也没有该模型。",
        ),
        Text(
            "Check the network, or choose the starter or a local folder.",
            "请检查网络，或选择 starter 或本地文件夹。",
        ),
    ),
    Cause(
        r"does not appear to have a file named \S*safe|no file named \S*safe",
        Text(
            "The model has no safetensors weights, and others are not loaded unasked: "
            "they could run code.",
            "该模型没有 safetensors 权重；其他格式可能执行代码，未经允许不会加载。",
        ),
        Text(
            "Choose a copy of the model that has them, or set model.allow_pickle if "
            "you trust its authors.",
            "请选择提供 safetensors 权重的版本；"
            "若信任其作者，可设置 model.allow_pickle。",
        ),
    ),
    Cause(
        r"chat_template is not set|chat template functions",
        Text(
            "The model has no chat template, so it is no chat model.",
            "该模型没有对话模板，不是对话模型。",
        ),
        Text(
            "Choose the variant whose name ends in Instruct or Chat.",
            "请选择名称带 Instruct 或 Chat 的版本。",
        ),
    ),
    Cause(
        r"Target modules \{?(.*?)\}? not found",
        Text(
            "The model has no layers called {found}, so nothing would learn.",
            "该模型没有名为 {found} 的层，没有可训练的内容。",
        ),
        Text(
            "Choose other target modules; `tunebook plan` names those that it has.",
            "请选择其他目标模块；`tunebook plan` 会列出可用的模块。",
        ),
    ),
    Cause(
        r"(?:ModuleNotFoundError|ImportError): .*?'([^']+)'",
        Text(
            "The package {found} is missing or does not fit.",
            "缺少软件包 {found}，或其版本不匹配。",
        ),
        Text(
            "`tunebook doctor` shows the command that installs it.",
            "运行 `tunebook doctor` 查看安装命令。",
        ),
    ),
    Cause(
        r"FileNotFoundError: (?:\[Errno 2\] )?([^\n]+)",
        Text(
            "A file that {cell} needs is not there ({found}).",
            "{cell} 所需的文件不存在（{found}）。",
        ),
        Text(
            "Check the recipe's paths (data.train_files, split.files), or upload "
            "the file again.",
            "请检查配方中的路径（data.train_files、split.files），或重新上传文件。",
        ),
    ),
    Cause(
        r"^(?:data|score|sweep) KeyError: [\"']?([\w .-]+)"
        r"|Column ([\w .-]+) not in the dataset",
        Text(
            "The rows have no column {found}, or not all of them have it.",
            "数据中没有 {found} 列，或有的行缺少该列。",
        ),
        Text(
            "Choose the format that fits the file (data.format); the preview of the "
            "data shows its columns.",
            "请选择与文件相符的格式（data.format）；数据预览会显示各列。",
        ),
    ),
    Cause(
        r"DatasetGenerat|JSON parse error|JSONDecodeError|Error tokenizing data"
        r"|ArrowInvalid|CastError",
        Text(
            "The data file could not be read as rows.",
            "无法从数据文件中读取各行。",
        ),
        Text(
            "See the preview of the data: every row needs the same columns with the "
            "same kind of value.",
            "请查看数据预览：每行的列和取值类型必须一致。",
        ),
    ),
    Cause(
        r"resulting train set will be empty|test_size=.* should be",
        Text(
            "The data file has too few rows to hold some of them out.",
            "数据太少，无法留出一部分。",
        ),
        Text(
            "Add rows, name a held-out file of its own (split.files), or change "
            "the held-out share.",
            "请增加数据、另外指定留出文件（split.files），或调整留出比例。",
        ),
    ),
)
