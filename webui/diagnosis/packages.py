"""Packages that are missing, or whose versions do not fit together."""

from webui.diagnosis.cause import Cause
from webui.text import Text

DOCTOR = Text(
    "`tunebook doctor` shows what is installed and the command that puts it right; "
    "restart the kernel after it.",
    "运行 `tunebook doctor` 查看已安装的版本和修复命令；之后请重启内核。",
)

PACKAGES = (
    Cause(
        "version_conflict",
        r"ImportError: cannot import name '[^']+' from '([\w.]+)'"
        r"|ImportError: ([\w.-]+[<>=!~][^\s]+) is required"
        r"|AttributeError: module '([\w.]+)' has no attribute",
        "Versions of packages do not fit together: {found} is too old or too new "
        "for the one that uses it.",
        "软件包版本不匹配：{found} 对使用它的软件包来说太旧或太新。",
        *DOCTOR,
    ),
    Cause(
        "binary_conflict",
        r"([\w.-]*): undefined symbol|compiled using (NumPy 1\.x)|(numpy)\.dtype size "
        r"changed|(GLIBC\w*_[\d.]+)' not found|(lib[\w.-]+): cannot open shared object",
        "A compiled package was made for other versions than those installed "
        "({found}).",
        "某个编译好的软件包与已安装的版本不匹配（{found}）。",
        *DOCTOR,
    ),
    Cause(
        "missing_package",
        r"(?:ModuleNotFoundError|ImportError): .*?'([^']+)'"
        r"|PackageNotFoundError: (?:No package metadata was found for )?([\w.-]+)",
        "The package {found} is missing or does not fit.",
        "缺少软件包 {found}，或其版本不匹配。",
        "`tunebook doctor` shows the command that installs it.",
        "运行 `tunebook doctor` 查看安装命令。",
    ),
)
