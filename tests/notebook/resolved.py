"""What Unsloth's loader for GPUs takes for each model cell of standard input.

Run in a process of its own that only seems to have a GPU; the loader tells which model
it would fetch, and is stopped there. A JSON list of names goes to the last line.
"""

import json
import os
import sys
from typing import Any

os.environ |= {"UNSLOTH_ALLOW_CPU": "1", "HF_HUB_OFFLINE": "1"}


class ResolvedError(Exception):
    """The name that the loader came to."""


def stop(name: str) -> None:
    """Take the loader's word, and end it."""
    raise ResolvedError(name)


def resolved(code: str, loader: Any) -> str:
    """The model that a cell would load."""

    class Told:
        @staticmethod
        def from_pretrained(**arguments: Any) -> None:
            loader.from_pretrained(on_model_resolved=stop, **arguments)

    try:
        exec(compile(code, "model", "exec"), {"FastLanguageModel": Told})
    except ResolvedError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    from unsloth import FastLanguageModel
    from unsloth.models import loader

    # As on a GPU of NVIDIA, where bitsandbytes works.
    loader.ALLOW_BITSANDBYTES = loader.ALLOW_PREQUANTIZED_MODELS = True
    codes = json.load(sys.stdin)
    print("\nRESULT", json.dumps([resolved(code, FastLanguageModel) for code in codes]))
