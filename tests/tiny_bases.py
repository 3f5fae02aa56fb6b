"""Tiny models with random weights, and tokenizers of the kinds that bases come with."""

import copy
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from webui.settings import starter_folder

SAID = ["The code is 4711. Repeat it. What was the code? I was not told."] * 4
SHAPE = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "initializer_range": 0.2,  # so that an adapter alone can learn a text by heart
}
GPT2 = {
    "n_embd": 64,
    "n_layer": 2,
    "n_head": 4,
    "n_positions": 512,
    "initializer_range": 0.2,
}


@lru_cache
def read_starter() -> Any:
    """The starter's tokenizer."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(starter_folder())


def starter() -> Any:
    """A chat model's tokenizer: its template's mark is its end token."""
    return copy.deepcopy(read_starter())


def base() -> Any:
    """The same as a base model has it: another end token, which is the padding too."""
    tokenizer = starter()
    tokenizer.chat_template = None
    tokenizer.eos_token = tokenizer.pad_token = "<|endoftext|>"
    return tokenizer


def bare() -> Any:
    """A small vocabulary that knows no template's marks."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(models.BPE())
    words.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    words.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<s>", "</s>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    words.train_from_iterator(SAID, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=words, bos_token="<s>", eos_token="</s>", pad_token="</s>"
    )


def plain_word() -> Any:
    """ChatML's mark is a word of its vocabulary, and nothing special."""
    tokenizer = bare()
    tokenizer.add_tokens(["<|im_end|>"])
    return tokenizer


def no_end() -> Any:
    """No end token is named; only the model's own settings know one."""
    tokenizer = bare()
    tokenizer.eos_token = None
    return tokenizer


TOKENIZERS: dict[str, Callable[[], Any]] = {
    "starter": starter,
    "base": base,
    "bare": bare,
    "plain word": plain_word,
    "no end": no_end,
}


def write_model(folder: Path, tokenizer: str, family: str = "llama") -> None:
    """Write a tiny model of a family (as Transformers calls it) with a tokenizer."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    words = TOKENIZERS[tokenizer]()
    end = 1 if words.eos_token is None else words.eos_token_id
    size = len(words) + -len(words) % 64
    config = AutoConfig.for_model(
        family,
        vocab_size=size,
        eos_token_id=end,
        **(GPT2 if family == "gpt2" else SHAPE),
    )
    torch.manual_seed(0)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    words.save_pretrained(folder)
