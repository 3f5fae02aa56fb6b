"""Models known by their shape alone, and rows written to files: fixtures of many."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webui import settings
from webui.planner import process
from webui.recipe import Recipe
from webui.recipe.sections import Data, Model

LLAMA_3 = {"model_type": "llama", "vocab_size": 128256, "num_key_value_heads": 8}
# What the architecture column of the golden tables says, as config.json has it.
ARCHITECTURES: dict[str, dict[str, Any]] = {
    "Llama-2-7B": {
        "model_type": "llama",
        "hidden_size": 4096,
        "intermediate_size": 11008,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "vocab_size": 32000,
    },
    "Llama-3.2-1B": LLAMA_3
    | {
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "head_dim": 64,
        "tie_word_embeddings": True,
    },
    "Llama-3.2-3B": LLAMA_3
    | {
        "hidden_size": 3072,
        "intermediate_size": 8192,
        "num_hidden_layers": 28,
        "num_attention_heads": 24,
        "head_dim": 128,
        "tie_word_embeddings": True,
    },
    "Llama-3.1-8B": LLAMA_3
    | {
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
    },
    "Mistral-7B-v0.3": {
        "model_type": "mistral",
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "vocab_size": 32768,
    },
    "Qwen2.5-7B": {
        "model_type": "qwen2",
        "hidden_size": 3584,
        "intermediate_size": 18944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "vocab_size": 152064,
    },
    "Qwen3-14B": {
        "model_type": "qwen3",
        "hidden_size": 5120,
        "intermediate_size": 17408,
        "num_hidden_layers": 40,
        "num_attention_heads": 40,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "vocab_size": 151936,
    },
    "gemma-2-9b": {
        "model_type": "gemma2",
        "hidden_size": 3584,
        "intermediate_size": 14336,
        "num_hidden_layers": 42,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 256,
        "vocab_size": 256000,
    },
    # In Llama's layout, as Unsloth's notebook loads it.
    "Phi-4 14B": {
        "model_type": "llama",
        "hidden_size": 5120,
        "intermediate_size": 17920,
        "num_hidden_layers": 40,
        "num_attention_heads": 40,
        "num_key_value_heads": 10,
        "vocab_size": 100352,
    },
    "OPT-6.7B": {
        "model_type": "opt",
        "hidden_size": 4096,
        "word_embed_proj_dim": 4096,
        "ffn_dim": 16384,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "vocab_size": 50272,
    },
    "SmolLM2-135M-Instruct": {
        "model_type": "llama",
        "hidden_size": 576,
        "intermediate_size": 1536,
        "num_hidden_layers": 30,
        "num_attention_heads": 9,
        "num_key_value_heads": 3,
        "vocab_size": 49152,
        "tie_word_embeddings": True,
    },
}


@pytest.fixture
def shape(tmp_path: Path) -> Callable[[str], Model]:
    """A model section that names a folder with the shape of a known model."""

    def write(name: str, **more: Any) -> Model:
        folder = tmp_path / "shapes" / name.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(ARCHITECTURES[name]))
        return Model(name=str(folder), **more)

    return write


@pytest.fixture
def starter_recipe(tmp_path: Path) -> Callable[..., Recipe]:
    """A recipe for the starter model that trains on the given rows."""
    if not (settings.starter_folder() / "tokenizer.json").is_file():
        pytest.skip("the starter model is not there: run `tunebook starter`")

    def write(rows: list[dict[str, Any]], model: Model | None = None, **data: Any):
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return Recipe(
            model=model or Model(), data=Data(train_files=(str(path),), **data)
        )

    return write


@pytest.fixture
def helper():
    """The helper process; ended after the test."""
    yield process
    process.stop()
