"""Models of known shapes with random weights, and rows that fill every batch.

    python benchmarks/shapes.py FOLDER DEVICE SIZE ...   # writes FOLDER/SIZE each

What a training takes of memory and time depends on shapes alone, so that a machine
without a network needs no model: only the starter's tokenizer.
"""

import sys
from pathlib import Path
from typing import Any

# Shapes of Llama 3.2 1B, 3B and Llama 3.1 8B, and one that a CPU trains in seconds.
LLAMA = {"model_type": "llama", "vocab_size": 128256, "num_key_value_heads": 8}
SIZES: dict[str, dict[str, Any]] = {
    "1B": {
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 16,
        "num_attention_heads": 32,
        "tie_word_embeddings": True,
    },
    "3B": {
        "hidden_size": 3072,
        "intermediate_size": 8192,
        "num_hidden_layers": 28,
        "num_attention_heads": 24,
        "tie_word_embeddings": True,
    },
    "8B": {
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
    },
    "tiny": {
        "vocab_size": 49152,  # the starter's, whose tokens it must know
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "tie_word_embeddings": True,
    },
}


def make_random(size: str, folder: Path, device: str = "cuda") -> None:
    """Save a model of a shape with random weights and the starter's tokenizer."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    from webui.settings import model_path

    if (folder / "config.json").exists():
        return
    tokenizer = AutoTokenizer.from_pretrained(model_path("starter"))
    config = AutoConfig.for_model(
        **LLAMA | SIZES[size],
        max_position_embeddings=8192,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    config.dtype = torch.bfloat16
    torch.manual_seed(0)
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)


def full_rows(recipe: Any) -> Any:
    """Rows of random tokens, each as long as the recipe allows."""
    import torch
    from datasets import Dataset

    generator = torch.Generator().manual_seed(0)
    count = recipe.training.steps * recipe.training.batch_size
    shape = (count, recipe.model.max_seq_length)
    rows = torch.randint(10, 40_000, shape, generator=generator).tolist()
    return Dataset.from_dict({"input_ids": rows, "labels": rows})


if __name__ == "__main__":
    place, device, *sizes = sys.argv[1:]
    for each in sizes:
        make_random(each, Path(place, each), device)
