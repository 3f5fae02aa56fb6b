"""Every way a run is known to fail is recognized, by the libraries' own words."""

import re
from typing import Any

import pytest

from webui.runs.diagnosis import CAUSES, explain


def failed(cell: str, error: str, message: str = "", **more: Any) -> dict[str, Any]:
    """A failed event as the kernel writes it."""
    return {"event": "failed", "cell": cell, "error": error, "message": message, **more}


def died(code: int | None) -> dict[str, Any]:
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
    (died(None), "nothing says why (unknown)"),
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
        "it is gated",
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
]


@pytest.mark.parametrize(("event", "words"), EXAMPLES)
def test_a_known_failure_is_explained(event: dict[str, Any], words: str) -> None:
    diagnosis = explain(event)
    assert words in diagnosis.what.en
    for text in (*diagnosis.what, *diagnosis.next_step):
        assert text and not re.search(r"\{\w+\}", text)


def test_every_cause_has_an_example() -> None:
    reached = {explain(event).what.en for event, _ in EXAMPLES}
    for cause in CAUSES:
        words = max(re.split(r"\{\w+\}", cause.what.en), key=len)
        assert any(words in text for text in reached), cause.pattern


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
    for event in ({}, {"cell": None, "error": None, "message": None}, failed("", "")):
        assert explain(event).what.en
