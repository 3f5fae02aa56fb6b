"""The shapes that come with Tunebook are those of the models they are named after."""

import csv
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from webui.counts.parameters.count import count
from webui.counts.parameters.meta import base_of, parameters_of_base, shape_of_model
from webui.errors import PlannerError
from webui.models.catalogue.catalogue import (
    Entry,
    config_of,
    entry_of,
    merged,
    shapes,
    spread,
)
from webui.models.catalogue.drawn import DRAWN
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model

pytestmark = pytest.mark.train

PUBLISHED = Path(__file__).parents[2] / "golden" / "published_parameters.csv"
UNITS = {"": 1, "M": 10**6, "B": 10**9}
BILLION = 10**9
FAMILIES = (  # of each, the models that people tune
    "Llama 2, Code Llama, Llama 3, Llama 3.1 to 3.3, TinyLlama, SmolLM, SmolLM2, "
    "SmolLM3, Yi, Mistral 7B, Ministral, Mixtral, Qwen2 and Qwen2.5, Qwen3, Gemma, "
    "Gemma 2, Gemma 3, Phi-3 and 4, gpt-oss, GPT-2, Pythia, GPT-NeoX, OPT, BLOOM, "
    "Falcon, Falcon 3, Granite 3, Granite 4, LFM2, OLMo 2, Olmo 3, GLM-4, Minitron, "
    "StableLM, StarCoder2, InternLM2 and 2.5"
).split(", ")
NAMED = (
    "google/gemma-3-4b-it",
    "google/gemma-4-E4B-it",
    "Qwen/Qwen3-30B-A3B",
    "Qwen/Qwen3-Coder-30B-A3B-Instruct",
    "Qwen/Qwen2.5-Coder-7B-Instruct",
    "Qwen/Qwen3.5-4B",
    "Qwen/Qwen3.5-35B-A3B",
    "mistralai/Mistral-Small-3.2-24B-Instruct-2506",
    "mistralai/Ministral-3-3B-Instruct-2512",
    "openai/gpt-oss-120b",
    "deepseek-ai/DeepSeek-R1-Distill-Llama-70B",
    "ibm-granite/granite-4.0-h-tiny",
    "LiquidAI/LFM2.5-1.2B-Instruct",
    "meta-llama/Llama-3.3-70B-Instruct",
    "NousResearch/Hermes-3-Llama-3.1-8B",
    "HuggingFaceH4/zephyr-7b-beta",
    "CohereLabs/aya-23-8B",
)


@pytest.fixture(autouse=True)
def nothing_cached(tmp_path: Path, monkeypatch) -> None:
    """No hub, and no model in its cache: the catalogue answers alone."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))


@pytest.mark.parametrize("entry", shapes(), ids=lambda entry: entry.names[0])
def test_each_shape_has_the_total_it_says(entry: Entry) -> None:
    recipe = Recipe(model=Model(name=entry.names[-1]))
    assert parameters_of_base(recipe) == entry.parameters
    assert shape_of_model(recipe).depth > 0  # its decoder layers are found
    context = base_of(recipe).config.get_text_config().max_position_embeddings
    assert context == entry.context


def published() -> list[dict[str, str]]:
    with PUBLISHED.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", published(), ids=lambda row: row["model"])
def test_the_total_is_the_published_one(row: dict[str, str]) -> None:
    """To the digits that were published: 8.9B is anything that rounds to it."""
    entry = entry_of(row["model"])
    digits, unit = re.fullmatch(r"([\d.]+)([MB]?)", row["published"]).groups()
    places = len(digits.partition(".")[2])
    assert f"{entry.parameters / UNITS[unit]:.{places}f}" == digits
    assert row["source"].startswith("https://")


# Named after what is active, after no embeddings, or rounded by far.
OFF = {"google/gemma-4-E2B", "google/gemma-4-E4B", "allenai/OLMoE-1B-7B-0924"}
OFF |= {
    "tiiuae/Falcon3-1B-Base",
    "ibm-granite/granite-4.0-1b",
    "allenai/OLMo-2-0425-1B",
}
OFF |= {"bigscience/bloom-1b7"}
SIZE = re.compile(r"[-_]E?(\d+(?:[._]\d+)?)([bmBM])(?![a-zA-Z])")


def test_sizes_in_names_are_about_right() -> None:
    """A slip in a field is mostly one by far more than names are rounded."""
    sized = [(entry, SIZE.search(entry.names[0])) for entry in shapes()]
    far = {
        entry.names[0]
        for entry, said in sized
        if said
        and not 0.8
        < entry.parameters / (float(said[1].replace("_", ".")) * UNITS[said[2].upper()])
        < 1.4
    }
    assert far <= OFF, far - OFF
    assert sum(said is not None for _, said in sized) > 150


KINDS = {entry.model_type: entry for entry in reversed(shapes())}
# With linear layers that are neither attention nor MLP, or without a dense MLP.
MIXED = {*DRAWN, "deepseek_v2", "falcon_h1", "gemma3", "gemma4", "gpt_oss"}
MIXED |= {"granitemoe", "granitemoehybrid", "lfm2", "lfm2_moe", "mistral3", "mixtral"}
MIXED |= {"nemotron_h", "olmoe", "opt", "phimoe", "qwen2_moe", "qwen3_5", "qwen3_5_moe"}
MIXED |= {"qwen3_moe", "qwen3_next", "gptj"}
MAMBA = {"falcon_h1", "nemotron_h"}  # PEFT refuses some of their linear layers


@pytest.mark.parametrize("kind", KINDS)
def test_every_choice_of_modules_finds_some(kind: str) -> None:
    choices = ["all-linear"] if kind in MIXED else ["all-linear", "attention", "mlp"]
    adapters = {choice: Adapter(targets=choice) for choice in choices}
    if kind in MAMBA:
        adapters = {"names": Adapter(target_modules=("q_proj", "o_proj"))}
    model = Model(name=KINDS[kind].names[0])
    sizes = {
        choice: count(Recipe(model=model, adapter=adapter)).trainable
        for choice, adapter in adapters.items()
    }
    assert all(sizes.values())
    if kind not in MIXED:
        assert sizes["all-linear"] == sizes["attention"] + sizes["mlp"]


def test_what_the_tables_must_hold() -> None:
    assert len(shapes()) >= 200
    names = Counter(name.lower() for entry in shapes() for name in entry.names)
    assert [name for name, times in names.items() if times > 1] == []
    assert {entry.family for entry in shapes()} >= {*FAMILIES}
    assert [name for name in NAMED if entry_of(name) is None] == []
    for entry in shapes():
        assert entry.licence and set(entry.gated) <= set(entry.names)
        assert entry.source
        assert all(source.startswith("https://") for source in entry.source)


def test_names_in_any_case_and_packed_copies() -> None:
    plain = entry_of("meta-llama/Llama-3.2-1B-Instruct")
    assert plain is not None and plain.parameters == 1_235_814_400
    for name in (
        "META-LLAMA/llama-3.2-1b",
        "unsloth/Llama-3.2-1B-Instruct-bnb-4bit",
        "unsloth/Llama-3.2-1B-Instruct-unsloth-bnb-4bit",
    ):
        assert entry_of(name) is plain
    assert entry_of("meta-llama/Llama-3.2-1B-bnb-4bit") is None
    assert entry_of("someone/model") is None and config_of("someone/model") is None
    assert plain.is_gated("meta-llama/llama-3.2-1b")
    assert not plain.is_gated("unsloth/Llama-3.2-1B")


def test_what_a_row_shares_with_its_family() -> None:
    shared = {"kind": "a", "text": {"heads": 8, "width": 64}, "layer_types": ["x"]}
    own = {"kind": "b", "text": {"width": 128}, "num_hidden_layers": 3}
    both = spread(merged(shared, own))
    assert both["kind"] == "b" and both["text"] == {"heads": 8, "width": 128}
    assert both["layer_types"] == ["x"] * 3
    kinds = entry_of("ibm-granite/granite-4.0-h-micro").config["layer_types"]
    attention = [number for number, kind in enumerate(kinds) if kind == "attention"]
    assert (len(kinds), attention) == (40, [5, 15, 25, 35])
    seeing = entry_of("Qwen/Qwen3.5-9B").config
    assert seeing["text_config"]["num_hidden_layers"] == 32  # its own
    assert seeing["text_config"]["vocab_size"] == 248_320  # its family's


def test_a_folder_of_the_same_name_wins(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "openai-community" / "gpt2"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "gpt2", "n_layer": 2}')
    monkeypatch.chdir(tmp_path)
    recipe = Recipe(model=Model(name="openai-community/gpt2"))
    assert shape_of_model(recipe).depth == 2
    os.rename(folder, tmp_path / "elsewhere")
    assert shape_of_model(recipe).depth == 12


def test_yuan_has_its_own_modules() -> None:
    recipe = Recipe(model=Model(name="Yuan2-2B"))
    gates = [n for n, m in base_of(recipe).named_modules() if n.endswith("lf_gate")]
    assert len(gates) == 24
    with pytest.raises(PlannerError, match="does not know which modules of yuan"):
        count(Recipe(model=recipe.model, adapter=Adapter(method="ia3")))


def test_what_sees_is_planned_whole() -> None:
    """Unsloth loads its vision tower, too: the plan counts what the run has."""
    recipe = Recipe(model=Model(name="Qwen/Qwen3.5-0.8B"))
    names = [name for name, _ in base_of(recipe).named_parameters()]
    assert any(".visual." in name for name in names)
    assert shape_of_model(recipe).depth == 24  # those of the text
