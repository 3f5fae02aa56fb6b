"""Files that could not be written, and checkpoints that cannot be read again."""

from webui.diagnosis.cause import Cause

DISK = (
    # torch.save on a full disk says only that it stands at another place.
    Cause(
        "disk_full",
        r"No space left on device|Disk quota exceeded|PytorchStreamWriter failed"
        r"|inline_container\.cc:\d+\] \. unexpected pos",
        "The disk is full, so {cell} could not save its files.",
        "磁盘已满，{cell} 无法保存文件。",
        "Delete runs that you no longer need (`tunebook runs --delete RUN`), keep "
        "fewer checkpoints, or set TUNEBOOK_HOME to a folder on another disk.",
        "请删除不再需要的运行（`tunebook runs --delete RUN`）、减少保留的检查点，"
        "或把 TUNEBOOK_HOME 设为其他磁盘上的文件夹。",
    ),
    Cause(
        "read_only",
        r"(Read-only file system)|PermissionError: \[Errno 13\] ([^\n]+)",
        "{cell} may not write its files ({found}).",
        "{cell} 没有写入文件的权限（{found}）。",
        "Set TUNEBOOK_HOME to a folder that you may write to.",
        "请把 TUNEBOOK_HOME 设为有写入权限的文件夹。",
    ),
    Cause(
        "broken_checkpoint",
        r"^train .*(?:PytorchStreamReader failed|Error while deserializing header"
        r"|Can't find a valid checkpoint|size mismatch for|EOFError"
        r"|loaded state dict (?:has|contains))",
        "The checkpoint cannot be read, or is of other settings: it was not "
        "written to its end, or the model or the adapter was changed since.",
        "无法读取检查点，或它来自不同的设置：可能未写完整，"
        "也可能之后改过模型或适配器。",
        "Delete the newest folder in the run's checkpoints and press Resume: it "
        "goes on from the one before. Otherwise run again from the start.",
        "请删除运行文件夹 checkpoints 中最新的一个，再按“继续”："
        "将从前一个检查点接着训练。否则请从头运行。",
    ),
)
