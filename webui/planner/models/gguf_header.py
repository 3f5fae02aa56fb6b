"""The beginning of a GGUF file of the hub: configuration and tokenizer, no weights.

Everything but the weights stands at the beginning of such a file, a few megabytes of
several gigabytes. Only these are fetched; the rest of the copy is a hole that takes
no room on the disk, because readers want a file of the full size.
"""

import os
import re
from pathlib import Path
from typing import Any

from webui.planner.models.source import Source
from webui.settings import home

FIRST = 8_000_000  # bytes; a vocabulary of 150,000 takes about 6 million
MOST = 256_000_000
PATIENCE = 30  # seconds without a byte


def hub_header(source: Source) -> str:
    """A folder that holds the file's beginning; fetched once for each commit.

    Raises:
        Exception: huggingface_hub's own, if the file cannot be had.
        ValueError: if it is no GGUF file.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    assert source.gguf_file
    url = hf_hub_url(source.path, source.gguf_file, revision=source.revision)
    found = get_hf_file_metadata(url, timeout=PATIENCE)
    commit = re.sub(r"\W", "", found.commit_hash or "none")
    folder = headers_folder() / source.path.replace("/", "--") / commit
    file = folder / source.gguf_file
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        fetch(url, found.size or 0, file)
    return str(folder)


def headers_folder() -> Path:
    """Where the beginnings are kept."""
    return home() / "cache" / "gguf"


def fetch(url: str, size: int, file: Path) -> None:
    """Fetch more and more of the beginning, until everything before the weights is."""
    scratch = file.with_suffix(f".{os.getpid()}.part")
    fetched, wanted = 0, FIRST
    try:
        scratch.touch()
        while True:
            fetched += append(url, scratch, fetched, min(wanted, size))
            os.truncate(scratch, size)
            if fetched >= size or is_whole(scratch, fetched):
                break
            if wanted >= MOST:
                raise ValueError(f"{file.name} is no GGUF file")
            os.truncate(scratch, fetched)
            wanted *= 2
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)


def append(url: str, file: Path, start: int, end: int) -> int:
    """Append bytes ``start`` to ``end`` of what lies at an address; how many came."""
    from huggingface_hub import get_session
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

    headers = build_hf_headers() | {"Range": f"bytes={start}-{end - 1}"}
    with get_session().stream("GET", url, headers=headers, timeout=PATIENCE) as answer:
        hf_raise_for_status(answer)
        came = 0
        with file.open("r+b") as target:
            target.seek(start)
            for piece in answer.iter_bytes():
                target.write(piece[: end - start - came])
                came += len(piece)
                if came >= end - start:  # a server may not know ranges
                    break
    return min(came, end - start)


def is_whole(file: Path, fetched: int) -> bool:
    """Whether everything before the weights lies within the fetched bytes.

    What was not fetched reads as zeros, which make a header that is longer than what
    was fetched, or none at all.
    """
    import gguf

    try:
        reader: Any = gguf.GGUFReader(file)
    except (ValueError, KeyError, IndexError):
        if not starts_as_gguf(file):
            raise
        return False
    return bool(reader.data_offset <= fetched)


def starts_as_gguf(file: Path) -> bool:
    """Whether the first bytes are those of every GGUF file."""
    with file.open("rb") as opened:
        return opened.read(4) == b"GGUF"
