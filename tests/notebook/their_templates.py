"""Chat templates for tiny models of many families: each family's own, where it is here.

The tokenizer is the starter's as a base model has it: its end token is its padding, and
is not what the template ends an answer with. It knows the template's marks.
"""

from pathlib import Path
from typing import Any

from chat.families import ENDS, MARK, known_templates
from chat.own_templates import OWN

# By the family's name in Transformers; the others are bases, which have no template.
TEMPLATE_OF = {
    "llama": "llama3_1",
    "mistral": "brackets",
    "ministral": "brackets",
    "qwen2": "qwen2_5",
    "qwen3": "qwen3",
    "gemma2": "gemma",
    "gemma3_text": "gemma3",
    "olmo2": "our zephyr",
    "granite": "a switch in the system text",
    "cohere": "cohere",
    "smollm3": "no_think",
    "ernie4_5": "plain words",
    "phi": "our phi",
    "phi3": "phi3",
    "stablelm": "our chatml",
    "starcoder2": "our alpaca",
    "nemotron": "nemotron_3_nano",
    "glm4": "glm4moe",
    "mixtral": "our mistral",
    "qwen2_moe": "qwen2_5",
    "qwen3_moe": "qwen3_instruct_2507",
    "phimoe": "phi3_5",
    "gpt_oss": "gptoss",
    "granitemoe": "a switch in the system text",
    "deepseek_v2": "deepseekv3",
    "deepseek_v3": "deepseek_r1_distill",
    "lfm2": "lfm2_v2",
    "qwen3_5_text": "qwen3_5_think",
    "qwen3_next": "qwen3_instruct_2507",
    "recurrent_gemma": "gemma",
    "falcon_h1": "our llama3",
    "granitemoehybrid": "a switch in the system text",
}
WITHOUT = "<|endoftext|>"  # what ends a text, and pads


def write_tokenizer(family: str, words: Path, folder: Path) -> None:
    """Write the starter's tokenizer with this family's template and its marks."""
    tokenizer = tokenizer_of(family, words)
    tokenizer.eos_token = tokenizer.pad_token = WITHOUT
    tokenizer.save_pretrained(folder)


def tokenizer_of(family: str, words: Path) -> Any:
    """The starter's tokenizer, which knows this family's template and marks."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(words)
    tokenizer.chat_template = text = template_of(family)
    marks = {*MARK.findall(text or ""), *(end for end in ENDS if end in (text or ""))}
    tokenizer.add_tokens(sorted(marks), special_tokens=True)
    return tokenizer


def template_of(family: str) -> str | None:
    """The template that models of this family come with; None for a base."""
    name = TEMPLATE_OF.get(family)
    return (known_templates() | OWN)[name].strip() if name else None
