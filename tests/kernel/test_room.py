"""Room for checkpoints: worked out, and on a tiny disk that is filled on purpose."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import work

from webui import settings
from webui.diagnosis import explain
from webui.kernel import jobs, process
from webui.kernel.kernel import this_kernel
from webui.planner import process as planner
from webui.preflight.ready import ready
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.recipe.store import loads
from webui.recorder.room import (
    RESERVE,
    Room,
    enough,
    first_checkpoint,
    for_checkpoint,
    free_bytes,
    states,
)
from webui.runs import checkpoints, events, folder

MB = 1_000_000
SIZE = 190 * MB
MANY = ("training.keep_checkpoints=5",)


def test_room_is_the_last_size_and_a_reserve(tmp_path: Path) -> None:
    free = free_bytes(tmp_path)
    assert free is not None and enough(tmp_path, 1000).needed == 1000 + RESERVE
    assert enough(tmp_path, 0).enough == (free >= RESERVE)
    assert not enough(tmp_path, 10**18).enough
    assert Room(10, None).enough  # where the disk does not say, it is tried
    # A folder that is not there yet lies on the disk of the one above it.
    assert free_bytes(tmp_path / "a" / "b") == pytest.approx(free, rel=0.05)


@pytest.mark.train
def test_the_first_checkpoint_is_worked_out_from_what_learns(tmp_path: Path) -> None:
    import torch

    model = torch.nn.Linear(100, 10, bias=False)
    assert states(list(model.parameters()), "adamw_torch_fused") == 8000
    assert states(list(model.parameters()), "adamw_8bit") == 2000
    assert states(list(model.parameters()), "lion_8bit") == 1000
    assert states(list(model.parameters()), "adafactor") == 0
    assert first_checkpoint(model, "adamw_torch_fused") == 12_000
    both = torch.nn.Sequential(model, torch.nn.Linear(10, 10, bias=False))
    both[0].requires_grad_(False)
    assert first_checkpoint(both, "sgd") == 4400  # a whole model is saved whole
    both.peft_config = {"default": None}
    assert first_checkpoint(both, "sgd") == 400  # an adapter alone
    # From then on those that are there count, the largest of them.
    for number, size in ((2, 5000), (4, 7000)):
        place = tmp_path / checkpoints.FOLDER / f"checkpoint-{number}"
        place.mkdir(parents=True)
        (place / "optimizer.pt").write_bytes(bytes(size))
    assert for_checkpoint(tmp_path, both, "sgd").needed == 7000 + RESERVE


@pytest.fixture(scope="module")
def kernel_starter() -> Path:
    """The real one, because a small one is done before its disk is filled."""
    return settings.starter_folder()


@pytest.fixture(scope="module")
def disk(kernel_home: Path) -> Iterator[Path]:
    """A tiny disk on which the runs of this module lie."""
    place = kernel_home / "runs"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield place
    planner.stop()
    process.end(this_kernel())
    subprocess.run(["umount", "-l", str(place)], check=True)


def make_recipe(*more: str) -> Recipe:
    """A recipe of a few steps with checkpoints of 33 MB."""
    if not (settings.starter_folder() / "tokenizer.json").is_file():
        pytest.skip("the starter model is not there: run `tunebook starter`")
    rows = settings.home() / "rows.jsonl"
    row = {"instruction": "Name a colour.", "output": "Blue."}
    rows.write_text(f"{json.dumps(row)}\n" * 12)
    return loads(
        "",
        settings=(
            f"data.train_files={rows}",
            "training.duration=steps",
            "training.batch_size=1",
            "adapter.rank=8",
            *more,
        ),
    )


def fill(disk: Path, left: int) -> Path:
    """Fill a disk up to so many bytes."""
    filler = disk / ".filler"
    free = free_bytes(disk)
    assert free is not None and free > left
    with filler.open("wb") as file:
        for _ in range((free - left) // MB):
            file.write(bytes(MB))
    return filler


@pytest.mark.train
@pytest.mark.timeout(300)
def test_a_disk_that_is_too_small_is_told_before_the_start(disk: Path) -> None:
    recipe = make_recipe("training.steps=100", "training.save_every=1")
    assert ready(recipe, this_kernel().runs) is recipe
    with pytest.raises(RecipeError, match="the run leaves up to 2") as caught:
        ready(
            make_recipe("training.steps=100", "training.save_every=1", *MANY),
            this_kernel().runs,
        )
    assert "190 MB are free at" in str(caught.value)
    assert list(disk.iterdir()) == []


def left_out(run: Path) -> list[events.Event]:
    """What was told of checkpoints that found no room; libraries warn as well."""
    return work.of(run, "no_room")


@pytest.mark.train
@pytest.mark.timeout(300)
def test_a_disk_that_fills_up_leaves_out_checkpoints_and_trains_on(disk: Path) -> None:
    recipe = make_recipe("training.steps=4", "training.save_every=1", *MANY)
    run = jobs.start_run(this_kernel(), recipe, upto="train")
    work.until(lambda: work.of(run, "saved"), 200)
    filler = fill(disk, 70 * MB)  # less than 33 and the reserve
    work.ended(run, 200)
    filler.unlink()
    saved, warned = work.of(run, "saved"), left_out(run)
    assert len(saved) + len(warned) == 4 and saved and warned
    for event in warned:
        assert event.free < event.needed
        assert event.needed == saved[0].bytes + RESERVE
    assert 30 * MB < saved[0].bytes < 36 * MB
    assert folder.read_run(run).status == "finished"
    assert len(work.of(run, "step")) == 4 and folder.saved_adapter(run)
    whole = {checkpoint.name for checkpoint in checkpoints.complete(run)}
    assert whole == {event.checkpoint for event in saved}
    folder.delete(folder.read_run(run))


@pytest.mark.train
@pytest.mark.timeout(300)
def test_a_limit_saves_only_where_there_is_room(disk: Path) -> None:
    """The limit is a callback of the cell, which asks for its save after ours."""
    limit = ("training.stop_at_loss=100", "training.save_every=50")
    run = jobs.start_run(
        this_kernel(),
        make_recipe("training.steps=40", *limit),
        upto="train",
    )
    work.until(lambda: work.of(run, "begun"), 200)
    filler = fill(disk, 70 * MB)
    work.ended(run, 200)
    filler.unlink()
    (warned,) = left_out(run)
    assert warned.step == 11  # after ten losses
    assert not work.of(run, "saved") and folder.saved_adapter(run)
    assert folder.read_run(run).status == "finished"
    folder.delete(folder.read_run(run))


@pytest.mark.train
@pytest.mark.timeout(300)
def test_a_full_disk_ends_a_run_with_its_own_sentence(disk: Path) -> None:
    """Not even the adapter finds room; the run says so as soon as it can."""
    recipe = make_recipe("training.steps=2", "training.save_every=2")
    run = jobs.start_run(this_kernel(), recipe, upto="train")
    work.until(lambda: work.of(run, "begun"), 200)
    filler = fill(disk, 4 * MB)
    work.ended(run, 200)
    filler.unlink()
    assert left_out(run) and not work.of(run, "saved")
    (failed,) = work.of(run, "failed")
    assert "disk" in explain(failed).what.en, failed
    assert not checkpoints.complete(run)
    assert folder.read_run(run).status == "failed"
    folder.delete(folder.read_run(run))
