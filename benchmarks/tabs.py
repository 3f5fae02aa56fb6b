"""A page's server, and readers that ask it as visible browser tabs do.

Once a second a tab asks what is new of the curves and whether the page has changed,
and for all of it when it has. A browser's own drawing is left out: it happens on the
machine that the user sits at.
"""

import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from webui.kernel.status import status

ROOT = Path(__file__).resolve().parents[1]
PORT = 7994


@contextmanager
def page() -> Iterator[psutil.Process]:
    """A page's server, started whole: what that takes is no watching."""
    command = [sys.executable, "-m", "webui", "page", "--port", str(PORT)]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
    server = psutil.Process(process.pid)
    try:
        while True:
            try:
                get("")
                break
            except OSError:
                time.sleep(0.2)
        rest(server)
        yield server
    finally:
        for each in family(server):
            each.kill()
        process.wait()


def rest(server: psutil.Process) -> None:
    """Wait until a server and its planner have nothing to do any more."""
    while True:
        before = processor(server)
        time.sleep(3)
        if processor(server) - before < 0.15:
            return


def family(process: psutil.Process) -> list[psutil.Process]:
    """A process and all that it started."""
    return [process, *process.children(recursive=True)]


def processor(server: psutil.Process) -> float:
    """Seconds of processor that a server and its children have taken so far."""
    return sum(sum(each.cpu_times()[:2]) for each in family(server))


def get(path: str, body: bytes | None = None) -> bytes:
    """An answer of the page's server; a body is posted."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/{path}",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return bytes(answer.read())


@contextmanager
def readers(tabs: int) -> Iterator[threading.Event]:
    """So many tabs that watch the newest run, whenever the given event is set."""
    looking, over = threading.Event(), threading.Event()
    looking.set()
    threads = [
        threading.Thread(target=watch, args=(looking, over, f"tab{n}"), daemon=True)
        for n in range(tabs)
    ]
    for thread in threads:
        thread.start()
    try:
        yield looking
    finally:
        over.set()
        for thread in threads:
            thread.join()


def watch(looking: threading.Event, over: threading.Event, tab: str) -> None:
    """Ask once a second what is new, as the page's script does."""
    config = json.loads(get("config"))
    known, stamp = {"generation": -1, "known": 0, "heard": 0}, ""
    while not over.wait(1):
        if not looking.is_set():
            continue
        try:
            if (now := get("stamp").decode()) != stamp:
                stamp = now
                redraw(config, tab)
            kernel = status()
            if kernel.run is None or not kernel.run.is_dir():
                continue
            query = "&".join(f"{name}={value}" for name, value in known.items())
            told = json.loads(get(f"curves?run={kernel.run.name}&{query}"))
        except OSError:
            continue
        known = {name: told[name] for name in known}


def redraw(config: dict[str, Any], tab: str) -> None:
    """Have the page drawn anew for a tab, as the event with the most outputs does."""
    event = max(config["dependencies"], key=lambda event: len(event["outputs"]))
    props = {each["id"]: each["props"] for each in config["components"]}
    values = [props[number].get("value") for number in event["inputs"]]
    body = {"fn_index": event["id"], "data": values, "session_hash": tab}
    get("gradio_api/run/predict", json.dumps(body).encode())
