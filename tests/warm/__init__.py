"""Warm processes for tests: what imports Unsloth is forked from one that has done so.

A session of tests starts hundreds of processes that each import torch, Transformers or
Unsloth for five to ten seconds of a core. Instead, `sys.executable` is a launcher that
asks a zygote to fork: kernels, the planner's processes, and whatever a test starts with
`-X warm=unsloth` are real processes that run the real code, without that wait. All else
starts afresh, and so does everything while TUNEBOOK_FRESH=1 is set.
"""

import json
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from warm.launcher import HUB, named

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LAUNCHER = """#!{python} -IS
import sys
sys.path.insert(0, {warm!r})
sys.dont_write_bytecode = False
from launcher import main
main({python!r}, {warm!r})
"""


def possible() -> bool:
    """Whether forks are sound here: importing Unsloth on a GPU opens that."""
    return (
        sys.platform == "linux"
        and hasattr(os, "pidfd_open")
        and not Path("/dev/nvidiactl").exists()
        and not os.environ.get("TUNEBOOK_FRESH")
    )


def prepare() -> Callable[[], None]:
    """Prepare the start of zygotes, each when it is first asked for.

    Returns:
        What removes their folder again; they themselves end with this process.
    """
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    for name in ("launcher.py", "zygote.py"):
        shutil.copy(HERE / name, folder)
    (folder / "hub.json").write_text(json.dumps(named(HUB)))
    launcher = folder / "python"
    launcher.write_text(LAUNCHER.format(python=sys.executable, warm=str(folder)))
    launcher.chmod(0o755)
    os.environ["TUNEBOOK_WARM"] = str(launcher)
    os.environ["TUNEBOOK_WARM_ROOT"] = str(ROOT)
    os.environ["TUNEBOOK_WARM_SESSION"] = str(os.getpid())
    return lambda: shutil.rmtree(folder, ignore_errors=True)


def use() -> None:
    """Let what this process starts be started warm."""
    sys.executable = os.environ["TUNEBOOK_WARM"]
    multiprocessing.set_executable(sys.executable)
