"""A process that has imported what takes seconds, and forks for each that asks.

The child is a real process of its own, in a session of its own, with the words, folder,
environment, open files and limits of the launcher that asked; what it then runs is run
as Python would run it. Only the imports are not its own: so that is what the zygote
never does beside them, start threads of computation or read a model.
"""

import array
import atexit
import ctypes
import fcntl
import gc
import importlib
import json
import os
import random
import resource
import runpy
import select
import signal
import socket
import sys
import tempfile
import threading
import types
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# None of these reads where the hub is, or where its files lie.
TOGETHER = (
    "torch._inductor.compile_fx",
    "torch.distributed.fsdp",
    "torch.distributed.tensor",
    "torch.onnx",
    "IPython",
    "aiohttp",
    "dill",
    "fsspec",
    "httpx",
    "ipykernel.kernelapp",
    "pandas",
    "pyarrow.dataset",
    "requests",
    "rich",
)
IMPORTS = {
    "light": ("gradio", "jupyter_client", "nbformat", "openpyxl", "psutil", "rich"),
    "torch": TOGETHER,
    "planner": ("transformers", "peft", "datasets", *TOGETHER),
    "unsloth": ("unsloth", "trl", "peft", "datasets", *TOGETHER),
}
LOW = range(3, 96)  # what others have open; a library's own files go above
MOST_FILES = 250


@dataclass
class Worker:
    """A child at work: its id, what tells its end, and who waits for it."""

    pid: int
    ending: int
    launcher: socket.socket


@dataclass
class House:
    """All that the zygote has open for itself."""

    listener: socket.socket
    session: int
    workers: list[Worker] = field(default_factory=list)

    def close(self) -> None:
        """Close it all, as a child must."""
        self.listener.close()
        os.close(self.session)
        for worker in self.workers:
            os.close(worker.ending)
            worker.launcher.close()


def warm_up(kind: str) -> None:
    """Import what this kind of process needs, far from the files of others."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    kept = [n for n in LOW if not is_open(n)]
    for number in kept:
        os.dup2(nowhere, number)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # as the page has it
    if kind == "planner":
        settle_in()
    for name in IMPORTS[kind]:
        importlib.import_module(name)
    for number in {*kept, nowhere}:
        os.close(number)
    sys.stdout.flush()
    gc.collect()
    gc.freeze()


def settle_in() -> None:
    """Have the environment of a planner's process; our own code is then forgotten."""
    sys.path.insert(0, os.environ["TUNEBOOK_WARM_ROOT"])
    os.environ.update(importlib.import_module("webui.planner.child").QUIET)
    del sys.path[0]
    for name in [n for n in sys.modules if n.split(".")[0] == "webui"]:
        del sys.modules[name]


def is_open(number: int) -> bool:
    """Whether a file of this number is open."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def serve(house: House) -> dict[str, Any]:
    """Fork for all who ask, until the session ends. Returns in a child: what to do."""
    while True:
        watched = [house.listener.fileno(), house.session]
        for worker in house.workers:
            watched += [worker.ending, worker.launcher.fileno()]
        poll = select.poll()
        for number in watched:
            poll.register(number, select.POLLIN)
        ready = {number for number, _ in poll.poll()}
        if house.session in ready:
            for worker in house.workers:
                os.kill(worker.pid, signal.SIGKILL)
            os._exit(0)
        for worker in list(house.workers):
            look_after(house, worker, ready)
        if house.listener.fileno() in ready and (job := accept(house)):
            return job


def look_after(house: House, worker: Worker, ready: set[int]) -> None:
    """Tell the launcher of its worker's end; the worker ends with its launcher."""
    if worker.ending in ready:
        _, status = os.waitpid(worker.pid, 0)
        try:
            worker.launcher.sendall(f"{status}\n".encode())
        except OSError:
            pass
        os.close(worker.ending)
        worker.launcher.close()
        house.workers.remove(worker)
    elif worker.launcher.fileno() in ready:
        os.kill(worker.pid, signal.SIGKILL)
        select.select([worker.ending], [], [])


def accept(house: House) -> "dict[str, Any] | None":
    """Take an order and fork for it; in the child, the order is returned."""
    launcher, _ = house.listener.accept()
    try:
        job, files = receive(launcher)
    except (OSError, ValueError):
        launcher.close()
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of 3.12: OpenBLAS's thread is ready for it
        pid = os.fork()
    if pid == 0:
        house.close()
        launcher.close()
        take_files(files, job["files"])
        return job
    for number in files:
        os.close(number)
    house.workers.append(Worker(pid, os.pidfd_open(pid), launcher))
    try:
        launcher.sendall(f"{pid}\n".encode())
    except OSError:
        pass  # it has gone: the next round sees that
    return None


def receive(launcher: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """What is to be done, and the open files for it."""
    size, files = array.array("i"), array.array("i")
    room = socket.CMSG_SPACE(MOST_FILES * size.itemsize)
    head, extra, _, _ = launcher.recvmsg(4, room)
    for _, _, data in extra:
        files.frombytes(data[: len(data) - len(data) % files.itemsize])
    left, body = int.from_bytes(head, "big"), b""
    while len(body) < left:
        if not (part := launcher.recv(left - len(body))):
            raise ValueError("the launcher has gone")
        body += part
    return json.loads(body), list(files)


def take_files(files: list[int], numbers: list[int]) -> None:
    """Have these open files under the numbers that they have elsewhere."""
    high = [moved_up(number) for number in files]
    for number in (0, 1, 2):
        os.close(number)
    for number, wanted in zip(high, numbers, strict=True):
        os.dup2(number, wanted, inheritable=True)
        os.close(number)


def moved_up(number: int) -> int:
    """The same open file under a number that nobody asks for."""
    high = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, 512)
    os.close(number)
    return high


def become(job: dict[str, Any]) -> list[str]:
    """Take over all that the launcher has; its words are returned."""
    os.setsid()
    os.umask(job["mask"])
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    for name, limits in job["limits"].items():
        resource.setrlimit(getattr(resource, name), tuple(limits))
    if (more := job["nice"] - os.getpriority(os.PRIO_PROCESS, 0)) > 0:
        os.nice(more)
    for number in job["ignored"]:
        signal.signal(number, signal.SIG_IGN)
    name_process([job["executable"], *job["words"]])
    sys.executable = job["executable"]
    import multiprocessing

    multiprocessing.set_executable(sys.executable)
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    sys.stdout.reconfigure(line_buffering=unbuffered or sys.stdout.isatty())
    tempfile.tempdir = None
    draw_anew()
    return job["words"]


def draw_anew() -> None:
    """Have random numbers of our own, as a new process has."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def name_process(words: list[str]) -> None:
    """Write these words where `ps` reads a command line; zeros follow them."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    begin, end = int(fields[45]), int(fields[46])
    line = b"\0".join(word.encode() for word in words)[: end - begin - 1]
    ctypes.memmove(begin, line.ljust(end - begin, b"\0"), end - begin)


def run(words: list[str]) -> None:
    """Run a module, a command or a script as Python does."""
    main = types.ModuleType("__main__")
    main.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main
    alone = words[:1] == ["-I"]
    words = words[alone:]
    own = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    path = [] if alone else [os.path.abspath(p) for p in own if p]
    if words[0] == "-m":
        sys.argv = words[1:]
        sys.path[:0] = [*([] if alone else [os.getcwd()]), *path]
        runpy._run_module_as_main(words[1])  # type: ignore[attr-defined]
    elif words[0] == "-c":
        sys.argv = ["-c", *words[2:]]
        sys.path[:0] = [*([] if alone else [""]), *path]
        exec(compile(words[1], "<string>", "exec"), main.__dict__)
    else:
        sys.argv = words
        sys.path[:0] = [*([] if alone else [os.path.dirname(words[0])]), *path]
        main.__file__ = words[0]
        source = Path(words[0]).read_bytes()
        exec(compile(source, words[0], "exec"), main.__dict__)


def run_to_end(words: list[str]) -> int:
    """Run as Python does, and end as it ends; the exit code is returned."""
    try:
        run(words)
    except SystemExit as error:
        if isinstance(error.code, int) or error.code is None:
            return error.code or 0
        print(error.code, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        sys.excepthook(*sys.exc_info())
        return -signal.SIGINT
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def leave(code: int) -> None:
    """End without taking apart, page by page, what is shared with the zygote."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.modules["__main__"].__dict__.clear()
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):
            stream.flush()
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def watch_session() -> int:
    """What tells the end of the session of tests."""
    return os.pidfd_open(int(os.environ["TUNEBOOK_WARM_SESSION"]))


def listen(place: str) -> socket.socket:
    """Stand ready at a place, which is there from now on."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(place + ".new")
    listener.listen(64)
    os.rename(place + ".new", place)
    return listener


if __name__ == "__main__":
    del sys.path[0]
    kind, place = sys.argv[1:3]
    warm_up(kind)
    order = serve(House(listen(place), watch_session()))
    leave(run_to_end(become(order)))
