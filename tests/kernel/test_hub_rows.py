"""A run on rows of the hub keeps them: it goes on where the hub is out of reach."""

import json
from pathlib import Path

import pytest
import work
from rows.reading.hub_server import Hub, serve

from webui import settings
from webui.kernel import jobs, process, resuming, stopping
from webui.kernel.kernel import this_kernel
from webui.notebook.rows import TRAIN
from webui.planner import process as planner
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import checkpoints, folder

STEPS = 80  # so many that much is left of them when three have been seen
ROWS = [{"instruction": f"Say {n}.", "output": f"{n}, gladly."} for n in range(20)]
SETTINGS = (
    "data.source=hub",
    "data.hub_dataset=some/rows",
    "training.duration=steps",
    f"training.steps={STEPS}",
    "training.warmup_steps=0",
    "training.batch_size=1",
    "model.max_seq_length=64",
    "split.by=count",
    "split.count=2",
    "compare.max_new_tokens=3",
)


@pytest.mark.train
@pytest.mark.timeout(400)
def test_a_run_goes_on_and_is_scored_without_the_hub(
    kernel_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = make_recipe()
    with serve(Hub({"some/rows": {"train.jsonl": text_of_rows()}})) as hub:
        go_to(hub.address, tmp_path / "there", monkeypatch)
        run = jobs.start_run(this_kernel(), recipe, upto="train")
        work.until(lambda: len(work.of(run, "step")) > 2, 240)
        stopping.stop(this_kernel(), wait=True)
    assert '"some/rows"' in code_of_data(run)
    process.end(this_kernel())
    # As on another machine: no hub, an empty cache, and the folder elsewhere.
    go_to("http://127.0.0.1:9", tmp_path / "here", monkeypatch)
    run = run.rename(run.with_name("copied"))
    done = checkpoints.complete(run)[0].step
    assert 0 < done < STEPS
    resuming.resume(this_kernel(), run)
    work.until(lambda: work.tags(run)[-1] == "finished", 240)
    assert folder.read_run(run).status == "finished"
    assert folder.read_run(run).summary["steps"] == STEPS
    process.end(this_kernel())
    jobs.start_compare(this_kernel(), recipe, run, upto="score")
    work.until(lambda: jobs.status(this_kernel()).word != "busy", 240)
    assert work.of(run, "scored")[-1].scores[0].rows == 2
    assert TRAIN in code_of_data(run)


def go_to(address: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the planner and the kernel see this hub, with an empty cache."""
    monkeypatch.setenv("HF_ENDPOINT", address)
    monkeypatch.setenv("HF_HOME", str(cache))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    planner.stop()


def make_recipe() -> Recipe:
    if not settings.starter_folder().is_dir():
        pytest.skip("the starter model is not here; `make starter` fetches it")
    return loads("", settings=SETTINGS)


def text_of_rows() -> bytes:
    return "\n".join(map(json.dumps, ROWS)).encode()


def code_of_data(run: Path) -> str:
    """The code of the data cell that the kernel ran last for this run."""
    return str(jobs.status(this_kernel()).cells["data"]["code"])
