"""What a process of the planner does before and after its work: it is quiet, stands
back for others, and ends with its parent."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from webui.errors import PlannerError, UserError

# Set in the process before anything heavy is imported there.
QUIET = {
    "CUDA_VISIBLE_DEVICES": "",  # the accelerator belongs to the kernel
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_UPDATE_DOWNLOAD_COUNTS": "0",  # datasets would ask a server far away
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "TRANSFORMERS_VERBOSITY": "error",
}
# It has nothing to save. Windows knows no SIGKILL; its SIGTERM is one.
# Here are no weights, so nothing of 4 bits is computed; half of what a helper would
# import is what these bring along.
NEEDLESS = ("bitsandbytes",)
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def settle_in(niceness: int, all_cores: bool = False) -> None:
    """Make this process a quiet helper that never outlives its parent.

    Args:
        niceness: how far it stands back for other processes, up to 19.
        all_cores: let tokenizers work on all cores.
    """
    threading.Thread(target=end_with_parent, daemon=True).start()
    # Ctrl-C in a terminal reaches the whole group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(QUIET)
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if all_cores else "false"
    stand_back(niceness)
    for name in NEEDLESS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # "not installed"
    # Libraries print at import; `--json` output and the server's pipes stay clean.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def stand_back(niceness: int) -> None:
    """Let other processes go first, more than before."""
    if hasattr(os, "nice"):
        os.nice(niceness)


def end_with_parent() -> None:
    """Wait for the parent's end, be it by kill -9, and end this process at once."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(0)


def call_and_report(function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    """Call the function; every failure leaves this process as a PlannerError.

    Other exceptions may not survive the way to the server, or would make it
    import the library that they come from.
    """
    try:
        return function(*args)
    except PlannerError:
        raise
    except UserError as error:
        raise PlannerError(error.text, error.path) from None
    except ModuleNotFoundError as error:
        raise PlannerError.of(
            f"The planner needs the package {error.name}; `tunebook doctor` "
            "shows how to install it.",
            f"规划需要软件包 {error.name}；运行 `tunebook doctor` 查看安装方法。",
        ) from None
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise PlannerError.of(
            f"The planner failed unexpectedly ({type(error).__name__}: {reason}).",
            f"规划时发生意外错误（{type(error).__name__}：{reason}）。",
        ) from error
