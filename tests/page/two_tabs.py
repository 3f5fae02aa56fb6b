"""A server in this process, its watchdog and two tabs that ask it again and again.

Run as ``python two_tabs.py ASKS``; prints as JSON what is left when all is done. The
kernel is a real one; what it is given to do is small.
"""

import asyncio
import faulthandler
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import zmq

from webui import app, watchdog
from webui.kernel import jobs, process
from webui.kernel.kernel import Kernel, this_kernel
from webui.notebook.edits import Edits
from webui.notebook.render import Cell
from webui.recipe import Recipe
from webui.runs import events
from webui.runs import folder as runs

ANSWERS = """
def ask(name):
    print(name, end="", flush=True)

with open("/dev/null"):
    ask("one")
ask("two")
"""
SLOW = "import time; time.sleep(1.2)\n"
SCORE = """
class rows(list):
    column_names = ()

base_score, tuned_score, scored_rows = 0.25, 0.5, rows([1])
"""
EVERY = 12  # how many asks from one closed tab to the next
PATIENCE = 540  # seconds
slow = threading.Event()


def small_cells(
    kernel: Kernel, recipe: Recipe, run: Path, upto: str, edits: Edits
) -> tuple[Cell, ...]:
    """A comparison or a scoring that takes no model."""
    code = SCORE if upto == "score" else ANSWERS
    if slow.is_set():
        code = SLOW + code
    return (Cell(upto, code, sha256(code.encode()).hexdigest()[:16]),)


class Tab:
    """What a browser's tab does: it redraws, presses buttons, and hears the answer."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=60)
        self.config = self.http.get("/config").json()
        self.session = os.urandom(6).hex()
        self.values = {c["id"]: c["props"].get("value") for c in self.components}
        stamp = self.component("stamp")
        self.values[stamp] = "now"
        drawn = self.press(stamp, "change")
        for element, told in zip(drawn["outputs"], drawn["data"], strict=True):
            if isinstance(told, dict) and "value" in told:
                self.values[element] = told["value"]

    @property
    def components(self) -> list[dict[str, Any]]:
        """All components of the page."""
        found: list[dict[str, Any]] = self.config["components"]
        return found

    def component(self, name: str) -> int:
        """The component with this id in the English page."""
        named = [c["id"] for c in self.components if c["props"].get("elem_id") == name]
        return int(named[0])

    def press(self, element: int, event: str = "click", leave: bool = False) -> Any:
        """Send an event and hear its answer to the end, or close the tab before that.

        The answer holds the outputs' ids, what they were sent last, and all that the
        event warned of.
        """
        number, function = next(
            (number, d)
            for number, d in enumerate(self.config["dependencies"])
            if [element, event] in d["targets"]
        )
        join = {
            "data": [self.values.get(i) for i in function["inputs"]],
            "fn_index": function.get("id", number),
            "session_hash": self.session,
            "trigger_id": element,
        }
        self.http.post("/gradio_api/queue/join", json=join).raise_for_status()
        answer: dict[str, Any] = {"outputs": function["outputs"], "warned": []}
        with self.messages() as messages:
            for message in messages:
                kind = message["msg"]
                if kind == "log":
                    answer["warned"].append(message["log"])
                if kind == "process_generating" and leave:
                    break
                if kind == "process_completed":
                    assert message["success"], message
                    answer["data"] = message["output"]["data"]
                    return answer
        return None

    @contextmanager
    def messages(self) -> Iterator[Iterator[dict[str, Any]]]:
        """What the server sends to this tab; leaving the block closes the tab."""
        given = {"session_hash": self.session}
        with self.http.stream("GET", "/gradio_api/queue/data", params=given) as stream:
            yield (
                json.loads(line.removeprefix("data:"))
                for line in stream.iter_lines()
                if line.startswith("data:")
            )


class Clock(threading.Thread):
    """What each tab does beside: it asks for the stamp, and notes the longest wait."""

    def __init__(self, address: str) -> None:
        super().__init__(daemon=True)
        self.address, self.longest, self.ended = address, 0.0, threading.Event()

    def run(self) -> None:
        with httpx.Client(base_url=self.address, timeout=120) as http:
            while not self.ended.wait(0.2):
                begun = time.monotonic()
                http.get("/stamp").raise_for_status()
                self.longest = max(self.longest, time.monotonic() - begun)


def use(tab: Tab, address: str, done: list[str], asks: int) -> None:
    """Ask and score in turns until so many are done by all tabs together."""
    while len(done) < asks:
        number = len(done)
        leave = number % EVERY == EVERY - 1
        (slow.set if leave else slow.clear)()
        button = "run-score" if number % 3 == 2 and not leave else "ask"
        answer = tab.press(tab.component(button), leave=leave)
        if answer is None:
            done.append("left")
            tab = Tab(address)
        elif answer["warned"]:
            assert "kernel is busy" in answer["warned"][0] or (
                "another start" in answer["warned"][0]
            ), answer["warned"]
            time.sleep(0.3)
        else:
            done.append(button)
        if number % 4 == 0:
            gc.collect()


def collect() -> None:
    """A collection on the event loop; what it takes by itself is nobody's fault."""
    gc.collect()


def left(loop: asyncio.AbstractEventLoop) -> dict[str, int]:
    """What is open in this process, once the loop has had its turn."""
    asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(60)
    gc.collect()
    objects = gc.get_objects()
    return {
        "contexts": sum(isinstance(o, zmq.Context) and not o.closed for o in objects),
        "sockets": sum(isinstance(o, zmq.Socket) and not o.closed for o in objects),
        "loops": sum(
            isinstance(o, asyncio.BaseEventLoop) and not o.is_closed() for o in objects
        ),
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),
    }


def main(asks: int) -> None:
    """Ask so often, and print what is left and what the watchdog saw."""
    sys.modules["webui.kernel.jobs"].__dict__["compare_cells"] = small_cells
    with jobs.lock(this_kernel()):
        jobs.ensure_idle_kernel(this_kernel())
    run = runs.create(this_kernel().runs, Recipe(), [], "run")
    (run / "adapter").mkdir()
    (run / "adapter" / runs.SAVED[0]).touch()
    events.append(run, events.Finished(status="finished"))
    loops: list[asyncio.AbstractEventLoop] = []
    watch = watchdog.watch_this_loop

    async def watched() -> None:
        loops.append(asyncio.get_running_loop())
        await watch()

    watchdog.BEAT, watchdog.watch_this_loop = 0.02, watched
    address = app.launch(block=False)
    done: list[str] = []
    tabs = [Tab(address), Tab(address)]
    clock = Clock(address)
    clock.start()

    def use_both(number: int) -> dict[str, int]:
        users = [
            threading.Thread(target=use, args=(tab, address, done, number))
            for tab in tabs
        ]
        for user in users:
            user.start()
        while any(user.is_alive() for user in users):
            # On the loop's own thread too: there one once stood still for good.
            loops[0].call_soon_threadsafe(collect)
            time.sleep(1)
        time.sleep(1)
        return left(loops[0])

    before = use_both(2 * EVERY)
    after = use_both(asks)
    clock.ended.set()
    log = Path(os.environ["TUNEBOOK_HOME"]) / "tunebook.log"
    print(
        json.dumps(
            {
                "done": {name: done.count(name) for name in set(done)},
                "before": before,
                "after": after,
                "longest": round(clock.longest, 2),
                "log": log.read_text() if log.is_file() else "",
            }
        ),
        flush=True,
    )
    process.end(this_kernel())
    os._exit(0)


if __name__ == "__main__":
    # What hangs is told, with the stack of every thread.
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    main(int(sys.argv[1]))
