"""For a moment: the readers by suffix, until planner/reading has them."""

from collections.abc import Callable, Iterable
from pathlib import PurePath

from webui.planner.reading import readers

READERS: dict[str, Callable] = {
    ".json": readers.read_json,
    ".jsonl": readers.read_jsonl,
    ".ndjson": readers.read_jsonl,
    ".csv": readers.read_csv,
    ".tsv": readers.read_csv,
    ".parquet": readers.read_parquet,
    ".xlsx": readers.read_xlsx,
    ".txt": readers.read_paragraphs,
    ".md": readers.read_paragraphs,
}


def readers_for(paths: Iterable[str]) -> dict[str, Callable]:
    """The readers that these files need, by suffix; a zip may hold any kind."""
    suffixes = {suffix_of(path) for path in paths}
    if ".zip" in suffixes:
        return READERS
    return {suffix: READERS[suffix] for suffix in READERS if suffix in suffixes}


def suffix_of(path: str) -> str:
    """The suffix that tells a file's kind: of ``a.jsonl.gz`` it is ``.jsonl``."""
    name = path.lower().removesuffix(".gz")
    return PurePath(name).suffix
