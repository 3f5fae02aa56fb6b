"""A home and a real kernel for each module, and how to work with it."""

import ast
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from webui import settings
from webui.kernel import jobs, process
from webui.notebook.render import Cell
from webui.recipe import Recipe
from webui.runs import events

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def kernel_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for a module, whose kernel is ended after its last test."""
    models = settings.models_folder()
    home = tmp_path_factory.mktemp("home")
    if models.is_dir():
        (home / "models").symlink_to(models, target_is_directory=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUNEBOOK_HOME", str(home))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        yield home
        process.end()


def wait_until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """The first true value of a condition; fails when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.02)
    raise AssertionError(f"nothing came in {seconds} s: {jobs.status()}")


class Work:
    """What the tests do with a kernel, apart from what ``jobs`` does."""

    until = staticmethod(wait_until)

    @staticmethod
    def cells(**codes: str) -> tuple[Cell, ...]:
        """Small cells of our own."""
        return tuple(
            Cell(name, code, hashlib.sha256(code.encode()).hexdigest()[:16])
            for name, code in codes.items()
        )

    def start(self, **codes: str) -> Path:
        """Start a run of small cells."""
        return jobs.start_in_new_folder(Recipe(), self.cells(**codes), "run", [*codes])

    def run(self, **codes: str) -> Path:
        """A run of small cells, to its end."""
        return self.ended(self.start(**codes))

    def ended(self, run: Path, seconds: float = 60) -> Path:
        """Wait until a run has ended and the kernel is free again."""
        self.until(lambda: "finished" in self.tags(run), seconds)
        self.until(lambda: jobs.status().word != "busy")
        return run

    @staticmethod
    def of(run: Path, tag: str) -> list[events.Event]:
        """The events of a run with this tag."""
        return [event for event in events.read(run)[0] if event["event"] == tag]

    @staticmethod
    def tags(run: Path) -> list[str]:
        """The tags of a run's events."""
        return [event["event"] for event in events.read(run)[0]]

    @staticmethod
    def value(expression: str, code: str = "") -> Any:
        """What an expression is in the kernel, after some code, without a trace."""
        client = process.connect()
        try:
            asked = client.execute(
                code, silent=True, user_expressions={"value": expression}
            )
            while (reply := client.get_shell_msg(timeout=120))["parent_header"][
                "msg_id"
            ] != asked:
                pass
        finally:
            client.stop_channels()
        found = reply["content"].get("user_expressions", {}).get("value", reply)
        assert found.get("status") == "ok", found
        return ast.literal_eval(found["data"]["text/plain"])

    @staticmethod
    def submit(code: str) -> tuple[subprocess.Popen, Path]:
        """A process that starts a run, prints its folder and stays."""
        submitter = subprocess.Popen(
            [sys.executable, "-c", f"{code}\nprint(run, flush=True)\ninput()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert submitter.stdout
        return submitter, Path(submitter.stdout.readline().strip())


@pytest.fixture(scope="session")
def work() -> Work:
    return Work()
