"""The token that a chat template ends an answer with, and what of a model differs."""

import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from webui.chat.dialect import takes_only_parts
from webui.chat.probes import ANSWER, plain_answer, probe_question
from webui.chat.template import Template
from webui.notebook.ending import Ending

# A mark, as no language writes it: a vocabulary may hold it as a plain word.
MARK = re.compile(r"<[^<>\s]+>|\[/?[A-Z_]+\]|<｜[^｜\s]+｜>|\[\|[^|\s]+\|\]")


def ending_of(tokenizer: Any, stops: Sequence[int], *, chats: bool = True) -> Ending:
    """What has to be changed of a tokenizer and of the ids at which its model stops.

    The tokenizer has the chat template that it will use; where nobody ``chats``, the
    rows are plain texts, which its own end token ends.
    """
    unset = tokenizer.eos_token is None and bool(stops)
    given = str(tokenizer.convert_ids_to_tokens(stops[0])) if unset else ""
    tokenizer = with_ending(tokenizer, Ending(given))
    ending = mended(tokenizer, stops) if chats else Ending()
    ending = replace(ending, token=ending.token or given)
    own = with_ending(tokenizer, ending).eos_token_id
    if own is not None and own not in stops:
        ending = replace(ending, widened=True, others=tuple(stops))
    return ending


def mended(tokenizer: Any, stops: Sequence[int]) -> Ending:
    """The end token that the template writes, where it is not the tokenizer's."""
    whole, begin = template_answer(tokenizer)
    if begin < 0:
        return Ending()  # the template refuses a plain question: rows will be, too
    found = list(end_marks(tokenizer, whole, begin))
    if not found:
        return Ending(lacking=lacking(tokenizer, whole[begin:].strip()))
    if tokenizer.eos_token in found:
        return Ending()
    known = [t for t in found if tokenizer.convert_tokens_to_ids(t) in stops]
    token = (known or found[::-1])[0]
    return Ending(token, special=token in special_words(tokenizer))


def template_answer(tokenizer: Any) -> tuple[str, int]:
    """A question and its answer as the template writes them, and where what follows
    the answer begins; -1 where the template refuses them."""
    template = Template(tokenizer)
    parts = takes_only_parts(template)
    turns = [probe_question(parts), plain_answer(parts)]
    text = template.try_to_write(turns, None, {}) or ""
    place = text.rfind(ANSWER)
    return text, place + len(ANSWER) if place >= 0 else -1


def end_marks(tokenizer: Any, text: str, begin: int) -> Iterator[str]:
    """The marks after a place in a text that are one token of the vocabulary each."""
    special = special_words(tokenizer)
    encoded = tokenizer.backend_tokenizer.encode(text, add_special_tokens=False)
    for token, (start, end) in zip(encoded.tokens, encoded.offsets, strict=True):
        said = text[start:end].strip()
        if start >= begin and said and token == said:
            if token in special or MARK.fullmatch(token):
                yield token


def special_words(tokenizer: Any) -> set[str]:
    """The tokens that decoding can leave out, as text."""
    added = tokenizer.added_tokens_decoder.values()
    return {str(token) for token in added if token.special}


def lacking(tokenizer: Any, end: str) -> str:
    """The mark that a template ends with as plain text, if the end token can stand in
    for it; empty if not."""
    template = tokenizer.chat_template
    if not (tokenizer.eos_token and isinstance(template, str) and MARK.fullmatch(end)):
        return ""
    stands_in = copy.copy(tokenizer)
    stands_in.chat_template = template.replace(end, tokenizer.eos_token)
    whole, begin = template_answer(stands_in)
    return end if whole[begin:].strip() == tokenizer.eos_token else ""


def with_ending(tokenizer: Any, ending: Ending) -> Any:
    """A tokenizer whose end token is what its template ends an answer with."""
    changed = copy.copy(tokenizer)
    # A copy shares the names of its special tokens, and the read one is kept.
    changed._special_tokens_map = dict(tokenizer._special_tokens_map)
    if ending.token:
        changed.eos_token = ending.token
    if ending.lacking:
        template = changed.chat_template
        changed.chat_template = template.replace(ending.lacking, changed.eos_token)
    return changed
