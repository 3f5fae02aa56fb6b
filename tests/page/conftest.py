"""A real server in a process of its own, and a real Chromium that looks at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(
    (
        p
        for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
        if p
    ),
    None,
)
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update"
).split()


@dataclass
class Server:
    """A server that can be killed and started again on the same home."""

    home: Path
    port: int
    process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *arguments: str) -> None:
        """Start the page and wait until it answers."""
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "webui",
                "page",
                *arguments,
                "--port",
                str(self.port),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=self.home,
            stdout=subprocess.DEVNULL,
        )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(self.address, timeout=5).close()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise TimeoutError("the page did not come up")

    def kill(self) -> None:
        """kill -9, as a crash would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


@pytest.fixture
def server(tunebook_home: Path) -> Iterator[Server]:
    """A server on the starter recipe, on a home of its own."""
    from webui.kernel import process
    from webui.kernel.kernel import this_kernel

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Server(tunebook_home, port)
    running.start(str(ROOT / "recipes" / "starter-extract.yaml"))
    yield running
    running.kill()
    process.end(this_kernel())


@pytest.fixture
def browser() -> Iterator:
    """Debian's Chromium, headless; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here; `apt-get install chromium` brings it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()
