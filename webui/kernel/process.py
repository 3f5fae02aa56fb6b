"""Start the kernel's process, independent of ours, and know whether it lives."""

import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.connect import write_connection_file

from webui.errors import UserError
from webui.files import read_json
from webui.kernel.client import CONNECTION, await_answer, connect, send_request
from webui.kernel.kernel import Kernel
from webui.recorder.recorder import STATE

EXIT, OUTPUT = "exit", "output.txt"
START_SECONDS, ANSWER_SECONDS, EXIT_SECONDS = 60, 0.5, 1
# Two writings within a tick of the file system's clock have one time.
SETTLED_SECONDS = 1

# The shell stays behind to write down how the kernel ended.
WRAPPER = 'trap : INT; "$@"; echo $? > "$TUNEBOOK_EXIT"'


class KernelError(UserError):
    """The kernel cannot do what was asked."""


class BusyError(KernelError):
    """The kernel does something else just now; later it can."""


def start_process(kernel: Kernel) -> None:
    """Start a kernel and wait until it answers. The caller holds the lock.

    Raises:
        KernelError: when it does not come up; its own words are in output.txt.
    """
    folder = kernel.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (CONNECTION, EXIT, STATE):
        (folder / name).unlink(missing_ok=True)
    # Others on this machine reach its ports too, but cannot sign what they send.
    key = secrets.token_hex(32).encode()
    write_connection_file(str(folder / CONNECTION), ip="127.0.0.1", key=key)
    # A log of its own: whoever waits on our pipes must not wait for the kernel.
    with (folder / OUTPUT).open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", WRAPPER, "sh", *kernel_command(kernel)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            env=kernel_environment(kernel),
            start_new_session=True,
        )
    kernel.started.append(process)
    try:
        wait_until_ready(kernel, process)
    except BaseException:
        # Nobody would know of it: it has not written its state yet, or does not answer.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise


def kernel_command(kernel: Kernel) -> list[str]:
    """The command of an ipykernel that loads our recorder."""
    return [
        sys.executable,
        "-m",
        "ipykernel_launcher",
        "-f",
        str(kernel.folder / CONNECTION),
        "--IPKernelApp.extensions=['webui.recorder.recorder']",
        # Its history file would be one more thing to lock on a slow disk.
        "--HistoryManager.enabled=False",
    ]


def kernel_environment(kernel: Kernel) -> dict[str, str]:
    """Our environment, and what training beside a browser needs."""
    return {
        # Busy-waiting OpenMP threads starve whatever else runs on few cores.
        "OMP_WAIT_POLICY": "PASSIVE",
        # Otherwise datasets counts each loading of rows, on a server far away.
        "HF_UPDATE_DOWNLOAD_COUNTS": "0",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "UNSLOTH_DISABLE_STATISTICS": "1",
        # Cells name their sinks: what TensorBoard shows lands in the run's folder,
        # where cells run, and Weights & Biases has a project of ours.
        "TENSORBOARD_LOGGING_DIR": "tensorboard",
        "WANDB_PROJECT": "tunebook",
        "PYTHONUNBUFFERED": "1",
        **os.environ,
        "TUNEBOOK_HOME": str(kernel.home),
        "TUNEBOOK_EXIT": str(kernel.folder / EXIT),
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
        ).rstrip(os.pathsep),
    }


def wait_until_ready(kernel: Kernel, process: subprocess.Popen) -> None:
    """Return when the recorder has written its state and the kernel answers."""
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if read_state(kernel) and kernel_answers(kernel, process, end):
            return
        time.sleep(0.05)
    words = kernel.folder / OUTPUT
    raise KernelError.of(
        f"the kernel did not start; its own words are in {words}.",
        f"内核未能启动；它的输出在 {words}。",
    )


def kernel_answers(kernel: Kernel, process: subprocess.Popen, end: float) -> bool:
    """Whether the kernel answers a question before it ends, or its time is up."""
    with connect(kernel, hears=False) as client:
        request = send_request(client, "kernel_info_request")
        while process.poll() is None and time.monotonic() < end:
            if await_answer(client, request, ANSWER_SECONDS):
                return True
    return False


def read_state(kernel: Kernel) -> dict[str, Any]:
    """What the recorder last wrote, not to be changed; empty before the first time."""
    file = kernel.folder / STATE
    try:
        found = file.stat()
    except OSError:
        return {}
    if time.time() - found.st_mtime < SETTLED_SECONDS:
        return read_json(file) or {}
    return parsed(file, found.st_mtime_ns)


@lru_cache(maxsize=16)
def parsed(file: Path, changed: int) -> dict[str, Any]:
    """The state in a file that has settled: read once for each time that it changed."""
    return read_json(file) or {}


def alive(kernel: Kernel) -> bool:
    """Whether a kernel's process runs. A zombie does not."""
    for child in kernel.started:
        child.poll()
    pid: int = read_state(kernel).get("pid", 0)
    return bool(pid) and is_kernel(kernel, pid)


def is_kernel(kernel: Kernel, pid: int) -> bool:
    """Whether this pid is this kernel and not a later process with the same number."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return str(kernel.folder / CONNECTION) in command_line_of(process)
    except psutil.Error:
        return False


@lru_cache(maxsize=16)
def command_line_of(process: psutil.Process) -> list[str]:
    """A process's command line; equal processes have one pid and one beginning."""
    return process.cmdline()


def exit_code(kernel: Kernel) -> int | None:
    """How the kernel ended; None when nothing could write it down."""
    # The kernel is dead a moment before its shell has written this.
    end = time.monotonic() + EXIT_SECONDS
    while time.monotonic() < end:
        try:
            return int((kernel.folder / EXIT).read_text())
        except (OSError, ValueError):
            time.sleep(0.02)
    return None


def send_signal(kernel: Kernel, number: int) -> None:
    """Send a signal to the kernel's process if it is there."""
    pid: int = read_state(kernel).get("pid", 0)
    if pid and is_kernel(kernel, pid):
        os.kill(pid, number)


def end(kernel: Kernel, seconds: float = 5) -> None:
    """End the kernel: a polite signal first, then kill."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        send_signal(kernel, number)
        limit = time.monotonic() + seconds
        while alive(kernel) and time.monotonic() < limit:
            time.sleep(0.05)
        if not alive(kernel):
            break
    for name in (CONNECTION, STATE):
        (kernel.folder / name).unlink(missing_ok=True)
