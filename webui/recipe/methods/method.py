"""How a way of fine-tuning is declared: what learns, by which formula, from whom."""

from dataclasses import dataclass
from typing import Literal

from webui.text import Text

MethodName = Literal[
    "lora",
    "adalora",
    "vera",
    "loha",
    "lokr",
    "oft",
    "ia3",
    "ln_tuning",
    "prompt_tuning",
    "prefix_tuning",
    "p_tuning",
    "p_tuning_v2",
    "freeze",
    "full",
]
VariantName = Literal[
    "rslora", "dora", "lora_plus", "pissa", "loftq", "olora", "eva", "qlora"
]


@dataclass(frozen=True)
class Source:
    """The paper that introduced a method: its authors as papers cite them, and its
    number at arXiv, which begins with the year."""

    authors: str
    title: str
    number: str

    @property
    def year(self) -> int:
        return 2000 + int(self.number[:2])

    @property
    def url(self) -> str:
        return f"https://arxiv.org/abs/{self.number}"


@dataclass(frozen=True)
class Method:
    """A value of ``adapter.method``, or a variant of LoRA, in plain words.

    ``sentence`` says what learns, ``formula`` writes it as one line of text with x for
    the layer's input and W for its frozen weights, ``when`` says what speaks for this
    method.
    """

    name: str
    title: Text
    sentence: Text
    formula: str
    source: Source
    when: Text
