"""A page's server, and readers that ask it as visible browser tabs do.

In turns, a tab asks what is new of the curves, which tells as well whether the page has
changed, and for all of it when it has. As in a browser, its connection stays open and
its answers come compressed. A browser's own drawing is left out: it happens on the
machine that the user sits at.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import brotli
import psutil

from webui.page.turns import Turns

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port of its own: a server of a benchmark that was killed may still be there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


PORT = free_port()


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
                Connection().get("")
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


class Connection:
    """A connection to the page's server that stays open, as a browser's does."""

    def __init__(self) -> None:
        self.http = HTTPConnection("127.0.0.1", PORT, timeout=30)

    def get(self, path: str, body: str | None = None) -> str:
        """An answer of the server; a body is posted."""
        headers = {"Content-Type": "application/json", "Accept-Encoding": "br"}
        self.http.request("POST" if body else "GET", f"/{path}", body, headers)
        reply = self.http.getresponse()
        told = reply.read()
        if reply.status != 200:
            raise RuntimeError(f"{path}: {reply.status}, {told[:200]!r}")
        packed = reply.headers.get("Content-Encoding") == "br"
        return (brotli.decompress(told) if packed else told).decode()


class Looking(threading.Event):
    """Whether the tabs look now, with a clock that stands still while they do not."""

    def __init__(self) -> None:
        super().__init__()
        self.before = self.since = 0.0

    def set(self) -> None:
        """Look from now on."""
        self.since = time.monotonic()
        super().set()

    def clear(self) -> None:
        """Look no more."""
        self.before = self.seconds()
        super().clear()

    def seconds(self) -> float:
        """How long they have looked."""
        return self.before + (time.monotonic() - self.since if self.is_set() else 0)

    def rest(self, seconds: float, over: threading.Event) -> bool:
        """Wait so long by this clock; False when all is over before."""
        until = self.seconds() + seconds
        while not over.wait(max(until - self.seconds(), 0.01)):
            if self.is_set() and self.seconds() >= until:
                return True
        return False


@dataclass
class Tabs:
    """What the tabs watch, by the run's id, and whether they look at it now.

    They take turns by a clock of their own: the server's goes on while it is frozen.
    """

    run: str = ""
    looking: Looking = field(default_factory=Looking)

    def __post_init__(self) -> None:
        self.turns = Turns(clock=self.looking.seconds)
        self.looking.set()


@contextmanager
def readers(number: int) -> Iterator[Tabs]:
    """So many tabs that watch a run as soon as they are told which."""
    tabs, over = Tabs(), threading.Event()
    with ThreadPoolExecutor(max(number, 1)) as pool:
        watching = [pool.submit(watch, tabs, over, f"tab{n}") for n in range(number)]
        try:
            yield tabs
        finally:
            over.set()
        for each in watching:
            each.result()  # a tab that failed has watched nothing


def watch(tabs: Tabs, over: threading.Event, name: str) -> None:
    """Ask what is new as often as the page's script does while steps are short."""
    server, stamp = Connection(), ""
    config = json.loads(server.get("config"))
    known = {"generation": -1, "known": 0, "heard": 0}
    again = 1.0
    while tabs.looking.rest(again, over):
        try:
            if tabs.run:
                again = tabs.turns.next(0)
                words = "&".join(f"{key}={value}" for key, value in known.items())
                told = json.loads(server.get(f"curves?run={tabs.run}&{words}"))
                known, now = {key: told[key] for key in known}, told["stamp"]
            else:
                now = server.get("stamp")
            if now != stamp:
                stamp = now
                redraw(server, config, name)
        except (OSError, HTTPException):
            server = Connection()


def redraw(server: Connection, config: dict[str, Any], name: str) -> None:
    """Have the page drawn anew for a tab, as the event with the most outputs does."""
    event = max(config["dependencies"], key=lambda event: len(event["outputs"]))
    props = {each["id"]: each["props"] for each in config["components"]}
    values = [props[number].get("value") for number in event["inputs"]]
    body = {"fn_index": event["id"], "data": values, "session_hash": name}
    server.get("gradio_api/run/predict", json.dumps(body))
