"""A home on a mounted drive, as on Colab: no locks, no links, and slow to open."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import work
from slow_drive import DRIVE

from webui import settings
from webui.kernel import process
from webui.kernel.kernel import this_kernel
from webui.runs import checkpoints, folder

# Two runs are added, and the second is moved to the first place.
SETTLE = """
import contextlib, io, json, sys
from webui.cli import main

def queue(*words):
    with contextlib.redirect_stdout(io.StringIO()) as told:
        assert main(["queue", *words]) == 0, told.getvalue()
    return told.getvalue()

for seed, name in enumerate(("first", "second"), start=1):
    more = "--set", f"training.seed={seed}", "--set", f"name={name}"
    queue("add", "starter-extract", *sys.argv[1:], *more)
waiting = json.loads(queue("--json"))
queue("move", waiting[1]["id"], "first")
"""
SHORT = (
    *("training.duration=steps", "training.steps=2", "training.batch_size=1"),
    *("training.save_every=1", "compare.scored_rows=2", "compare.max_new_tokens=4"),
)


@pytest.fixture
def drive(small_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this kind for every process that is started from here."""
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive" / "sitecustomize.py").write_text(DRIVE)
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(tmp_path / "drive"), str(work.ROOT)])
    )
    return small_home


def python(*words: str) -> "subprocess.CompletedProcess[str]":
    """What a Python of its own says."""
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, timeout=500
    )


@pytest.mark.parametrize(
    ("code", "works"),
    [
        ("import fcntl; fcntl.flock(open('{}/x', 'w'), fcntl.LOCK_EX)", False),
        ("import os; os.symlink('a', '{}/b')", False),
        ("import os; os.link(os.devnull, '{}/b')", False),
        ("open('{}/x', 'w').write('x')", True),
    ],
    ids=("lock", "symlink", "link", "write"),
)
def test_the_drive_is_as_it_should_be(drive: Path, code: str, works: bool) -> None:
    done = python("-c", code.format(drive))
    assert (done.returncode == 0) is works
    assert works or "neither locks nor links" in done.stderr


@pytest.mark.train
@pytest.mark.timeout(600)
def test_a_training_and_the_queue_work_on_it(drive: Path) -> None:
    if not (settings.starter_folder() / "config.json").is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    given = [word for setting in SHORT for word in ("--set", setting)]
    try:
        settled = python("-c", SETTLE, *given)
        assert settled.returncode == 0, settled.stderr
        done = python("-m", "webui", "queue", "run", "--json")
        assert done.returncode == 0, done.stderr
    finally:
        process.end(this_kernel())
    ended = json.loads(done.stdout)["runs"]
    assert [run["status"] for run in ended] == ["finished", "finished"]
    second, first = (folder.find(this_kernel().runs, run["id"]) for run in ended)
    assert folder.recipe_of_run(second).name == "second"
    for run in (first, second):
        assert folder.saved_adapter(run.folder)
        assert [c.step for c in checkpoints.complete(run.folder)] == [2, 1]
