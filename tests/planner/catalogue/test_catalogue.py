"""The shapes that come with Tunebook are those of the models they are named after."""

import os
from collections import Counter
from pathlib import Path

import pytest

from webui.planner.catalogue.catalogue import Entry, config_of, entries, entry_of
from webui.planner.errors import PlannerError
from webui.planner.parameters.count import count
from webui.planner.parameters.meta import base_of, layers_of, parameters_of_base
from webui.recipe import Recipe
from webui.recipe.sections import Adapter, Model

pytestmark = pytest.mark.train

BILLION = 10**9


@pytest.fixture(autouse=True)
def nothing_cached(tmp_path: Path, monkeypatch) -> None:
    """No hub, and no model in its cache: the catalogue answers alone."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.names[0])
def test_each_shape_has_the_published_total(entry: Entry) -> None:
    recipe = Recipe(model=Model(name=entry.names[-1]))
    assert parameters_of_base(recipe) == entry.parameters
    assert layers_of(recipe) > 0  # its decoder layers are found
    context = base_of(recipe).config.max_position_embeddings
    assert context == entry.context


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.names[0])
def test_every_choice_of_modules_finds_some(entry: Entry) -> None:
    model = Model(name=entry.names[0])
    sizes = {}
    for targets in ("attention", "mlp", "all-linear"):
        if targets == "mlp" and entry.model_type == "gpt_oss":
            continue  # its experts are no linear layers
        recipe = Recipe(model=model, adapter=Adapter(targets=targets))
        sizes[targets] = count(recipe).trainable
    assert sizes["all-linear"] == sizes["attention"] + sizes.get("mlp", 0)


def test_what_the_table_must_hold() -> None:
    assert len(entries()) >= 40
    names = Counter(name.lower() for entry in entries() for name in entry.names)
    assert [name for name, times in names.items() if times > 1] == []
    large = [e.names[0] for e in entries() if e.parameters > 21 * BILLION]
    assert {"meta-llama/Llama-3.1-70B", "Qwen/Qwen3-32B"} <= {*large}
    for entry in entries():
        assert entry.licence and set(entry.gated) <= set(entry.names)


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


def test_a_folder_of_the_same_name_wins(tmp_path: Path, monkeypatch) -> None:
    folder = tmp_path / "openai-community" / "gpt2"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "gpt2", "n_layer": 2}')
    monkeypatch.chdir(tmp_path)
    recipe = Recipe(model=Model(name="openai-community/gpt2"))
    assert layers_of(recipe) == 2
    os.rename(folder, tmp_path / "elsewhere")
    assert layers_of(recipe) == 12


def test_yuan_has_its_own_modules() -> None:
    recipe = Recipe(model=Model(name="Yuan2-2B"))
    gates = [n for n, m in base_of(recipe).named_modules() if n.endswith("lf_gate")]
    assert len(gates) == 24
    with pytest.raises(PlannerError, match="does not know which modules of yuan"):
        count(Recipe(model=recipe.model, adapter=Adapter(method="ia3")))
