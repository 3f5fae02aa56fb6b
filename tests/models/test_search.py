"""Models found by name: the hub's, this machine's, the catalogue's."""

import os
from pathlib import Path

import pytest

from webui.models.cache import local_models
from webui.models.catalogue.catalogue import entry_of
from webui.models.search import NOT_REACHED, search

from .conftest import write_gguf


def names(found) -> list[str]:
    return [hit.name for hit in found.hits]


def test_hub_is_searched_by_name(ask, hub) -> None:
    found = ask(search, "tiny-model")
    assert names(found) == ["some/tiny-model"] and found.problem is None
    hit = found.hits[0]
    assert (hit.origin, hit.parameters, hit.licence) == ("hub", 5, "mit")
    assert (hit.gated, hit.wants_code, hit.downloads) == (False, False, 1234)
    assert hub.asked == ["GET /api/models"]
    assert ask(search, "gated").hits[0].gated is True
    assert ask(search, "some/own").hits[0].wants_code is True
    assert names(ask(search, "no such name")) == []


def test_limit_and_models_here_first(ask, hub, tmp_path: Path) -> None:
    folder = tmp_path / "home" / "models" / "tiny-of-mine"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    assert names(ask(search, "tiny"))[0] == str(folder)
    assert len(ask(search, "tiny").hits) > 2
    assert len(ask(search, "tiny", 2).hits) == 2
    assert str(folder) not in names(ask(search, "models"))  # a folder above its own


def test_silent_hub_leaves_the_catalogue(ask, silence) -> None:
    silence()
    found = ask(search, "1b LLAMA 3.2")
    assert found.problem == NOT_REACHED
    assert "unsloth/Llama-3.2-1B-Instruct" in names(found)
    by_name = {hit.name: hit for hit in found.hits}
    assert by_name["meta-llama/Llama-3.2-1B"].gated is True
    assert by_name["meta-llama/Llama-3.2-1B"].parameters == 1_235_814_400


def test_one_name_of_each_shape_comes_before_the_second(ask, silence) -> None:
    silence()
    found = names(ask(search, "qwen"))
    assert len(found) == 20 and len({id(entry_of(name)) for name in found}) == 20
    small = names(ask(search, "qwen3-0.6b"))  # all its names, where there is room
    assert {"Qwen/Qwen3-0.6B", "unsloth/Qwen3-0.6B-Base"} <= {*small}


def test_offline_mode_and_wrong_tokens(ask, monkeypatch, helper) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    helper.stop()
    said = ask(search, "tiny").problem
    assert "does not accept the token" in said.en and "hf_wrong" not in said.en
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    helper.stop()
    assert ask(search, "tiny").problem == NOT_REACHED


@pytest.fixture
def cache(tmp_path: Path, monkeypatch) -> Path:
    """An empty cache and an empty home."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "home"))
    return tmp_path / "hub"


def test_models_on_this_machine(cache: Path, tmp_path: Path) -> None:
    assert local_models() == ()
    snapshots = {
        "models--some--whole": ("config.json", "model.safetensors"),
        "models--some--config-only": ("config.json",),
        "models--some--packed": ("a.gguf",),
        "datasets--some--rows": ("rows.safetensors",),
    }
    for folder, files in snapshots.items():
        snapshot = cache / folder / "snapshots" / "abc"
        snapshot.mkdir(parents=True)
        for name in files:
            (snapshot / name).touch()
    kept = tmp_path / "home" / "models"
    for name in ("mine", "empty", ".hidden", "SmolLM2-135M-Instruct"):
        (kept / name).mkdir(parents=True)
    (kept / "mine" / "config.json").touch()
    (kept / "SmolLM2-135M-Instruct" / "config.json").touch()
    write_gguf(kept / "packed.gguf")
    os.symlink(tmp_path / "gone", kept / "broken")
    assert local_models() == (
        str(kept / "mine"),
        str(kept / "packed.gguf"),
        "some/whole",
    )
