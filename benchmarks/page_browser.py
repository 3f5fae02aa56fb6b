"""What the page costs a browser: its weight, a load, the first view of each tab.

    python benchmarks/page_browser.py [--loads 3] [--root CHECKOUT] [--keep NAME]

Chromium opens the page, and a Gradio app of one textbox beside it in turn; the
processor's seconds of all its processes until it rests are what a load costs, which a
busy machine changes less than the time that it takes. Then each tab is clicked: the
milliseconds until nothing of the page changes any more, and the seconds of processor.
At last a field is changed, until the code that hangs on it has changed. What is said of
a page is the median of all loads; ``--root`` measures another checkout. With ``--keep``
the figures go under that name to benchmarks/results/page_browser.json.
"""

import argparse
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright
from startup import TRIVIAL

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "page_browser.json"
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync")
FLAGS += ("--disable-background-networking", "--disable-component-update")
QUIET = 400  # milliseconds without a change: all is there
TABS = ("Data", "Parameters", "Train", "Sweep", "Compare", "Runs")
CLICK = """
async ([name, quiet]) => {
  const tabs = [...document.querySelectorAll('[role=tab]')];
  const tab = tabs.find((each) => each.innerText.trim() === name);
  const start = performance.now();
  let last = start;
  const seen = new MutationObserver((changes) => {
    const real = changes.some(({ target }) => !target.closest?.('#status, #watched'));
    if (real) last = performance.now();
  });
  seen.observe(document.querySelector('main'), { subtree: true, childList: true });
  tab.click();
  while (performance.now() - last < quiet) {
    await new Promise((done) => setTimeout(done, 20));
  }
  seen.disconnect();
  return last - start;
}
"""
FIELD = """
async () => {
  const box = document.querySelector('#adapter-rank input');
  const code = document.querySelector('#cell-adapter .code-side');
  if (!box || !code) return null;
  const wanted = String(Number(box.value) * 2);
  const shown = () => code.textContent.replace(/\\s/g, '').includes(`r=${wanted},`);
  const start = performance.now();
  box.value = wanted;
  for (const kind of ['input', 'change', 'blur', 'pointerup']) {
    box.dispatchEvent(new Event(kind, { bubbles: true }));
  }
  while (!shown()) {
    if (performance.now() - start > 10000) return null;
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - start;
}
"""


@contextmanager
def serving(*words: str, root: Path) -> Iterator[str]:
    """The address of a server that Python starts from these words, on a home of its
    own; the last of them is its port."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        starter = Path.home() / ".tunebook" / "models"
        if starter.is_dir():
            shutil.copytree(starter, home / "models", copy_function=os.symlink)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = str(probe.getsockname()[1])
        environment = {**os.environ, "PYTHONPATH": str(root), "TUNEBOOK_HOME": folder}
        environment |= {"JUPYTER_RUNTIME_DIR": str(home / "runtime")}
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(
            [sys.executable, *words, port],
            env=environment,
            cwd=folder,
            stdout=quiet,
            stderr=quiet,
        )
        try:
            address = f"http://127.0.0.1:{port}/"
            wait_for(address)
            rest(psutil.Process(server.pid))
            yield address
        finally:
            for child in psutil.Process(server.pid).children(recursive=True):
                child.kill()
            server.kill()
            server.wait()


def wait_for(address: str, limit: float = 120) -> None:
    """Return at the first answer."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=60).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(address)


def processor(parent: psutil.Process) -> float:
    """Seconds of processor that a process and its children have taken so far."""
    total = 0.0
    for each in (parent, *parent.children(recursive=True)):
        try:
            total += sum(each.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return total


def rest(parent: psutil.Process, wait: Callable[[float], Any] = time.sleep) -> None:
    """Wait until a process and its children have nothing to do any more."""
    while True:
        before = processor(parent)
        wait(1.5)
        if processor(parent) - before < 0.12:
            return


def browser_process() -> psutil.Process:
    """The Chromium that this process has started."""
    children = psutil.Process().children(recursive=True)
    return next(each for each in children if "chrom" in each.name().lower())


def costs(tab: Any, work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of Chromium's processor until it rests after work in a tab, and what
    the work told."""
    browser = browser_process()
    before = processor(browser)
    told = work()
    rest(browser, lambda seconds: tab.wait_for_timeout(1000 * seconds))
    return processor(browser) - before, told


def opened(context: Any, address: str) -> tuple[Any, dict[str, float]]:
    """A new tab with a page in it, and what that took."""
    tab = context.new_page()
    network = context.new_cdp_session(tab)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on(
        "Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"])
    )
    seconds, _ = costs(tab, lambda: tab.goto(address))
    return tab, {
        "processor_seconds": round(seconds, 2),
        "requests": len(sizes),
        "kilobytes": round(sum(sizes) / 1000),
    }


def measure(browser: Any, address: str) -> dict[str, Any]:
    """One load with nothing kept from before, and all tabs and a field after it."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    tab, load = opened(context, address)
    found: dict[str, Any] = {"load": load, "first_view": {}, "first_view_processor": {}}
    if tab.locator("[role=tab]").count():
        for name in TABS:
            seconds, told = costs(tab, partial(tab.evaluate, CLICK, [name, QUIET]))
            found["first_view"][name] = round(told)
            found["first_view_processor"][name] = round(seconds, 2)
        tab.get_by_role("tab", name="Parameters").click()
        tab.wait_for_timeout(500)
        told = tab.evaluate(FIELD)
        found["field_to_code"] = None if told is None else round(told)
    context.close()
    return found


def medians(tries: list[Any]) -> Any:
    """The medians of figures that lie alike in dictionaries."""
    if isinstance(tries[0], dict):
        return {key: medians([each[key] for each in tries]) for key in tries[0]}
    known = [each for each in tries if each is not None]
    return round(statistics.median(known), 2) if known else None


def weight(address: str) -> dict[str, int]:
    """The page's own document, its components and its events."""
    with urllib.request.urlopen(address) as told:
        document = len(told.read())
    with urllib.request.urlopen(f"{address}config") as told:
        first = json.load(told)["page"][""]
    return {
        "document_kilobytes": round(document / 1000),
        "components": len(first["components"]),
        "events": len(first["dependencies"]),
    }


def main() -> None:
    """Load both in turn, so that a busy moment meets both, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=3)
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--keep", metavar="NAME")
    given = parser.parse_args()
    page = ("-m", "webui", "page", "--no-browser", "--port")
    tries: dict[str, list[Any]] = {"tunebook": [], "trivial": []}
    with (
        serving(*page, root=given.root.resolve()) as ours,
        serving("-c", TRIVIAL, root=given.root.resolve()) as trivial,
        sync_playwright() as playwright,
    ):
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        for _ in range(given.loads):
            for name, address in (("trivial", trivial), ("tunebook", ours)):
                tries[name].append(measure(browser, address))
        told = {
            "command": f"python benchmarks/page_browser.py --loads {given.loads}",
            "machine": f"{os.cpu_count()} cores, {platform.machine()}",
            "python": platform.python_version(),
            "gradio": version("gradio"),
            "chromium": browser.version,
            "page": {**weight(ours), **medians(tries["tunebook"])},
            "trivial": {**weight(trivial), **medians(tries["trivial"])["load"]},
        }
        browser.close()
    print(json.dumps(told, indent=1))
    if given.keep:
        kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
        RESULTS.write_text(json.dumps(kept | {given.keep: told}, indent=1) + "\n")


if __name__ == "__main__":
    main()
