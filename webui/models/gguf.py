"""GGUF files: what the head of one says, and where one is unpacked.

Such a file holds a model for llama.cpp. Unsloth cannot train it as it is, so it is
turned into a folder once (``unpack``).
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from webui.errors import PlannerError
from webui.settings import models_folder
from webui.text import Text

ENDING = ".gguf"
TOKENS = "tokenizer.ggml."
SPECIAL = ("bos", "eos", "unknown", "padding")


@dataclass(frozen=True)
class Header:
    """What the head of a GGUF file says; what it does not say is None.

    ``parameters`` is the exact number of values in its tensors. ``splitting`` names
    the rule by which text is cut before it becomes tokens. ``special`` holds the ids
    of the beginning, end, unknown and padding tokens, by ``SPECIAL``.
    """

    architecture: str | None
    parameters: int
    licence: str | None
    context: int | None
    vocabulary: int | None
    template: str
    splitting: str | None
    special: Mapping[str, int]


def read_header(file: Path) -> Header:
    """The head of a GGUF file; takes seconds where the vocabulary is large.

    Raises:
        PlannerError: if there is no such file, or it is broken or no GGUF file.
    """
    import gguf

    refuse_missing(file)
    try:
        reader = gguf.GGUFReader(file)
        sizes = [int(tensor.n_elements) for tensor in reader.tensors]
        return header_of(reader.fields, sum(sizes))
    except Exception as error:  # whatever wrong bytes lead to
        raise broken(file) from error


def header_of(fields: Mapping[str, Any], parameters: int) -> Header:
    """The head, out of the reader's fields."""

    def said(name: str) -> Any:
        return fields[name].contents() if name in fields else None

    family = said("general.architecture")
    tokens = fields.get(f"{TOKENS}tokens")
    ids = {name: said(f"{TOKENS}{name}_token_id") for name in SPECIAL}
    return Header(
        family,
        parameters,
        said("general.license"),
        said(f"{family}.context_length"),
        len(tokens.data) if tokens else None,
        said("tokenizer.chat_template") or "",
        said(f"{TOKENS}pre"),
        {name: int(number) for name, number in ids.items() if number is not None},
    )


def unpacked_folder(file: Path) -> Path:
    """Where a GGUF file is unpacked; another file of the same name goes elsewhere.

    Raises:
        PlannerError: if there is no such file.
    """
    file = file.expanduser().absolute()
    refuse_missing(file)
    now = file.stat()
    about = f"{file} {now.st_size} {now.st_mtime_ns}".encode("utf-8", "replace")
    return models_folder() / f"{file.stem}-{hashlib.blake2b(about).hexdigest()[:8]}"


def refuse_missing(file: Path) -> None:
    """Refuse a path that leads to no file."""
    if not file.is_file():
        raise PlannerError(no_file(str(file)))


def no_file(path: str) -> Text:
    """Nothing is there."""
    return Text(
        f"There is no file {path}; check the path.", f"文件 {path} 不存在；请检查路径。"
    )


def unpack_first(path: str) -> Text:
    """What to do with such a file before it can be trained."""
    return Text(
        f"{path} is a GGUF file, which cannot be trained as it is; unpack it once with "
        f"`tunebook unpack {path}`, or with the button on the Model tab.",
        f"{path} 是 GGUF 文件，不能直接训练；请先用 `tunebook unpack {path}` "
        "或“模型”页上的按钮解包一次。",
    )


def broken(file: Path) -> PlannerError:
    """Its bytes are not those of a whole GGUF file."""
    return PlannerError.of(
        f"{file} is no GGUF file, or a broken one; download it again.",
        f"{file} 不是 GGUF 文件，或已损坏；请重新下载。",
    )
