"""Stands where Python stands, and lets a warm process do the work: see zygote.py.

It hands over its words, folder, environment and open files, passes signals on, and ends
as the process ends that works for it. Whatever no zygote is for starts afresh, in its
own place.
"""

import array
import fcntl
import json
import os
import resource
import signal
import socket
import sys
import time
import zlib

# Read when a library is imported; TUNEBOOK_HOME and the like are read later.
LOADING = ("OMP_", "MKL_", "OPENBLAS_", "TORCH", "PYTORCH_", "CUDA_", "LD_", "BNB_")
HUB = ("HF_", "HUGGING", "TRANSFORMERS_", "DATASETS_", "UNSLOTH_", "HOME", "XDG_")
# What a kernel is given beyond our own environment; nothing that counts or calls home.
NEUTRAL = {
    "HF_HUB_DISABLE_TELEMETRY",
    "HF_TOKEN",
    "HF_UPDATE_DOWNLOAD_COUNTS",
    "UNSLOTH_DISABLE_STATISTICS",
}
# What a zygote's child can do as Python does; PYTHONHOME and the like it cannot.
PLAIN = {"PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
ROOM = " " * 4096  # in the command line, for the words of those that are forked
PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
LIMITS = [name for name in dir(resource) if name.startswith("RLIMIT_")]


def main(python: str, warm: str) -> None:
    """Be the process that was asked for.

    Args:
        python: the real interpreter.
        warm: the folder of this session's zygotes.
    """
    words = sys.argv[1:]
    kind, skipped = kind_of(words)
    if kind and (connection := connect(python, warm, kind)):
        follow(connection, words[skipped:])
    os.execv(python, [python, *words])


def kind_of(words: list[str]) -> tuple[str, int]:
    """The zygote for a command, if there is one, and how many options it has seen."""
    special = {name for name in os.environ if name.startswith("PYTHON")} - PLAIN
    places = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    special |= {p for p in places if p and os.path.exists(f"{p}/sitecustomize.py")}
    if special or os.environ.get("TUNEBOOK_FRESH"):
        return "", 0
    options = 1 if words[:1] == ["-B"] else 0  # which multiprocessing passes on
    words = words[options:]
    if words[:1] == ["-X"] and words[1].startswith("warm="):
        return words[1].removeprefix("warm="), options + 2
    if words[:2] == ["-m", "webui"]:
        return "light", options
    if words[:2] == ["-m", "webui.doctor"]:
        return "unsloth", options  # on a CPU it asks Unsloth
    if words[:2] == ["-m", "ipykernel_launcher"]:
        return "unsloth", options
    if words[:1] == ["-c"] and "--multiprocessing-fork" in words:
        return "planner", options
    return "", 0


def named(prefixes: tuple[str, ...]) -> dict[str, str]:
    """Our environment's variables of these names."""
    names = sorted(n for n in os.environ if n.startswith(prefixes) and n not in NEUTRAL)
    return {name: os.environ[name] for name in names}


def connect(python: str, warm: str, kind: str) -> "socket.socket | None":
    """A connection to the zygote for this kind and environment, which may start."""
    hub = named(HUB)
    # A hub of one test's own is worth no zygote of its own.
    if json.dumps(hub) != open(f"{warm}/hub.json").read():
        kind, hub = "torch", {}
    own = "" if kind == "planner" else json.dumps(named(LOADING))
    name = f"{kind}-{zlib.crc32(own.encode()):08x}"
    place = f"{warm}/{name}"
    with open(f"{place}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not os.path.exists(place):
            start(python, warm, kind, place)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(place)
    except OSError:
        return None
    return connection


def start(python: str, warm: str, kind: str, place: str) -> None:
    """Start a zygote and wait until it listens, or has ended."""
    import subprocess

    keep = {n: v for n, v in os.environ.items() if not n.startswith("PYTHON")}
    with open(f"{place}.log", "w") as log:
        zygote = subprocess.Popen(
            [python, f"{warm}/zygote.py", kind, place, ROOM],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=warm,
            env=keep,
            start_new_session=True,
        )
    while not os.path.exists(place) and zygote.poll() is None:
        time.sleep(0.02)


def follow(connection: socket.socket, words: list[str]) -> None:
    """Let the zygote's child do the work, and end as it ends."""
    # Whatever comes before there is somebody to pass it on to must wait.
    numbers = [getattr(signal, name) for name in PASSED_ON]
    ignored = [n for n in numbers if signal.getsignal(n) == signal.SIG_IGN]
    signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    files = [n for n in map(int, os.listdir("/proc/self/fd")) if is_passed(n)]
    if connection.fileno() in files:
        files.remove(connection.fileno())
    job = {
        "words": words,
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "executable": sys.argv[0],
        "files": files,
        "ignored": ignored,
        "mask": os.umask(0),
        "nice": os.getpriority(os.PRIO_PROCESS, 0),
        "limits": {n: resource.getrlimit(getattr(resource, n)) for n in LIMITS},
    }
    body = json.dumps(job).encode()
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))
    connection.sendmsg([len(body).to_bytes(4, "big")], [rights])
    connection.sendall(body)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in files:
        # Whoever waits for the end of a pipe must not wait for us.
        os.dup2(nowhere, number)
    answers = connection.makefile("r")
    if not (worker := answers.readline()):
        os._exit(1)
    for number in set(numbers) - set(ignored):
        signal.signal(number, lambda number, _: pass_on(int(worker), number))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, numbers)
    end(answers.readline())


def is_passed(number: int) -> bool:
    """Whether a file is open, and would stay so in a process that we started."""
    try:
        return os.get_inheritable(number)
    except OSError:
        return False


def pass_on(worker: int, number: int) -> None:
    """Give a signal to who works for us, if it still does."""
    try:
        os.kill(worker, number)
    except ProcessLookupError:
        pass


def end(status: str) -> None:
    """End as another process ended: with its code, or by its signal."""
    code = os.waitstatus_to_exitcode(int(status)) if status.strip() else 1
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)
