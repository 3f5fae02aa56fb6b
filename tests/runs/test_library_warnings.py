"""A library's warning is told in plain words where we know it, else as it is, once."""

import re

import pytest

from webui.runs.events import CellState, NoRoom, Warned
from webui.runs.known_warnings import KNOWN, UNKNOWN
from webui.runs.library_warnings import as_told, warning_line, warnings_of

# As the libraries write them, from their own code.
WRITTEN = {
    "Model has `tie_word_embeddings=True` and a tied layer is part of the adapter, but "
    "`ensure_weight_tying` is not set to True.": "merged",
    f"{UNKNOWN}: 4, as base_model.model.x": "4 weights in the adapter's files",
    "Found missing adapter keys while loading the checkpoint: ['a'].": "lack weights",
    "Unsloth: Moved lm_head, embed_tokens from `target_modules` to `modules_to_save`, "
    "so they are trained as full weight matrices.": "trains lm_head, embed_tokens as a",
    "Unsloth: Dropout = 0 is supported for fast patching. You are using dropout = 0.1. "
    "Unsloth will patch all other layers": "With dropout = 0.1 Unsloth's fast path",
    "Unsloth: bias = `none` is supported for fast patching. You are using bias = all. "
    "Unsloth will patch": "With bias = all Unsloth's",
    "Unsloth (CPU): optim = 'adamw_8bit' needs a GPU, using 'torch'.": "uses torch",
    "Unsloth (CPU): packing needs FlashAttention to keep packed examples apart, "
    "turning it off.": "Unsloth turned packing off",
    "Unsloth (CPU): 8-bit loading is not supported on CPU, loading 16-bit "
    "weights instead.": "8-bit weights do not work",
    "Unsloth (CPU): bitsandbytes 4-bit does not work on this CPU, loading 16-bit "
    "weights instead.": "4-bit weights do not work",
    "Unsloth (CPU): float16 is slow and unstable on CPU, using float32 instead.": (
        "uses float32 instead"
    ),
    "Unsloth (CPU): LlamaForCausalLM on 1 CPU threads. dtype = torch.bfloat16, "
    "4-bit = False, chunked CE = True.": "with bfloat16 weights (4-bit: False)",
    "FutureWarning: `x` is deprecated": "a later version",
}


def warned(message: str, library: str = "peft") -> Warned:
    return Warned(library=library, message=message)


@pytest.mark.parametrize("message", WRITTEN)
def test_a_known_warning_is_told_in_plain_words(message: str) -> None:
    told = as_told(warned(message))
    assert WRITTEN[message] in told.text.en and told.original == message
    assert re.search(r"[\u4e00-\u9fff]", told.text.zh) and "{" not in told.text.zh


def test_an_unknown_warning_is_told_as_it_is() -> None:
    told = as_told(warned("The {moon} is <b>full</b>", "trl"))
    assert told.text.en == told.text.zh == "The {moon} is <b>full</b>"
    assert (told.library, told.original, told.harmless) == ("trl", "", False)


def test_every_declared_warning_fills_its_words() -> None:
    for known in KNOWN:
        groups = re.compile(known.pattern).groups
        for words in (known.english, known.chinese):
            filled = words.format(*(f"<{n}>" for n in range(groups)))
            assert "{" not in filled


def test_each_is_told_once_and_the_harmless_last() -> None:
    harmless, unknown, tied = "x is deprecated", "something else", [*WRITTEN][0]
    others = [NoRoom(), CellState()]
    history = [*others, *map(warned, (harmless, unknown, tied, harmless, tied))]
    told = warnings_of(history)
    assert [w.original or w.text.en for w in told] == [unknown, tied, harmless]
    assert [w.harmless for w in told] == [False, False, True]
    assert warnings_of([]) == warnings_of([Warned()]) == []


def test_the_terminal_says_who_warns_and_what_is_harmless() -> None:
    assert warning_line(warned("odd", "trl")) == "Note, trl: odd"
    assert warning_line(warned("x is deprecated")).startswith(
        "Note (harmless), peft: A libr"
    )
    left_out = NoRoom(step=3, needed=2_000_000, free=1_000)
    assert "checkpoint of step 3 was left out" in warning_line(left_out)
