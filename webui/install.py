"""Install what Tunebook runs on, and keep the torch that is here.

`python -m webui.install`, or `tunebook doctor --fix`. A Colab, a Kaggle notebook or a
cluster brings a torch that fits its driver, several GB of it: it stays, and the rest is
chosen to fit. Unsloth comes last and alone, for pip would bring half a dozen large
packages with it that no cell uses.

Needs nothing but Python at the start: Tunebook itself may have come without what it
stands on.
"""

import argparse
import importlib
import importlib.metadata
import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from webui.errors import UserError

UNSLOTH = ("unsloth==2026.10.9", "unsloth_zoo==2026.10.9")
# One build: exchanging one of them breaks the others.
KEPT = ("torch", "torchvision", "torchaudio", "triton")
EXTRA = re.compile(r"""\s*(?:and\s+)?extra\s*==\s*['"](\w+)['"]""")
# A set that nobody can fit: the reader sees pip's own last words.
LINES = 6


class InstallError(UserError):
    """What Tunebook runs on cannot be installed here; the text says what to do."""


def install(
    progress: Callable[[str], None] = print, *, replace_torch: bool = False
) -> None:
    """Install all packages that fit each other and the torch that is here.

    Raises:
        InstallError: if that torch is none of those tried, or pip finds no set.
    """
    wanted = requirements()
    kept = {} if replace_torch else installed(KEPT)
    if "torch" in kept:
        check_torch(kept["torch"], wanted)
        progress(f"Keeping torch {kept['torch']}, which is here already.")
    else:
        progress("Installing torch and what runs on it; this takes a few minutes ...")
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("".join(f"{n}=={v}\n" for n, v in kept.items()))
        run_installer("--constraint", str(constraints), *wanted)
    progress("Installing Unsloth, by itself ...")
    run_installer("--no-deps", *UNSLOTH)
    progress("Everything is installed.")


def requirements(declared: Iterable[str] | None = None) -> list[str]:
    """What Tunebook asks for, its extra ``unsloth`` included, as pip reads it.

    Never its own name: an index may have another package of that name.
    """
    if declared is None:
        declared = importlib.metadata.requires("tunebook") or []
    found = []
    for text in declared:
        package, _, marker = text.partition(";")
        if set(EXTRA.findall(marker)) <= {"unsloth"}:
            rest = EXTRA.sub("", marker).strip()
            found.append(f"{package.strip()}; {rest}" if rest else package.strip())
    return found


def installed(names: Iterable[str]) -> dict[str, str]:
    """Those of some packages that are here, with their versions."""
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def check_torch(version: str, wanted: Sequence[str]) -> None:
    """Raise InstallError unless a version of torch is in the range that was tried."""
    if importlib.util.find_spec("packaging") is None:
        run_installer("packaging>=24")
        importlib.invalidate_caches()
    from packaging.requirements import Requirement

    range = next(r for r in map(Requirement, wanted) if r.name == "torch").specifier
    if range.contains(version, prereleases=True):
        return
    command = f"{sys.executable} -m webui.install --replace-torch"
    raise InstallError.of(
        f"torch {version} is here, and Tunebook runs on torch {range}; nothing was "
        f"changed. Choose another image or module with such a torch, or run `{command}`"
        ", which exchanges it (several GB), in an environment of its own.",
        f"这里已有 torch {version}，而 Tunebook 需要 torch {range}；未作任何更改。"
        f"请换用带有合适 torch 的镜像或模块，或在独立环境中运行 `{command}` 更换它"
        "（数 GB）。",
    )


def run_installer(*words: str) -> None:
    """Let pip, or uv where there is no pip, install something in this environment.

    Raises:
        InstallError: with its last words.
    """
    command = [*installer(), "--quiet", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-LINES:]
        last = "\n".join(said)
        raise InstallError.of(
            f"The packages could not be installed; the installer says:\n{last}",
            f"无法安装软件包；安装程序的说明如下：\n{last}",
        )


def installer(
    has: Callable[[str], object] = importlib.util.find_spec,
    which: Callable[[str], str | None] = shutil.which,
) -> list[str]:
    """The command that installs packages into this environment.

    pip first: uv does not see what an environment takes over from the machine, and
    would bring a second torch.
    """
    if has("pip"):
        return [sys.executable, "-m", "pip", "install"]
    if which("uv"):
        return ["uv", "pip", "install", "--python", sys.executable]
    command = f"{sys.executable} -m ensurepip"
    raise InstallError.of(
        f"This Python has no pip: run `{command}` and try again.",
        f"这个 Python 没有 pip：请运行 `{command}` 后重试。",
    )


def by_hand(*words: str) -> str:
    """The same as a line for a shell."""
    try:
        return shlex.join([*installer(), *words])
    except InstallError:
        return f"{sys.executable} -m ensurepip  # then once more"


def explain(found: Mapping[str, str], prefix: str = sys.prefix) -> str:
    """Why these versions: who sets the limits, and where torch comes from."""
    limits = f"{UNSLOTH[0].replace('==', ' ')} sets the limits of what runs beside it"
    if "torch" not in found:
        return f"{limits}; there is no torch yet"
    if outside(prefix):
        return f"{limits}; torch {found['torch']} is this machine's own, and is kept"
    return f"{limits}; torch {found['torch']} is kept as long as it fits"


def outside(prefix: str) -> bool:
    """Whether torch is none of this environment's own packages."""
    place = importlib.metadata.distribution("torch").locate_file("")
    return not Path(str(place)).is_relative_to(prefix)


def main() -> int:
    """Install, and say in one sentence what keeps it from being done."""
    parser = argparse.ArgumentParser(
        prog="python -m webui.install",
        description="Install what Tunebook runs on, and keep the torch that is here.",
    )
    parser.add_argument(
        "--replace-torch",
        action="store_true",
        help="install the newest torch that fits, in place of the one that is here",
    )
    try:
        install(replace_torch=parser.parse_args().replace_torch)
    except UserError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
