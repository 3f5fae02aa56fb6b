"""What of a hub's models is on this machine: a look at files, nothing is asked.

The layout of the cache is huggingface_hub's: a folder for each model with ``refs``
(which commit a branch was), ``snapshots`` (links with the files' names) and ``blobs``
(the files, and ``*.incomplete`` ones while they arrive).
https://huggingface.co/docs/huggingface_hub/guides/manage-cache
"""

import os
from collections.abc import Iterator
from pathlib import Path

from webui.models.gguf import ENDING
from webui.models.source import Source
from webui.settings import STARTER, models_folder

CONFIG = "config.json"


def hub_cache() -> Path:
    """The folder of models that were downloaded, by this program or another."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def repo_folder(path: str) -> Path:
    """Where the cache keeps a model of the hub, or would."""
    return hub_cache() / f"models--{path.replace('/', '--')}"


def snapshot(source: Source) -> Path | None:
    """The folder of a model's files as of its revision; None if it is not cached."""
    folder = repo_folder(source.path)
    revision = source.revision or "main"
    reference = folder / "refs" / revision
    commit = reference.read_text().strip() if reference.is_file() else revision
    found = folder / "snapshots" / commit
    return found if found.is_dir() else None


def folder_of(source: Source) -> Path | None:
    """The folder with a model's files: its own, or the cache's; None without any."""
    return source.folder or snapshot(source)


def files_here(source: Source) -> tuple[tuple[str, int], ...]:
    """Names of a model's files on this machine, and when each changed, in ns."""
    if source.is_gguf:
        file = Path(source.path).expanduser()
        return ((file.name, file.stat().st_mtime_ns),) if file.is_file() else ()
    files = [file for file in entries_in(folder_of(source)) if file.exists()]
    return tuple(sorted((f.name, f.stat().st_mtime_ns) for f in files))


def bytes_arrived(path: str, since: float = 0) -> int:
    """Bytes of a model in the cache, finished or not, that changed since a moment.

    What a file system has not written yet of a sparse file is not counted.
    """
    total = 0
    for file in entries_in(repo_folder(path) / "blobs"):
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue  # it was finished and renamed just now
        if stat.st_mtime >= since:
            total += min(stat.st_size, stat.st_blocks * 512)
    return total


def entries_in(folder: Path | None) -> Iterator[Path]:
    """The files in a folder; none where it is missing."""
    if folder is not None and folder.is_dir():
        yield from (Path(entry.path) for entry in os.scandir(folder))


def local_models() -> tuple[str, ...]:
    """Models on this machine, named as in a recipe: folders, then the cache's."""
    return (*kept_models(), *cached_models())


def kept_models() -> tuple[str, ...]:
    """Folders and GGUF files that the user keeps in the folder of models."""
    names = []
    for entry in sorted(entries_in(models_folder())):
        if entry.name == STARTER or entry.name.startswith("."):
            continue
        if (entry / CONFIG).is_file() or entry.name.lower().endswith(ENDING):
            names.append(str(entry))
    return tuple(names)


def cached_models() -> tuple[str, ...]:
    """Models of the hub of which the cache holds a configuration and weights."""
    names = []
    for folder in sorted(entries_in(hub_cache())):
        kind, _, name = folder.name.partition("--")
        found = folder.glob("snapshots/*")
        if kind == "models" and any(has_weights(one) for one in found):
            names.append(name.replace("--", "/", 1))
    return tuple(names)


def has_weights(folder: Path) -> bool:
    """Whether a snapshot can be loaded: some weights are there."""
    names = [entry.name for entry in entries_in(folder)]
    return any(name.endswith(".safetensors") for name in names)
