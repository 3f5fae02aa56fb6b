"""Pictures of the page for both READMEs, taken while the starter model learns.

Starts the page on a home of its own with the starter recipe, walks through it as a new
user does, trains, and writes docs/images/: three pictures in each language, and a short
animation. ``make screenshots`` runs it; it takes some minutes and needs Chromium.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from webui.settings import models_folder

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
RECIPE = ROOT / "recipes" / "starter-extract.yaml"
SIZE = {"width": 1360, "height": 850}
SMALL = 960, 600  # pixels of the animation
STEPS, SCORED = 40, 12  # of a training and a score that are short
PATIENCE = 120_000  # milliseconds, for a machine that has other work
MOST_SHORT = 24  # frames of the training
COLORS = 96  # of a picture: the page is quiet
MOST = {".png": 200_000, ".webp": 700_000}  # bytes
TABS = {
    "": {"parameters": "Parameters", "train": "Train", "compare": "Compare"},
    "zh": {"parameters": "参数", "train": "训练", "compare": "对比"},
}


def main() -> None:
    """Walk, and write every picture."""
    IMAGES.mkdir(exist_ok=True)
    frames: list[tuple[bytes, int]] = []
    with page_served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = opened(browser, address, "")

        def frame(milliseconds: int) -> None:
            frames.append((page.screenshot(), milliseconds))

        def still(name: str) -> None:
            for path in TABS:
                other = opened(browser, address, path)
                go(other, TABS[path][name])
                at_rest(other)
                if name == "parameters":  # a field shows its lines
                    other.locator("#adapter-rank input").first.focus()
                    other.wait_for_timeout(700)
                picture(other.screenshot(), f"{name}{'.zh' if path else ''}.png")
                other.close()

        walk(page, frame, still)
        browser.close()
    animation(frames, "walk.webp")


def walk(page: Any, frame: Callable[[int], None], still: Callable[[str], None]) -> None:
    """See what a model is trained on, change a setting, train, and ask both models."""
    for tab in ("Model", "Data"):
        go(page, tab)
        at_rest(page)
        frame(1600)
    go(page, "Parameters")
    at_rest(page)
    frame(1400)
    fill(page, "adapter-rank", 16)
    page.wait_for_timeout(700)
    frame(1800)
    at_rest(page)
    frame(1400)
    still("parameters")
    go(page, "Compare")
    fill(page, "compare-scored_rows", SCORED)
    go(page, "Train")
    fill(page, "training-steps", STEPS)
    page.click("#run-all")
    until(lambda: word_of(page) == "busy", 600)
    trained, seen = False, -1
    while word_of(page) == "busy":
        step = step_of(page)
        if step != seen:
            frame(300)
        seen = step
        if step > STEPS * 0.6 and not trained:
            still("train")
            trained = True
        page.wait_for_timeout(4000)
    frame(2000)
    go(page, "Compare")
    page.click("#ask")
    until(lambda: word_of(page) == "busy", 60)
    until(lambda: word_of(page) == "idle", 600)
    page.wait_for_timeout(2000)
    frame(4000)
    still("compare")


def fill(page: Any, field: str, value: int) -> None:
    """Type a number into a field and leave it."""
    box = page.locator(f"#{field}").locator("input, textarea").first
    box.fill(str(value))
    box.press("Tab")


def step_of(page: Any) -> int:
    """The step that the shown training has reached; 0 before the first."""
    written = page.locator("[data-figure=step]").first
    text = written.inner_text() if written.count() else "0"
    return int(text.partition("/")[0].strip().replace(",", "") or 0)


def at_rest(page: Any) -> None:
    """Wait until nothing is worked out, unless a job goes on."""
    for _ in range(120):
        if word_of(page) == "busy" or not page.locator(".strip.going").count():
            return
        page.wait_for_timeout(1000)


def word_of(page: Any) -> str:
    """How the kernel stands, by the stamp that the page itself asks for."""
    stamp = page.request.get(f"{page.url.rstrip('/')}/stamp").text()
    return next((word for word in ("busy", "idle", "dead") if f".{word}." in stamp), "")


def until(condition: Callable[[], Any], seconds: float) -> None:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.5)


@contextmanager
def page_served() -> Iterator[str]:
    """The page on a home of its own, which has the starter model; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        home.mkdir()
        (home / "models").symlink_to(models_folder())
        environment = {
            **os.environ,
            "TUNEBOOK_HOME": str(home),
            "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-m", "webui", "page", str(RECIPE), "--no-browser"]
        server = subprocess.Popen([*command, "--port", str(port)], env=environment)
        address = f"http://127.0.0.1:{port}/"
        try:
            until(lambda: answers(address), 60)
            yield address
        finally:
            server.terminate()
            server.wait()
            end_kernel(environment)


def answers(address: str) -> bool:
    """Whether the page is there."""
    try:
        urllib.request.urlopen(address, timeout=5).close()
    except OSError:
        return False
    return True


def end_kernel(environment: dict[str, str]) -> None:
    """End the kernel of a home, which outlives its server."""
    end = (
        "from webui.kernel import process; from webui.kernel.kernel import this_kernel;"
        " process.end(this_kernel())"
    )
    subprocess.run([sys.executable, "-c", end], env=environment, check=False)


def chromium() -> str:
    """The browser of this machine."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        sys.exit("There is no Chromium here: `make browser` brings one.")
    return found


def opened(browser: Any, address: str, path: str) -> Any:
    """A tab on one language's page, once its fields are there."""
    page = browser.new_page(viewport=SIZE, locale="zh-CN" if path else "en-US")
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}{path}")
    page.wait_for_selector("#status .name")
    page.wait_for_timeout(3000)
    return page


def go(page: Any, tab: str) -> None:
    """Open a tab of the page, and wait until what it works out is there."""
    page.get_by_role("tab", name=tab, exact=True).click()
    page.wait_for_timeout(4000)


def picture(taken: bytes, name: str) -> None:
    """Write a picture in few colours."""
    image = Image.open(BytesIO(taken)).convert("RGB").quantize(COLORS)
    save(image, name, optimize=True)


def animation(frames: list[tuple[bytes, int]], name: str) -> None:
    """Write frames, each for its milliseconds; of the short ones a few are enough."""
    short = [n for n, (_, milliseconds) in enumerate(frames) if milliseconds < 1000]
    kept = set(short[:: max(1, len(short) // MOST_SHORT)])
    frames = [each for n, each in enumerate(frames) if n in kept or n not in short]
    images = [
        Image.open(BytesIO(taken))
        .convert("RGB")
        .resize(SMALL, Image.Resampling.LANCZOS)
        for taken, _ in frames
    ]
    times = [milliseconds for _, milliseconds in frames]
    options = {"quality": 55, "method": 6, "minimize_size": True, "loop": 0}
    more = {"save_all": True, "append_images": images[1:], "duration": times}
    save(images[0], name, **more, **options)


def save(image: Any, name: str, **options: Any) -> None:
    """Write an image, and see that it is small enough for a repository."""
    file = IMAGES / name
    image.save(file, **options)
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {size:,} bytes", flush=True)
    if size > MOST[file.suffix]:
        sys.exit(f"{name} has more than {MOST[file.suffix]:,} bytes")


if __name__ == "__main__":
    main()
