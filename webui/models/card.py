"""What a model's own files tell: its licence, and its configuration unread."""

from pathlib import Path
from typing import Any

import yaml

from webui.files import read_json
from webui.models.hub import licence_of


def licence_in(folder: Path | None) -> str | None:
    """The licence that the files of a folder name; None if none of them does."""
    from huggingface_hub import metadata_load

    if folder is None:
        return None
    try:
        told = licence_of(metadata_load(folder / "README.md"))
    except (OSError, ValueError, yaml.YAMLError):
        told = None
    # The starter's, and unpacked ones.
    return told or licence_of(read_json(folder / "origin.json"))


def raw_config(folder: Path | None) -> dict[str, Any]:
    """What config.json says, unread by any library; empty if there is none."""
    found = read_json(folder / "config.json") if folder else None
    return found if isinstance(found, dict) else {}
