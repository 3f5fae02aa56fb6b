"""A model's licence, as its own files tell it."""

from pathlib import Path
from typing import Any

import yaml

from webui.files import read_json
from webui.models.hub import licence_of

FENCE = "---"
HEAD = 100_000  # characters; the head of a card is at its beginning


def licence_in(folder: Path | None) -> str | None:
    """The licence that the files of a folder name; None if none of them does."""
    if folder is None:
        return None
    try:
        return licence_of(card_head(folder / "README.md")) or licence_of(
            read_json(folder / "origin.json")  # the starter's, and unpacked ones
        )
    except (OSError, ValueError):
        return None


def card_head(card: Path) -> dict[str, Any] | None:
    """The fields between two lines of dashes on top of a model's card."""
    if not card.is_file():
        return None
    with card.open(encoding="utf-8", errors="replace") as opened:
        before, fence, rest = opened.read(HEAD).partition(FENCE)
    if not fence or before.strip():
        return None
    try:
        head = yaml.safe_load(rest.partition(f"\n{FENCE}")[0])
    except yaml.YAMLError:
        return None
    return head if isinstance(head, dict) else None


def raw_config(folder: Path | None) -> dict[str, Any]:
    """What config.json says, unread by any library; empty if there is none."""
    found = read_json(folder / "config.json") if folder else None
    return found if isinstance(found, dict) else {}
