"""Every way a run is known to fail is recognized, by the libraries' own words."""

import re
from dataclasses import replace
from typing import Any

import pytest

from webui.diagnosis import CAUSES, explain
from webui.runs.events import Failed


def failed(cell: str, error: str, message: str = "", **more: Any) -> Failed:
    """A failed event as the kernel writes it."""
    return Failed(cell=cell, error=error, message=message, **more)


def died(code: int | None) -> Failed:
    """A failed event as it is written when the kernel died in training."""
    return failed("train", "KernelDied", code=code)


# Messages as the libraries gave them, shortened at the end.
EXAMPLES = [
    (died(137), "was killed from outside while it ran train"),
    (died(-9), "was killed from outside"),
    (died(143), "asked it to stop"),
    (died(-15), "asked it to stop"),
    (died(130), "asked it to stop"),
    (died(139), "crashed inside a library while it ran train (signal 11)"),
    (died(134), "crashed inside a library"),
    (died(1), "nothing says why (code 1)"),
    (died(None), "nobody saw how"),
    (
        failed(
            "train",
            "OutOfMemoryError",
            "CUDA out of memory. Tried to allocate 2.00 GiB.",
        ),
        "GPU's memory is not enough for train",
    ),
    (
        failed(
            "model", "RuntimeError", "CUDA error: out of memory\nCUDA kernel errors"
        ),
        "GPU's memory is not enough for model",
    ),
    (
        failed(
            "train",
            "RuntimeError",
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't "
            "allocate memory: you tried to allocate 4000000000000000 bytes.",
        ),
        "machine's memory is not enough for train",
    ),
    (failed("data", "MemoryError"), "machine's memory is not enough for data"),
    (
        failed("train", "OSError", "[Errno 28] No space left on device: 'checkpoints'"),
        "disk is full, so train could not save",
    ),
    (
        failed(
            "model",
            "OSError",
            "a/b is not a local folder and is not a valid model identifier listed on "
            "'https://huggingface.co/models'\nIf this is a private repository, make "
            "sure to pass a token",
        ),
        "no such model",
    ),
    (
        failed(
            "model",
            "OSError",
            "Repo id must be in the form 'repo_name' or 'namespace/repo_name': '/x'.",
        ),
        "no such model",
    ),
    (
        failed(
            "model",
            "OSError",
            "You are trying to access a gated repo.\nMake sure to have access to it at",
        ),
        "this account has no access yet",
    ),
    (
        failed(
            "model",
            "OSError",
            "We couldn't connect to 'https://huggingface.co' to load the files, and "
            "couldn't find them in the cached files.",
        ),
        "hub could not be reached",
    ),
    (
        failed(
            "model",
            "OSError",
            "a/b does not appear to have a file named model.safetensors",
        ),
        "no safetensors weights",
    ),
    (
        failed(
            "compare",
            "ValueError",
            "Cannot use chat template functions because tokenizer.chat_template is not "
            "set and no template argument was passed!",
        ),
        "no chat template",
    ),
    (
        failed(
            "train",
            "MiscountError",
            "planned were 9 of 1,024 parameters to learn, loaded were 8 of 1,023",
        ),
        "by the plan 9 of 1,024 parameters learn, in the loaded model 8 of 1,023.",
    ),
    (
        failed("train", "MiscountError", "the loaded model has no qkv_proj, layer 32"),
        "The loaded model has no qkv_proj, layer 32, which the adapter was asked",
    ),
    (
        failed(
            "adapter",
            "NoMatchingPeftModuleError",
            "Target modules {'foo'} not found in the base model. Please check the "
            "target modules and try again.",
        ),
        "no layers called 'foo',",
    ),
    (
        failed("setup", "ModuleNotFoundError", "No module named 'unsloth'"),
        "package unsloth is missing",
    ),
    (
        failed("data", "FileNotFoundError", "Unable to find '/nope/x.jsonl'"),
        "not there (Unable to find '/nope/x.jsonl')",
    ),
    (failed("data", "KeyError", "'instruction'"), "no column instruction,"),
    (
        failed(
            "data",
            "DatasetGenerationError",
            "An error occurred while generating the dataset",
        ),
        "could not be read as rows",
    ),
    (
        failed(
            "data",
            "ValueError",
            "With n_samples=1, test_size=0.1 and train_size=None, the resulting train "
            "set will be empty.",
        ),
        "too few rows",
    ),
    (
        failed(
            "train", "RuntimeError", "No executable batch size found, reached zero."
        ),
        "even with one row at a time",
    ),
    (
        failed("train", "FloatingPointError", "the loss is nan at step 1"),
        "The loss is nan at the very first step",
    ),
    (
        failed("train", "FloatingPointError", "the loss is inf at step 12"),
        "no number any more: inf at step 12. The learning rate is likely too high",
    ),
    (
        failed("train", "FloatingPointError", "the gradient norm is nan at step 140"),
        "its norm is nan at step 140",
    ),
    (
        failed(
            "train",
            "ZeroDivisionError",
            "Unsloth: All labels in your dataset are -100. Training losses will be all "
            "0.\nFor example, are you sure you used `train_on_responses_only`?",
        ),
        "all labels are masked",
    ),
    (
        failed(
            "train",
            "RuntimeError",
            "[enforce fail at inline_container.cc:672] . unexpected pos 576 vs 534",
        ),
        "disk is full, so train could not save",
    ),
    (
        failed(
            "train",
            "SafetensorError",
            "Error while serializing: I/O error: No space left on device (os error 28)",
        ),
        "disk is full",
    ),
    (
        failed("train", "OSError", "[Errno 30] Read-only file system: 'checkpoints'"),
        "may not write its files (Read-only file system)",
    ),
    (
        failed(
            "train",
            "RuntimeError",
            "PytorchStreamReader failed reading zip archive: failed finding central "
            "directory. This is an internal miniz error.",
        ),
        "checkpoint cannot be read",
    ),
    (
        failed(
            "train",
            "SafetensorError",
            "Error while deserializing header: incomplete metadata, file not fully "
            "covered",
        ),
        "checkpoint cannot be read",
    ),
    (
        failed(
            "data",
            "DatasetNotFoundError",
            "Dataset 'a/b' doesn't exist on the Hub or cannot be accessed.",
        ),
        "no data set a/b,",
    ),
    (
        failed(
            "data",
            "DatasetNotFoundError",
            "Dataset 'a/b' is a gated dataset on the Hub. You must be authenticated to "
            "access it.",
        ),
        "no token is set",
    ),
    (
        failed(
            "model",
            "OSError",
            "You are trying to access a gated repo.\nMake sure to have access to it at "
            "https://huggingface.co/a/b.\n401 Client Error.",
        ),
        "no token is set",
    ),
    (
        failed(
            "model",
            "LocalTokenNotFoundError",
            "Token is required (`token=True`), but no token found.",
        ),
        "no token is set",
    ),
    (
        failed(
            "data",
            "DatasetNotFoundError",
            "Dataset 'a/b' is a gated dataset on the Hub. Visit the dataset page at",
        ),
        "this account has no access yet",
    ),
    (
        failed(
            "model",
            "OSError",
            "There was a specific connection error when trying to load a/b:\nClient "
            "error '401 Unauthorized' for url 'https://huggingface.co/a/b'\n",
        ),
        "does not accept the token",
    ),
    (
        failed(
            "model",
            "RemoteProtocolError",
            "peer closed connection without sending complete message body (received "
            "500 bytes, expected 10000)",
        ),
        "download was cut off",
    ),
    (
        failed("data", "ConnectionError", "Couldn't reach 'a/b' on the Hub (Offline)"),
        "hub could not be reached",
    ),
    (
        failed(
            "model",
            "HfHubHTTPError",
            "Server error '503 Service Unavailable' for url 'https://huggingface.co'",
        ),
        "error of its own (503 Service Unavailable)",
    ),
    (
        failed(
            "model",
            "SafetensorError",
            "Error while deserializing header: header too large",
        ),
        "file of the model is damaged",
    ),
    (
        failed(
            "model",
            "OSError",
            "Can't load the configuration of 'a/b'. If you were trying to load it from",
        ),
        "files of a/b could not be fetched",
    ),
    (
        failed(
            "setup",
            "ImportError",
            "cannot import name 'NoSuchThing' from 'transformers' (/x/__init__.py)",
        ),
        "do not fit together: transformers is",
    ),
    (
        failed(
            "setup",
            "ImportError",
            "tokenizers<0.10 is required for a normal functioning of this module, but "
            "found tokenizers==0.23.3.",
        ),
        "do not fit together: tokenizers<0.10 is",
    ),
    (
        failed("setup", "AttributeError", "module 'torch' has no attribute 'nosuch'"),
        "do not fit together: torch is",
    ),
    (
        failed("setup", "ImportError", "/x/libtorch_cuda.so: undefined symbol: nosuch"),
        "than those installed (libtorch_cuda.so)",
    ),
    (
        failed("train", "ValueError", "expected sequence of length 2 at dim 1 (got 1)"),
        "(expected sequence of length 2 at dim",
    ),
    (
        failed("train", "RuntimeError", "Could not infer dtype of NoneType"),
        "could not be put into a batch",
    ),
    (
        failed("train", "TypeError", "new(): invalid data type 'str'"),
        "could not be put into a batch",
    ),
    (
        failed(
            "train",
            "ValueError",
            "Unable to create tensor, you should probably activate truncation and/or "
            "padding with 'padding=True' 'truncation=True' to have batched tensors",
        ),
        "could not be put into a batch",
    ),
    (
        failed(
            "data",
            "TypeError",
            "unsupported operand type(s) for +: 'NoneType' and 'str'",
        ),
        "could not be put into a batch",
    ),
    (
        failed("train", "IndexError", "index out of range in self"),
        "larger than the model's tables (index out of range in self)",
    ),
    (
        failed(
            "train",
            "AcceleratorError",
            "CUDA error: device-side assert triggered\nCUDA kernel errors might be "
            "asynchronously reported at some other API call",
        ),
        "larger than the model's tables (device-side assert triggered)",
    ),
    (
        failed(
            "data",
            "ValueError",
            "test_size=40 should be either positive and smaller than the number of "
            "samples 1 or a float in the (0, 1) range",
        ),
        "too few rows",
    ),
    (
        failed(
            "train", "NothingLearned", "all 5 updates are warm-up, which takes 1000"
        ),
        "all 5 updates of this training are warm-up",
    ),
    (
        failed(
            "train",
            "NothingLearned",
            "bfloat16 rounds away 97.6 % of each update at a rate of 2e-05",
        ),
        "Nearly nothing is learned: bfloat16 rounds away 97.6 % of each update at a "
        "rate of 2e-05.",
    ),
    (
        failed(
            "train",
            "NothingLearned",
            "3 of 56 tensors moved, and 0.02% of their numbers, at a learning rate of "
            "1e-15",
        ),
        "Nothing is learned: 3 of 56 tensors moved, and 0.02% of their numbers.",
    ),
    (failed("train", "LackingError", "no training"), "nothing was trained in it"),
    (
        failed("train", "LackingError", "no saved `adapter`"),
        "saved nothing in the folder `adapter`",
    ),
    (
        failed("score", "LackingError", "no `base_score`, `tuned_score`"),
        "did not make `base_score`, `tuned_score`, which others read",
    ),
]


@pytest.mark.parametrize(("event", "words"), EXAMPLES)
def test_a_known_failure_is_explained(event: Failed, words: str) -> None:
    diagnosis = explain(event)
    assert words in diagnosis.what.en
    for text in (*diagnosis.what, *diagnosis.next_step):
        assert text and not re.search(r"\{\w+\}", text)


def test_every_cause_has_an_example() -> None:
    reached = {explain(event).what.en for event, _ in EXAMPLES}
    for cause in CAUSES:
        words = max(re.split(r"\{\w+\}", cause.what.en), key=len)
        assert any(words in text for text in reached), cause.pattern


def test_code_by_hand_has_a_way_back_to_the_form() -> None:
    for event, _ in EXAMPLES:
        by_hand = explain(replace(event, by_hand=["data", "train"]))
        before = explain(event)
        assert by_hand.what == before.what
        english, chinese = by_hand.next_step
        assert english.startswith("Data, Train were edited by hand: mend them")
        assert chinese.startswith("“数据、训练”经过手动修改")
        assert english.endswith(before.next_step.en)


def test_chinese_is_chinese() -> None:
    for event, _ in EXAMPLES:
        diagnosis = explain(event)
        for text in (diagnosis.what.zh, diagnosis.next_step.zh):
            assert re.search(r"[\u4e00-\u9fff]", text)
            assert text.endswith("。")


def test_anything_else_ends_with_its_own_last_line() -> None:
    diagnosis = explain(
        failed("train", "ValueError", "something\n\n  odd: {cell} {x}\n")
    )
    assert diagnosis.what.en == "The cell train ended with: odd: {cell} {x}"
    assert "log" in diagnosis.next_step.en


def test_a_key_error_of_a_library_is_not_blamed_on_the_data() -> None:
    diagnosis = explain(failed("setup", "KeyError", "'rope'"))
    assert diagnosis.what.en == "The cell setup ended with: KeyError: 'rope'"


def test_an_event_that_says_nothing_is_still_explained() -> None:
    for event in (Failed(), Failed(cell=None), failed("", "")):
        assert explain(event).what.en


def test_what_lay_behind_an_error_is_looked_at_where_it_says_nothing() -> None:
    causes = ["ValueError: odd", "IncompleteRead: 5 bytes read, 10 more expected"]
    event = failed("model", "RuntimeError", "it failed", causes=causes)
    assert "cut off" in explain(event).what.en
    event = replace(event, message="CUDA out of memory.")
    assert "GPU" in explain(event).what.en


def test_a_none_of_a_library_is_not_blamed_on_the_rows() -> None:
    words = "'NoneType' object has no attribute 'shape'"
    assert explain(failed("train", "AttributeError", words)).kind == "other"


def test_the_trainer_s_own_collator_is_understood() -> None:
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    collator = DataCollatorForLanguageModeling(pad_token_id=0)
    good = {"input_ids": [1, 2], "labels": [1, 2]}
    for ids in (None, [1, None], [1, "a"], [[1, 2], [3]]):
        with pytest.raises((TypeError, ValueError, RuntimeError)) as raised:
            collator([good, {"input_ids": ids, "labels": [1, 2]}])
        event = failed("train", raised.type.__name__, str(raised.value))
        assert explain(event).kind == "bad_row"
