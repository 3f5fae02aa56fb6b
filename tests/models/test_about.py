"""What is known of a model: from a folder, the hub, the cache, or the catalogue."""

from pathlib import Path

import pytest

from webui.counts.about import about
from webui.errors import PlannerError
from webui.models.pretrained import read_config, read_tokenizer
from webui.preflight.ready import model_known

from .conftest import (
    GGUF_PARAMETERS,
    PARAMETERS,
    TEMPLATE,
    WEIGHTS,
    model_files,
    of,
    write_gguf,
)

pytestmark = pytest.mark.train

NEEDED = ("config.json", "tokenizer.json", "tokenizer_config.json")


def download(name: str) -> None:
    """Download a model as the run does."""
    from huggingface_hub import snapshot_download

    snapshot_download(name, allow_patterns=["*.json", "*.jinja", "*.safetensors"])


def test_starter(starter) -> None:
    known = about(starter)
    assert (known.origin, known.parameters) == ("folder", 134_515_008)
    assert (known.architecture, known.licence) == ("LlamaForCausalLM", "Apache-2.0")
    assert (known.context, known.vocabulary) == (8192, 49_152)
    assert known.template and "<|im_start|>" in known.template
    assert known.gated is known.download is known.problem is None
    assert known.wants_code is False


def test_model_of_the_hub_and_then_of_the_cache(ask) -> None:
    known = ask(about, of("some/tiny-model"))
    assert (known.parameters, known.licence, known.context) == (PARAMETERS, "mit", 256)
    assert known.template == TEMPLATE
    assert known.gated is False and known.wants_code is False
    files = model_files()
    needed = len(WEIGHTS) + len(TEMPLATE) + sum(len(files[name]) for name in NEEDED)
    assert known.download.exact and known.download.total == needed
    assert known.download.left >= len(WEIGHTS) and known.download.fits
    ask(download, "some/tiny-model")
    known = ask(about, of("some/tiny-model"))
    assert known.origin == "cache" and known.download.left == 0


def test_cached_model_needs_no_hub(ask, silence) -> None:
    ask(download, "some/tiny-model")
    silence()
    known = ask(about, of("some/tiny-model"))
    assert (known.origin, known.parameters) == ("cache", PARAMETERS)
    assert known.problem is None and known.download.left == 0


def test_gated_model(ask, monkeypatch, helper) -> None:
    known = ask(about, of("some/gated-model"))
    assert known.gated is True and known.download.total > len(WEIGHTS)
    assert known.problem.en.startswith("some/gated-model is gated: accept its licence")
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    helper.stop()
    known = ask(about, of("some/gated-model"))
    assert "does not accept the token in HF_TOKEN" in known.problem.en
    assert "hf_wrong" not in repr(known)
    monkeypatch.setenv("HF_TOKEN", "hf_right")
    helper.stop()
    known = ask(about, of("some/gated-model"))
    assert known.problem is None and known.parameters == PARAMETERS


def test_names_that_lead_nowhere(ask) -> None:
    missing = ask(about, of("some/odd"))
    assert "The hub has no model some/odd" in missing.problem.en
    assert missing.origin is missing.parameters is missing.download is None
    odd = ask(about, of("some/tiny-model", revision="odd"))
    assert odd.problem.en == (
        "some/tiny-model has no revision odd; leave it empty for the newest."
    )
    main = ask(about, of("some/tiny-model", revision="main"))
    assert main.problem is None
    gguf = ask(about, of("some/gguf"))
    assert "has no config.json" in gguf.problem.en
    assert "There is no folder" in ask(about, of("/no/such")).problem.en


def test_catalogue_stands_in_for_a_silent_hub(ask, silence) -> None:
    silence()
    known = ask(about, of("meta-llama/Llama-2-7b-hf"))
    assert (known.origin, known.parameters) == ("catalogue", 6_738_415_616)
    assert known.gated is True and known.context == 4096
    assert known.licence == "Llama 2 Community License"
    assert not known.download.exact
    assert known.download.total == 2 * known.parameters
    assert "The hub cannot be reached" in known.problem.en
    unknown = ask(about, of("some/tiny-model"))
    assert unknown.origin is unknown.parameters is unknown.download is None


def test_code_of_a_model_runs_only_when_it_is_trusted(ask, ran: Path) -> None:
    known = ask(about, of("some/own"))
    assert known.wants_code is True and not ran.exists()
    assert "some/own wants to run code of its own" in known.problem.en
    assert known.vocabulary == 1000  # read from its fields, without its code
    with pytest.raises(Exception, match="wants to run code of its own"):
        ask(model_known, of("some/own"))
    assert not ran.exists()
    trusted = ask(about, of("some/own", trust_remote_code=True))
    assert ran.exists() and trusted.wants_code is True
    assert "own.py" not in str(trusted.problem)


def test_gguf_file_on_this_machine(tmp_path: Path) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    known = about(of(str(file)))
    assert (known.origin, known.licence) == ("gguf", "apache-2.0")
    assert (known.context, known.vocabulary) == (256, 300)
    assert known.template == TEMPLATE and known.wants_code is False
    assert known.parameters == GGUF_PARAMETERS
    assert f"unpack it once with `tunebook unpack {file}`" in known.problem.en
    folder = about(of(str(tmp_path)))
    assert f"`tunebook unpack {file}`" in folder.problem.en
    for read in (read_config, read_tokenizer):
        with pytest.raises(PlannerError, match="`tunebook unpack"):
            read(str(file))


def test_gguf_files_that_cannot_be_read(tmp_path: Path) -> None:
    gone, odd = tmp_path / "gone.gguf", tmp_path / "odd.gguf"
    assert about(of(str(gone))).problem.en.startswith(f"There is no file {gone};")
    whole = write_gguf(tmp_path / "tiny.gguf").read_bytes()
    for content in (b"", b"GGUF", b"no such file", whole[:3000], whole[:-3000]):
        odd.write_bytes(content)
        problem = about(of(str(odd))).problem
        assert (
            problem.en == f"{odd} is no GGUF file, or a broken one; download it again."
        )


def test_licence_of_a_folder_and_broken_cards(tmp_path: Path) -> None:
    for name, content in model_files().items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    card = tmp_path / "README.md"
    for text, licence in (
        ("---\nlicense: mit\n---\n", "mit"),
        ("---\nlicense: other\nlicense_name: own-terms\n---\n", "own-terms"),
        ("---\nlicense: [mit, gpl]\n---\n", "mit, gpl"),
        ("---\n: [\n---\n", None),
        ("no head", None),
        ("---\n- a\n---\n", None),
    ):
        card.write_text(text)
        assert about(of(str(tmp_path))).licence == licence


def test_hub_is_asked_little(ask, hub) -> None:
    ask(about, of("some/tiny-model"))
    ask(read_config, "some/tiny-model")
    ask(read_tokenizer, "some/tiny-model")
    hub.asked.clear()
    ask(about, of("some/tiny-model"))
    assert not [line for line in hub.asked if line.startswith("GET")]
    assert not any("safetensors" in line for line in hub.asked)
