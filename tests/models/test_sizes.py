"""What of a model is downloaded, and whether the disk has room for it."""

from pathlib import Path

import pytest

from webui.models.cache import files_here
from webui.models.sizes import (
    Download,
    disk_problem,
    is_complete,
    needed_files,
    only_pickles,
)
from webui.models.source import Source, model_stamp
from webui.preflight.ready import model_ready
from webui.recipe.problems import RecipeError

from .conftest import of

WHOLE = {
    "model.safetensors": 100,
    "model-00001-of-00002.safetensors": 60,
    "model-00002-of-00002.safetensors": 60,
    "model.fp16.safetensors": 50,
    "consolidated.safetensors": 100,
    "pytorch_model.bin": 100,
    "onnx/model.safetensors": 100,
    "config.json": 1,
    "tokenizer.model": 2,
    "merges.txt": 3,
    "own.py": 4,
    "a.gguf": 30,
}

PICKLED = {"pytorch_model.bin": 100, "config.json": 1, "own.py": 4}


def test_files_that_a_run_needs() -> None:
    source = Source("some/model")
    small = {"config.json", "tokenizer.model", "merges.txt"}
    assert set(needed_files(WHOLE, source)) == {"model.safetensors", *small}
    shards = {name: n for name, n in WHOLE.items() if name != "model.safetensors"}
    needed = needed_files(shards, source)
    assert sum(needed.values()) == 60 + 60 + 6 and small < set(needed)
    trusted = needed_files(WHOLE, Source("some/model", trusted=True))
    assert "own.py" in trusted
    pickled = Source("some/model", pickles=True)
    whole = needed_files(WHOLE, source)
    assert needed_files(WHOLE, pickled) == whole  # where there is a choice
    assert "pytorch_model.bin" in needed_files(PICKLED, pickled)
    assert "pytorch_model.bin" not in needed_files(PICKLED, source)


def test_names_that_only_look_like_shards(tmp_path: Path) -> None:
    source, whole = Source("some/model"), {"config.json": 1}
    odd = {"model-a-of-b.safetensors": 1}
    assert not is_complete(odd | whole, tmp_path, source)
    shards = {f"model-0000{n}-of-00002.safetensors": 1 for n in (1, 2)}
    assert is_complete(shards | whole, tmp_path, source)


def test_weights_in_a_subfolder_are_not_loaded() -> None:
    assert only_pickles(["pytorch_model.bin", "onnx/other.safetensors"])
    assert not only_pickles(["pytorch_model.bin", "model.safetensors"])


def test_links_that_lead_nowhere_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").symlink_to(tmp_path / "gone")
    assert model_stamp(str(tmp_path)) > 0
    assert [name for name, _ in files_here(Source(str(tmp_path)))] == ["config.json"]


def test_what_is_left_and_whether_it_fits() -> None:
    download = Download(total=100, present=30, free=70)
    assert download.left == 70 and download.fits
    assert not Download(total=100, present=29, free=70).fits
    assert Download(total=100, present=120, free=0).left == 0
    assert Download(total=100, present=0, free=None).fits  # nobody knows: it is tried


@pytest.mark.train
def test_disk_without_room_refuses_the_start(ask) -> None:
    said = ask(disk_problem, of("some/huge"))
    assert said.en.startswith("some/huge needs 100000000.0 GB on the disk and ")
    assert "set HF_HOME to a larger disk" in said.en and "磁盘" in said.zh
    assert ask(disk_problem, of("some/tiny-model")) is None
    assert ask(disk_problem, of("/no/folder")) is None
    with pytest.raises(RecipeError) as caught:
        model_ready(of("some/huge"))
    assert caught.value.problems[0].path == "model.name"
    assert model_ready(of("some/tiny-model"))
    with pytest.raises(RecipeError, match="is gated"):
        model_ready(of("some/gated-model"))


@pytest.mark.train
def test_silent_hub_is_no_problem_of_the_disk(ask, silence) -> None:
    silence()
    assert ask(disk_problem, of("some/huge")) is None
