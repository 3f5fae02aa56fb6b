"""A server that is asked a hundred times by two tabs answers on, and keeps nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from webui.kernel import process
from webui.kernel.kernel import this_kernel

pytestmark = [pytest.mark.train, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[2]
ASKS = 100
# What a server opens once in a while for all (a worker, a connection), not per ask.
SPARE = 6


@pytest.fixture
def told(tunebook_home: Path) -> Any:
    """What two tabs leave of a server in a process of its own."""
    try:
        done = subprocess.run(
            [sys.executable, str(Path(__file__).with_name("two_tabs.py")), str(ASKS)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        process.end(this_kernel())
    assert done.returncode == 0, "it hung: the stacks are on stderr"
    return json.loads(done.stdout.splitlines()[-1])


def test_a_hundred_asks_and_scores_leave_nothing_open(told: Any) -> None:
    assert sum(told["done"].values()) >= ASKS
    assert {*told["done"]} == {"ask", "run-score", "left"}
    for what, before in told["before"].items():
        spare = 0 if what in ("contexts", "sockets", "loops") else SPARE
        assert told["after"][what] <= before + spare, (what, told)
    # Each standstill with its stack, but for the collections that the test forces.
    stands = [
        stack
        for stack in told["log"].split("the event loop stands still")[1:]
        if not stack.rpartition(" in ")[2].startswith("collect\n")
    ]
    assert not stands, stands
    assert told["longest"] < 20
