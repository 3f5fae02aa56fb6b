"""Nothing leaves the machine: a whole run behind a proxy that hears every request."""

import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from webui.kernel import process
from webui.kernel.kernel import this_kernel

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that refuses everything, and what it was asked for."""
    asked: list[str] = []

    class Refuse(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            asked.append(self.rfile.readline().decode(errors="replace").strip())
            self.wfile.write(b"HTTP/1.1 503 Refused\r\n\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()


@pytest.mark.train
@pytest.mark.usefixtures("fresh")  # what a library asks, it asks when it is imported
def test_a_run_asks_nothing_of_the_network(
    small_home: Path, proxy: tuple[str, list[str]]
) -> None:
    address, asked = proxy
    settings = ("training.steps=1", "compare.scored_rows=2", "compare.max_new_tokens=8")
    flags = [word for setting in settings for word in ("--set", setting)]
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    quiet = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "webui", "run", "starter-extract", *flags],
            env={**os.environ, **dict.fromkeys(names, address), **quiet},
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    finally:
        process.end(this_kernel())
    assert done.returncode == 0, done.stderr
    assert asked == []
