"""The kernel ended while it ran a cell: what its exit code says."""

from webui.diagnosis.cause import RESUME, SMALLER, Cause
from webui.text import Text

START_AGAIN = Text(
    f"Run again: a new kernel starts by itself. {RESUME.en}",
    f"请重新运行：内核会自动启动。{RESUME.zh}",
)


def ended_by(code: int | None) -> str:
    """What ended a process, by the shell's code or Python's: a signal or a code."""
    if code is None:
        return "unknown"
    number = -code if code < 0 else code - 128
    return f"signal {number}" if number > 0 else f"code {code}"


KERNEL_DEATHS = (
    Cause(
        "killed",
        r"KernelDied: signal 9\b",
        "The kernel was killed from outside while it ran {cell}, most likely "
        "because the machine ran out of memory.",
        "内核在运行 {cell} 时被强制结束，很可能是因为内存不足。",
        f"{SMALLER.en} {RESUME.en}",
        f"{SMALLER.zh}{RESUME.zh}",
    ),
    Cause(
        "ended",
        r"KernelDied: signal (?:2|15)\b",
        "The kernel was ended while it ran {cell}: someone, or the system, asked "
        "it to stop.",
        "内核在运行 {cell} 时被用户或系统要求结束。",
        *START_AGAIN,
    ),
    Cause(
        "crashed",
        r"KernelDied: (signal (?:4|6|7|8|11)\b)",
        "The kernel crashed inside a library while it ran {cell} ({found}).",
        "内核在运行 {cell} 时因底层库崩溃（{found}）。",
        "Run again; if it crashes again, `tunebook doctor` shows whether the "
        f"installed versions fit together. {RESUME.en}",
        "请重新运行；若再次崩溃，用 `tunebook doctor` 检查已安装的版本是否匹配。"
        f"{RESUME.zh}",
    ),
    Cause(
        "unseen",
        r"KernelDied: unknown",
        "The kernel ended while it ran {cell}, and nobody saw how: the machine may "
        "have restarted, or it ran out of memory.",
        "内核在运行 {cell} 时退出，当时无人监看：可能是机器重启或内存不足。",
        *START_AGAIN,
    ),
    Cause(
        "gone",
        r"KernelDied: (.*)",
        "The kernel ended while it ran {cell}, and nothing says why ({found}).",
        "内核在运行 {cell} 时退出，原因不明（{found}）。",
        *START_AGAIN,
    ),
)
