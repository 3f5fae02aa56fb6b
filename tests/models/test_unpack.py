"""A GGUF file becomes a folder: its weights, its tokenizer, and nothing half done."""

import os
import shutil
import time
from pathlib import Path

import pytest

from webui.counts.about import about
from webui.errors import PlannerError
from webui.models.gguf import Header, unpacked_folder
from webui.models.gguf_tokenizer import splitter_of
from webui.models.unpack import UNPACKING, scratch_folder, start
from webui.models.unpack_work import (
    STAGES,
    refuse_disk,
    refuse_memory,
    unpack_model,
)
from webui.planner.job import Gauge, Progress, has_died, was_cancelled
from webui.preflight.ready import model_ready
from webui.recipe.problems import RecipeError
from webui.settings import models_folder

from .conftest import GGUF_PARAMETERS, gguf_tensors, of, write_gguf

pytestmark = pytest.mark.train


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home without models."""
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "home"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A whole GGUF file."""
    return write_gguf(tmp_path / "tiny model.gguf")


def left() -> list[str]:
    """What lies in the folder of models."""
    return sorted(entry.name for entry in models_folder().iterdir())


def test_folder_holds_what_the_file_held(file: Path) -> None:
    from safetensors.torch import load_file
    from transformers import AutoTokenizer

    told: list[Progress] = []
    folder = start(file).finish(0.05, told.append)
    assert folder == unpacked_folder(file) and left() == [folder.name]
    assert folder.name.startswith("tiny model-")
    assert told[0].stage == STAGES[0]
    tensors, weights = gguf_tensors(), load_file(folder / "model.safetensors")
    for name, origin in (
        ("model.embed_tokens.weight", "token_embd.weight"),
        ("model.layers.1.mlp.down_proj.weight", "blk.1.ffn_down.weight"),
        ("model.layers.0.self_attn.v_proj.weight", "blk.0.attn_v.weight"),
    ):
        assert str(weights[name].dtype) == "torch.bfloat16"
        difference = abs(weights[name].float().numpy() - tensors[origin])
        assert difference.max() < 0.02  # bf16 keeps eight bits
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert (tokenizer.bos_token, tokenizer.eos_token) == ("<begin>", "<end>")
    assert tokenizer.pad_token == "<unk>" and tokenizer.model_max_length == 256
    assert tokenizer("123").tokens() == ["1", "2", "3"]  # this family's digits
    known = about(of(str(folder)))
    assert known.problem is None and known.parameters == GGUF_PARAMETERS
    assert (known.licence, known.origin) == ("apache-2.0", "folder")
    # Once is enough, until the file changes.
    again = start(file)
    assert again.result == folder
    os.utime(file, (1, 1))
    assert unpacked_folder(file) != folder


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ("lfm2", "The tokenizer in tiny.gguf cannot be rebuilt"),
        ("gpt2", "finds no transformer.h.0.attn.c_attn.bias"),
    ],
)
def test_files_that_transformers_cannot_read(
    tmp_path: Path, family: str, words: str
) -> None:
    odd = write_gguf(tmp_path / "tiny.gguf", family)
    with pytest.raises(PlannerError, match=words) as caught:
        unpack_model(odd, tmp_path, tmp_path / "target", Gauge(STAGES))
    assert "choose a copy of the model with safetensors." in str(caught.value)
    assert "\n" not in str(caught.value) and "safetensors" in caught.value.text.zh
    assert not (tmp_path / "target").exists()


def test_broken_and_missing_files(tmp_path: Path, file: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(file.read_bytes()[:-3000])
    with pytest.raises(PlannerError, match="broken.gguf is no GGUF file, or a broken"):
        start(broken).finish()
    assert left() == []
    with pytest.raises(PlannerError, match="There is no file"):
        start(tmp_path / "gone.gguf").finish()


def test_end_of_the_process_is_told(file: Path) -> None:
    job = start(file)
    assert left()[0].startswith(f".unpack-{os.getpid()}-")
    job._process.kill()
    end = job.wait(60)
    assert isinstance(end, PlannerError) and end.text == has_died(UNPACKING)
    assert left() == []


def test_cancelled_work_leaves_nothing(file: Path) -> None:
    job = start(file)
    job.cancel()
    assert isinstance(job.result, PlannerError) and job.result.text == was_cancelled(
        UNPACKING
    )
    assert left() == []


def test_leftovers_of_dead_processes_are_removed(file: Path) -> None:
    models_folder().mkdir(parents=True)
    dead = models_folder() / ".unpack-999999999-x"
    dead.mkdir()
    shutil.rmtree(scratch_folder())
    assert not dead.exists()


def test_home_that_cannot_be_written(tmp_path: Path, file: Path, monkeypatch) -> None:
    monkeypatch.setenv("TUNEBOOK_HOME", str(file))
    with pytest.raises(PlannerError, match="set TUNEBOOK_HOME to a folder"):
        start(file).finish()


def test_models_that_are_too_large(tmp_path: Path) -> None:
    with pytest.raises(PlannerError, match="are free on the disk of"):
        refuse_disk(10**15, tmp_path)
    with pytest.raises(PlannerError, match="of memory and .* are free"):
        refuse_memory(10**15)
    refuse_disk(1000, tmp_path)
    refuse_memory(1000)


def test_time_left_follows_the_share() -> None:
    gauge = Gauge(STAGES)
    tell = gauge.begin(1)
    assert gauge.progress == Progress(STAGES[1])
    time.sleep(0.5)
    tell(0.25)
    now = gauge.progress
    assert now.stage == STAGES[1] and now.share == 0.25
    assert now.seconds_left == pytest.approx(1.5, abs=0.2)
    tell(0.0)
    assert gauge.progress.seconds_left is None


def test_llama_3_splits_numbers_in_threes() -> None:
    header = Header("llama", 1, None, None, None, "", "llama-bpe", {})
    pieces = [p for p, _ in splitter_of(header).pre_tokenize_str("It's 12345\n\n x")]
    assert pieces == ["It", "'s", "Ġ", "123", "45", "ĊĊ", "Ġx"]
    other = Header("qwen2", 1, None, None, None, "", "qwen2", {})
    assert splitter_of(other) is None  # Transformers has it right


def test_recipe_with_such_a_file_is_refused(file: Path, helper) -> None:
    with pytest.raises(RecipeError, match="`tunebook unpack") as caught:
        model_ready(of(str(file)))
    assert caught.value.problems[0].path == "model.name"
