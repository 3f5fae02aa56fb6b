"""A hub of small models on this machine, and GGUF files of a few kilobytes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rows.reading.hub_server import Hub, serve

from webui import settings
from webui.recipe import Recipe
from webui.recipe.sections import Model

SHAPE = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
    "vocab_size": 1000,
    "max_position_embeddings": 256,
    "tie_word_embeddings": True,
}
PARAMETERS = 1000 * 64 + 2 * (4 * 64 * 64 + 3 * 64 * 128 + 2 * 64) + 64
WEIGHTS = b"w" * 5000
OWN_CODE = """
from transformers import LlamaConfig
open({ran!r}, "w").close()
class OwnConfig(LlamaConfig):
    model_type = "own"
"""
# Written by hand: as small as a byte-level tokenizer can be.
TOKENIZER = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [],
    "normalizer": None,
    "pre_tokenizer": None,
    "post_processor": None,
    "decoder": None,
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []},
}
TEMPLATE = "{% for message in messages %}{{ message.content }}{% endfor %}"


GGUF_TOKENS = ["<unk>", "<begin>", "<end>", "1", "2", "3", "12", "123"]
GGUF_TOKENS += [f"t{number}" for number in range(300 - len(GGUF_TOKENS))]
GGUF_PARAMETERS = 300 * 64 + 64 + 2 * (4 * 64 * 64 + 3 * 64 * 128 + 2 * 64)


def model_files(**config: Any) -> dict[str, bytes]:
    """The files of a small model: only some are needed to run it."""
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "b"}
    return {
        "config.json": json.dumps(SHAPE | config).encode(),
        "model.safetensors": WEIGHTS,
        "tokenizer.json": json.dumps(TOKENIZER).encode(),
        "tokenizer_config.json": json.dumps(tokenizer).encode(),
        "chat_template.jinja": TEMPLATE.encode(),
        "README.md": b"---\nlicense: mit\n---\n# A model",
        "pytorch_model.bin": b"p" * 9000,
        "onnx/model.onnx": b"o" * 9000,
    }


def write_gguf(path: Path, family: str = "llama") -> Path:
    """A GGUF file with a tiny model whose weights are drawn by chance."""
    import gguf

    writer = gguf.GGUFWriter(path, family)
    writer.add_name("tiny")
    writer.add_license("apache-2.0")
    writer.add_context_length(256)
    writer.add_embedding_length(64)
    writer.add_block_count(2)
    writer.add_feed_forward_length(128)
    writer.add_head_count(4)
    writer.add_head_count_kv(4)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(300)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(GGUF_TOKENS)
    writer.add_token_types([3] * 3 + [1] * 297)
    writer.add_token_merges(["1 2", "12 3"])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_chat_template(TEMPLATE)
    for name, values in gguf_tensors().items():
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def gguf_tensors() -> dict[str, Any]:
    """The weights of the tiny model, as llama.cpp names them; always the same."""
    import numpy as np

    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (300, 64),
        "output_norm.weight": (64,),
    }
    for layer in ("blk.0.", "blk.1."):
        shapes |= {f"{layer}attn_{p}.weight": (64, 64) for p in ("q", "k", "v")}
        shapes |= {f"{layer}ffn_{p}.weight": (128, 64) for p in ("gate", "up")}
        shapes |= {f"{layer}{p}_norm.weight": (64,) for p in ("attn", "ffn")}
        shapes[f"{layer}attn_output.weight"] = (64, 64)
        shapes[f"{layer}ffn_down.weight"] = (64, 128)
    draw = np.random.default_rng(7).standard_normal
    return {name: draw(shape, dtype=np.float32) for name, shape in shapes.items()}


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """A file that is there once the code of the hub's model `some/own` has run."""
    return tmp_path / "ran"


@pytest.fixture
def hub(tmp_path: Path, ran: Path) -> Iterator[Hub]:
    """A hub of models."""
    own = {"AutoConfig": "own.OwnConfig"}
    pickled = model_files()
    del pickled["model.safetensors"]
    models = {
        "some/tiny-model": model_files(),
        "some/gated-model": model_files(),
        "some/own": model_files(model_type="own", auto_map=own)
        | {"own.py": OWN_CODE.format(ran=str(ran)).encode()},
        "some/gguf": {"tiny.gguf": b"GGUF", "README.md": b"---\nlicense: mit\n---\n"},
        "some/pickled": pickled,
        "some/huge": model_files(),
    }
    huge = {"siblings": [{"rfilename": "model.safetensors", "size": 10**17}]}
    card = {
        "cardData": {"license": "mit"},
        "downloads": 1234,
        "safetensors": {"parameters": {"BF16": 5}, "total": 5},
    }
    cards = {"some/tiny-model": card, "some/huge": huge}
    cards["some/own"] = {"tags": ["custom_code"]}
    gated = frozenset({"some/gated-model"})
    with serve(Hub({}, gated, models=models, cards=cards)) as running:
        yield running


@pytest.fixture
def ask(hub: Hub, tmp_path: Path, monkeypatch, helper) -> Callable[..., Any]:
    """A helper whose hub is the imitation, and whose caches and home are empty."""
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    helper.stop()
    return helper.ask


@pytest.fixture
def silence(monkeypatch, helper) -> Callable[[], None]:
    """Make the hub one that gives no answer, from now on."""

    def silent() -> None:
        # Nothing listens on port 9; the helper reads this when it starts.
        monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
        helper.stop()

    return silent


@pytest.fixture
def starter() -> Recipe:
    """The recipe of the starter model, where it is."""
    if not (settings.starter_folder() / "tokenizer.json").is_file():
        pytest.skip("the starter model is not there: run `tunebook starter`")
    return Recipe()


def of(name: str, **fields: Any) -> Recipe:
    """A recipe that differs from the default by its model."""
    return Recipe(model=Model(name=name, **fields))
