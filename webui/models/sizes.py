"""How much a model's download is, what of it is here, and whether the disk has room."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from webui.figures import in_bytes
from webui.files import free_bytes
from webui.models.cache import hub_cache, snapshot
from webui.models.hub import Facts, hub_facts
from webui.models.source import Source, source_of
from webui.recipe import Recipe
from webui.recipe.copies import packed_from
from webui.text import Text

# The formats that Transformers takes, in its order: one whole file, or else shards.
SINGLE, SHARDS = "model.safetensors", "model-*-of-*.safetensors"
PICKLE, PICKLE_SHARDS = "pytorch_model.bin", "pytorch_model-*-of-*.bin"
SMALL = ("*.json", "*.txt", "*.jinja", "*.model", "*.tiktoken")
BYTES_OF_A_WEIGHT = 2  # models are published in 16 bit
BYTES_IF_PACKED = 0.7  # copies in 4 bits: their scales, and embeddings in 16


@dataclass(frozen=True)
class Download:
    """What a run needs of a model of the hub, in bytes.

    ``total`` counts weights, tokenizer and configuration, ``present`` what of these
    is in the cache, ``free`` the disk's room there, None where it does not say. With
    ``exact`` false the total is estimated from the number of weights, because the hub
    could not say.
    """

    total: int
    present: int
    free: int | None
    exact: bool = True

    @property
    def left(self) -> int:
        """What is still to come."""
        return max(0, self.total - self.present)

    @property
    def fits(self) -> bool:
        """Whether the disk has room for what is still to come."""
        return self.free is None or self.left <= self.free


def needed_files(names: Mapping[str, int], source: Source) -> dict[str, int]:
    """The files that a run loads, with their sizes in bytes.

    Other formats, older copies and subfolders are never downloaded.
    """
    weights = weights_pattern(names, source)
    patterns = (weights, *SMALL, *(("*.py",) if source.trusted else ()))
    return {
        name: length
        for name, length in names.items()
        if "/" not in name and any(fnmatch(name, pattern) for pattern in patterns)
    }


def weights_pattern(names: Iterable[str], source: Source) -> str:
    """The weights that a run takes, as a pattern of file names."""
    formats = [SINGLE, SHARDS, *([PICKLE, PICKLE_SHARDS] if source.pickles else ())]
    present = (one for one in formats if any(fnmatch(name, one) for name in names))
    return next(present, SHARDS)


def any_weights(names: Iterable[str]) -> bool:
    """Whether weights are among these files, in whichever format; not in subfolders."""
    formats = (SINGLE, SHARDS, PICKLE, PICKLE_SHARDS)
    return any(fnmatch(name, one) for name in names for one in formats)


def only_pickles(names: Iterable[str]) -> bool:
    """Whether a model's weights are there as pickles, and not as safetensors."""
    own = [name for name in names if "/" not in name]  # others are not loaded
    kept = [name for name in own if not fnmatch(name, "*.safetensors")]
    return any_weights(kept) and len(kept) == len(own)


def download_of(
    source: Source, facts: Facts | None, parameters: int | None
) -> Download | None:
    """The download of a model of the hub; None for local ones, and if nothing is known.

    Args:
        facts: what the hub says; None if it was not reached.
        parameters: how many weights the model has, for an estimate.
    """
    if source.is_local:
        return None
    here = snapshot(source)
    present = sizes_below(here) if here else {}
    free = free_bytes(hub_cache())
    if facts is not None:
        needed = needed_files(facts.files, source)
        has = sum(length for name, length in needed.items() if name in present)
        return Download(sum(needed.values()), has, free)
    has = sum(needed_files(present, source).values())
    if is_complete(present, here, source):
        return Download(has, has, free)
    if parameters is None:
        return None
    each = BYTES_IF_PACKED if packed_from(source.path) else BYTES_OF_A_WEIGHT
    total = max(has, int(each * parameters))
    return Download(total, has, free, exact=False)


def sizes_below(folder: Path) -> dict[str, int]:
    """The files below a folder with their sizes in bytes."""
    return {
        file.relative_to(folder).as_posix(): file.stat().st_size
        for file in folder.rglob("*")
        if file.is_file()
    }


def is_complete(
    present: Mapping[str, int], folder: Path | None, source: Source
) -> bool:
    """Whether a snapshot holds everything that a run loads."""
    pattern = weights_pattern(present, source)
    if pattern in present:
        return "config.json" in present
    shards = [name for name in present if fnmatch(name, pattern)]
    # model-00001-of-00003.safetensors: each name says how many there are.
    told = re.search(r"-of-(\d+)[.]", shards[0]) if shards else None
    return bool(folder and told and len(shards) == int(told[1]))


def disk_problem(recipe: Recipe) -> Text | None:
    """Why the recipe's model cannot be downloaded for want of disk; None if it can."""
    source = source_of(recipe.model)
    if source.is_local:
        return None
    here = snapshot(source)
    if here and is_complete(sizes_below(here), here, source):
        return None  # the hub need not be asked
    download = download_of(source, hub_facts(source), None)
    if download is None or download.free is None or download.fits:
        return None
    wanted, free, place = in_bytes(download.left), in_bytes(download.free), hub_cache()
    return Text(
        f"{source.path} needs {wanted} on the disk and {free} are free at {place}; "
        "free some, set HF_HOME to a larger disk, or choose a smaller model.",
        f"{source.path} 需要 {wanted} 磁盘空间，而 {place} 处只剩 {free}；"
        "请清理磁盘，用 HF_HOME 指定更大的磁盘，或换一个更小的模型。",
    )
