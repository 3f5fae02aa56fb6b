"""The commands that train, with the starter model and two steps."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from webui import settings
from webui.kernel import jobs, process
from webui.kernel.kernel import this_kernel
from webui.runs import folder

ROOT = Path(__file__).parents[2]
RECIPE = ROOT / "recipes" / "starter-extract.yaml"
SHORT = [
    *("--set", "training.duration=steps", "--set", "training.steps=2"),
    *("--set", "training.batch_size=2", "--set", "compare.scored_rows=2"),
    *("--set", "compare.max_new_tokens=4"),
]

pytestmark = [pytest.mark.train, pytest.mark.usefixtures("ended_kernel", "model")]


@pytest.fixture
def ended_kernel(tunebook_home: Path) -> Iterator[None]:
    """End the kernel after the test, whatever it did."""
    yield
    process.end(this_kernel())


@pytest.fixture
def model(tunebook_home: Path) -> None:
    """The starter model, or a skip that says how to get it."""
    if not (settings.starter_folder() / "config.json").is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")


def start(*words: str) -> "subprocess.Popen[str]":
    """A command in a process of its own, which hears no Ctrl-C of ours."""
    return subprocess.Popen(
        [sys.executable, "-m", "webui", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )


def tunebook(*words: str) -> tuple[int, str, str]:
    """A command's exit code, stdout and stderr."""
    running = start(*words)
    out, err = running.communicate(timeout=200)
    return running.returncode, out, err


@pytest.mark.usefixtures("small_home")
def test_run_and_compare() -> None:
    code, out, err = tunebook("run", str(RECIPE), *SHORT, "--json")
    done = json.loads(out)
    assert code == 0 and done["status"] == "finished" and done["steps"] == 2
    assert [score["rows"] for score in done["scores"]] == [2, 2]
    assert "step 2/2" in err
    assert jobs.status(this_kernel()).word == "none"  # it was started for this
    assert folder.saved_adapter(Path(done["folder"]))

    code, out, _ = tunebook(
        *("compare", done["id"], "--prompt", 'Say "hi"', "--score", "--json")
    )
    compared = json.loads(out)
    assert code == 0 and compared["run"] == done["id"]
    assert set(compared["answers"]) == {"base", "tuned"}
    assert compared["scores"][0]["rows"] == 2
    assert jobs.status(this_kernel()).word == "none"


def test_plan_counts_before_anything_is_loaded() -> None:
    code, out, _ = tunebook("plan", str(RECIPE), "--json")
    planned = json.loads(out)
    assert code == 0 and planned["problems"] == []
    parameters = planned["parameters"]
    assert sum(parameters["by_module"].values()) == parameters["trainable"]
    memory = planned["memory_bytes_estimate"]
    assert memory["low"] < memory["total"] < memory["high"]

    code, out, _ = tunebook(
        "plan", str(RECIPE), "--set", "adapter.target_modules=[nope]"
    )
    assert code == 1 and out.count("problem ") == 1 and "q_proj" in out


def test_two_measured_steps_correct_the_plan() -> None:
    words = ("plan", "starter-extract", "--set", "training.batch_size=2")
    code, out, err = tunebook(*words, "--measure", "--json")
    assert code == 0 and "2 steps" in err
    planned = json.loads(out)
    took, memory = planned["measured_bytes"], planned["memory_bytes_estimate"]
    assert took > 10**9 and abs(memory["total"] - took) < 10
    # The run stays, and so does what it told.
    _, out, _ = tunebook(*words)
    assert "corrected by a run" in out


@pytest.mark.usefixtures("small_home")
def test_a_run_that_fails_says_why_and_is_1(tmp_path: Path) -> None:
    code, out, err = tunebook("run", str(RECIPE), *SHORT, "--model", "/no/such/model")
    assert (code, out) == (1, "") and "There is no folder /no/such/model" in err
    for file in settings.starter_folder().iterdir():
        if "safetensors" not in file.name:
            shutil.copy(file, tmp_path)
    code, out, err = tunebook("run", str(RECIPE), *SHORT, "--model", str(tmp_path))
    assert code == 1 and "run folder" in out
    assert "model" in err and "Traceback" not in err
    assert jobs.status(this_kernel()).word == "none"


def test_stop_and_sweep_on_a_kernel_that_stays(tmp_path: Path) -> None:
    """Ctrl-C saves and is not 0; the sweep after it finds the kernel still there."""
    with jobs.lock(this_kernel()):
        process.start_process(this_kernel())
    steps = ("--set", "training.duration=steps", "--set", "training.steps=5000")
    running = start("run", str(RECIPE), *SHORT, *steps)
    assert running.stderr
    # Without such a line the command has ended, and the loop with it.
    assert any(line.startswith("5,000 steps") for line in running.stderr)
    time.sleep(2)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 1 and "Stopping" in err and "stopped" in err
    stopped = folder.find(this_kernel().runs, "starter-extract")
    assert stopped.status == "stopped" and folder.saved_adapter(stopped.folder)
    assert str(stopped.folder) in out
    assert jobs.status(this_kernel()).word == "idle"

    file = tmp_path / "swept.yaml"
    text = RECIPE.read_text("utf-8").replace(
        "data/extract", f"{RECIPE.parent}/data/extract"
    )
    file.write_text(f"{text}\nsweep: {{space: {{adapter.rank: [2, 4]}}}}\n", "utf-8")
    code, out, _ = tunebook("sweep", str(file), *SHORT, "--json")
    swept = json.loads(out)
    values = [trial["value"] for trial in swept["trials"]]
    assert code == 0 and len(values) == 2 and values == sorted(values)
    assert swept["best"]["value"] == values[0]
    assert jobs.status(this_kernel()).word == "idle"
