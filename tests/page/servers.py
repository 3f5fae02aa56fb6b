"""Servers of the page for tests: one for many that begins anew, or one of one's own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTER = ROOT / "recipes" / "starter-extract.yaml"


@dataclass
class Server:
    """A server that can be killed and started again on the same home."""

    home: Path
    port: int
    process: "subprocess.Popen[str] | None" = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *arguments: str) -> None:
        """Start the page and wait until it answers."""
        self.run("-m", "webui", "page", *arguments, "--port", str(self.port))

    def run(self, *words: str, pipe: int = subprocess.DEVNULL) -> None:
        """Start a program of Python's and wait until the page answers."""
        self.process = subprocess.Popen(
            [sys.executable, *words],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=self.home,
            stdin=pipe,
            stdout=pipe,
            text=True,
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


class Shared(Server):
    """A server for many tests, each of which finds it as one that has just started."""

    def begin_anew(self) -> None:
        """Have an empty home, the starter's recipe, and nothing asked before."""
        if self.process is None or self.process.poll() is not None:
            script = str(Path(__file__).with_name("serving.py"))
            words = ("-X", "warm=light", script, str(STARTER), str(self.port))
            self.run(*words, pipe=subprocess.PIPE)
        assert self.process and self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line == "anew\n":
                return
        raise RuntimeError("the page's server has ended")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
