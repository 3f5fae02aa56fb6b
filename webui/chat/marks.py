"""Where a chat template itself marks what an answer is, for TRL to learn just that."""

import re
from functools import lru_cache
from typing import Any

from webui.chat.sequences import Span
from webui.chat.template import Messages, Options, Tools

GENERATION = re.compile(r"\{%-?\s*generation\s*-?%\}")


def marked_template(tokenizer: Any) -> str | None:
    """A tokenizer's chat template if it marks answers, else TRL's training variant of
    it; None where TRL has none, and so could not tell answers from questions."""
    own = tokenizer.chat_template
    if not isinstance(own, str):
        return None  # several variants; TRL takes one
    return own if GENERATION.search(own) else training_variant(own)


@lru_cache(maxsize=16)
def training_variant(template: str) -> str | None:
    """TRL's variant of a known template, with marks around the answers."""
    from transformers import PreTrainedTokenizerFast
    from trl.chat_template_utils import get_training_chat_template

    try:
        known: str | None = get_training_chat_template(
            named_like(template, PreTrainedTokenizerFast)
        )
    except Exception:  # not known to TRL
        return None
    return known


def named_like(template: str, kind: type) -> Any:
    """A tokenizer of one word that has this template; TRL compares templates only."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    words = Tokenizer(WordLevel({"?": 0}, unk_token="?"))
    tokenizer = kind(tokenizer_object=words, eos_token="?", bos_token="?")
    tokenizer.chat_template = template
    return tokenizer


def marked_spans(
    tokenizer: Any, marked: str, messages: Messages, tools: Tools, options: Options
) -> tuple[str, tuple[Span, ...]]:
    """The text that a marked template writes, and where it marks answers in it."""
    from transformers.utils.chat_template_utils import render_jinja_template

    given = {**tokenizer.special_tokens_map, **options}
    texts, marks = render_jinja_template(
        [list(messages)],
        tools=tools,
        chat_template=marked,
        return_assistant_tokens_mask=True,
        **given,
    )
    return texts[0], tuple((start, end) for start, end in marks[0])
