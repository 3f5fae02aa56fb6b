"""The tokenizer in a GGUF file, mended where Transformers reads it wrongly."""

from pathlib import Path
from typing import Any

from webui.errors import PlannerError, reason
from webui.models.gguf import Header

# Llama 3's rule, as its authors publish it in tokenizer.json.
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
NAMES = {"bos": "bos", "eos": "eos", "unknown": "unk", "padding": "pad"}


def tokenizer_of(file: Path, header: Header) -> Any:
    """The file's tokenizer, mended where Transformers reads it wrongly.

    Raises:
        PlannerError: if it cannot be rebuilt.
    """
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name)
        mend_tokenizer(tokenizer, header)
    except Exception as error:
        why = reason(error)
        raise PlannerError.of(
            f"The tokenizer in {file.name} cannot be rebuilt ({why}); choose a "
            "copy of the model with safetensors.",
            f"无法重建 {file.name} 中的分词器（{why}）；"
            "请改用该模型的 safetensors 版本。",
        ) from error
    return tokenizer


def mend_tokenizer(tokenizer: Any, header: Header) -> None:
    """Special tokens by the file's own ids, and its rule for splitting a text.

    Transformers 5 takes the beginning token of a Llama for its end token, and splits
    every Llama's text as GPT-2 does.
    """
    for name, number in header.special.items():
        token = tokenizer.convert_ids_to_tokens(number)
        setattr(tokenizer, f"{NAMES[name]}_token", token)
    unknown = tokenizer.unk_token
    if unknown and tokenizer.pad_token in (None, tokenizer.eos_token):
        if unknown != tokenizer.eos_token:
            tokenizer.pad_token = unknown  # a trainer that masks padding masks the end
    if header.context:
        tokenizer.model_max_length = header.context
    tokenizer.clean_up_tokenization_spaces = False  # else every load warns of it
    tokenizer.init_kwargs.pop("local_files_only", None)
    if splitter := splitter_of(header):
        tokenizer.backend_tokenizer.pre_tokenizer = splitter


def splitter_of(header: Header) -> Any:
    """The rule for splitting, where Transformers has another; None where it is right.

    The names are llama.cpp's.
    """
    from tokenizers import Regex, pre_tokenizers

    if header.architecture != "llama":
        return None
    as_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    if header.splitting == "smollm":
        digits = pre_tokenizers.Digits(individual_digits=True)
        as_gpt2 = pre_tokenizers.ByteLevel(add_prefix_space=False)
        return pre_tokenizers.Sequence([digits, as_gpt2])
    if header.splitting == "llama-bpe":
        words = pre_tokenizers.Split(Regex(LLAMA_3), behavior="isolated")
        return pre_tokenizers.Sequence([words, as_bytes])
    return None
