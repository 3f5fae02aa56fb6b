"""The starter in small: its template, its tokenizer's first words, a few random layers.

Whatever needs none of its knowledge trains this in a twentieth of the time. It is made
of the starter's own files, without a library that takes seconds to import.
"""

import json
import shutil
from pathlib import Path
from typing import Any

from webui import settings

WORDS = 2048  # the first of its tokenizer; with the marks of its template
LAYERS = 5
SHAPE = {
    "vocab_size": WORDS,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
}
SPREAD = 0.2  # of the weights; with less, all that it says would be much the same
GAINS = (0.5, 0.5)  # of the norms: about what, and how far from it


def write_small_starter(folder: Path, layers: int = LAYERS) -> Path:
    """Write it into a new folder; with the same layers it is the same every time."""
    starter = settings.starter_folder()
    write_short_tokenizer(folder)
    shutil.copy(starter / "generation_config.json", folder)
    config = read_json(starter / "config.json") | SHAPE | {"num_hidden_layers": layers}
    (folder / "config.json").write_text(json.dumps(config))
    write_weights(config, folder / "model.safetensors")
    return folder


def write_short_tokenizer(folder: Path) -> None:
    """Write the starter's tokenizer as it would be had it learned fewer words."""
    starter = settings.starter_folder()
    folder.mkdir(parents=True)
    for name in ("tokenizer_config.json", "chat_template.jinja"):
        shutil.copy(starter / name, folder)
    tokenizer = read_json(starter / "tokenizer.json")
    model = tokenizer["model"]
    known = {word: n for word, n in model["vocab"].items() if n < WORDS}
    model["vocab"] = known
    model["merges"] = [pair for pair in model["merges"] if "".join(pair) in known]
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")


def write_weights(config: dict[str, Any], file: Path) -> None:
    """Write random weights of the shape that a configuration describes."""
    import numpy as np
    from safetensors.numpy import save_file

    draw = np.random.default_rng(7).normal
    kinds = {2: (0.0, SPREAD), 1: GAINS}
    weights = {
        name: draw(*kinds[len(shape)], shape).astype(np.float32)
        for name, shape in shapes(config).items()
    }
    save_file(weights, file, metadata={"format": "pt"})


def shapes(config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """The shape of each weight; the head is one with the embeddings."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    heads, keys = (
        config[key] * config["head_dim"]
        for key in ("num_attention_heads", "num_key_value_heads")
    )
    layer: dict[str, tuple[int, ...]] = {
        "self_attn.q_proj": (heads, hidden),
        "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden),
        "self_attn.o_proj": (hidden, heads),
        "mlp.gate_proj": (inner, hidden),
        "mlp.up_proj": (inner, hidden),
        "mlp.down_proj": (hidden, inner),
        "input_layernorm": (hidden,),
        "post_attention_layernorm": (hidden,),
    }
    found: dict[str, tuple[int, ...]] = {
        "model.embed_tokens.weight": (config["vocab_size"], hidden),
        "model.norm.weight": (hidden,),
    }
    for number in range(config["num_hidden_layers"]):
        found |= {f"model.layers.{number}.{n}.weight": s for n, s in layer.items()}
    return found


def read_json(file: Path) -> dict[str, Any]:
    """What a JSON file holds."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found
