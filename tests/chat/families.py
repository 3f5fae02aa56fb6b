"""Chat templates of many families, each with a tokenizer that knows its marks."""

import copy
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from webui.chat.template import Template
from webui.notebook.chat_templates import BASE, TEMPLATES
from webui.settings import starter_folder

MARK = re.compile(
    r"<\|[^|<>\s]{1,40}\|?>|<[a-z_]{1,20}\|>|<｜[^｜]{1,40}｜>|\[/?[A-Z_]{3,20}\]"
    r"|</?[a-z_]*think>|<(?:start|end)_of_turn>|</s>"
)
# The marks that end an answer, each only where its template writes it.
ENDS = (
    "<|return|>",
    "<|im_end|>",
    "<|eot_id|>",
    "<|eot|>",
    "<|eom_id|>",
    "<end_of_turn>",
    "<turn|>",
    "<|tool_response>",
    "<|end|>",
    "<|call|>",
    "<|user|>",
    "<|observation|>",
    "<|END_OF_TURN_TOKEN|>",
    "<｜end▁of▁sentence｜>",
    "<end_of_utterance>",
    "<|end_of_text|>",
    "[e~[",
    "[|endofturn|]",
    "</s>",
)


@lru_cache
def trl_templates() -> dict[str, str]:
    """TRL's copies of the templates that models come with."""
    import trl

    folder = Path(trl.__file__).parent / "chat_templates"
    return {
        path.stem: path.read_text("utf-8")
        for path in sorted(folder.glob("*.jinja"))
        if not path.stem.endswith("_training")
    }


@lru_cache
def known_templates() -> dict[str, str]:
    """TRL's and our own."""
    ours = {f"our {name}": text for name, text in TEMPLATES.items()}
    return trl_templates() | ours | {"our base": BASE}


@lru_cache
def starter() -> Any:
    """The starter's tokenizer."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(starter_folder())


def template_of(text: str, end: str | None = None) -> Template:
    """A template with the starter's tokenizer, which gets the marks that it writes."""
    tokenizer = copy.deepcopy(starter())
    ends = [mark for mark in ENDS if mark in text] or ["</s>"]
    eos = end or ends[0]
    marks = sorted({*MARK.findall(text), *ends, "<s>", eos})
    tokenizer.add_tokens(marks, special_tokens=True)
    tokenizer.bos_token, tokenizer.eos_token = "<s>", eos
    tokenizer.chat_template = text
    return Template(tokenizer, frozenset({*ends, eos}))
