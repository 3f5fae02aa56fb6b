"""What the hub says of a model or data set before anything of it is downloaded."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from webui.models.hub_errors import out_of_reach
from webui.models.source import Source

PATIENCE = 6  # seconds for an answer
REST = 20  # seconds for which a hub that was out of reach is not asked again

_silent_since: float | None = None


@dataclass(frozen=True)
class Facts:
    """What the hub says of a model: its files with sizes in bytes, and its card.

    ``parameters`` is the number of values in the safetensors files, which for
    quantized weights is not the number of weights.
    """

    files: Mapping[str, int]
    licence: str | None
    gated: bool
    wants_code: bool
    parameters: int | None


def hub_facts(source: Source) -> Facts | None:
    """What the hub says; None if it is out of reach, or knows no such model."""
    if source.is_local:
        return None
    try:
        return ask_hub(source)
    except Exception:
        return None


def reach_hub(
    kind: Literal["model", "dataset"],
    name: str,
    revision: str | None,
    *,
    patience: int = 10,
    **options: Any,
) -> Any:
    """What huggingface_hub tells of a model or a data set.

    The hub is asked briefly, and not at all a moment after it gave no answer: libraries
    would try one that is out of reach for minutes.

    Raises:
        Exception: huggingface_hub's own, or ConnectionError.
    """
    from huggingface_hub import repo_info
    from huggingface_hub.errors import OfflineModeIsEnabled
    from huggingface_hub.utils import validate_repo_id

    global _silent_since
    validate_repo_id(name)
    if _silent_since is not None and time.monotonic() - _silent_since < REST:
        raise ConnectionError("the hub gave no answer a moment ago")
    options |= {"repo_type": kind, "revision": revision, "timeout": patience}
    try:
        return repo_info(name, **options)
    except Exception as error:
        if out_of_reach(error) and not isinstance(error, OfflineModeIsEnabled):
            _silent_since = time.monotonic()
        raise


@lru_cache(maxsize=32)
def ask_hub(source: Source) -> Facts:
    """The hub's answer, kept.

    Raises:
        Exception: huggingface_hub's own.
    """
    options = {"patience": PATIENCE, "files_metadata": True}
    return facts_in(reach_hub("model", source.path, source.revision, **options))


def facts_in(info: Any) -> Facts:
    """What counts of huggingface_hub's ``ModelInfo``."""
    return Facts(
        {file.rfilename: file.size or 0 for file in info.siblings or ()},
        licence_of(info.card_data.to_dict() if info.card_data else None),
        bool(info.gated),
        "custom_code" in (info.tags or ()),
        info.safetensors.total if info.safetensors else None,
    )


def licence_of(card: Mapping[str, Any] | None) -> str | None:
    """The licence in the head of a model's card; its own name where it has one."""
    if not card:
        return None
    licence = card.get("license")
    if licence == "other":
        licence = card.get("license_name") or licence
    if isinstance(licence, list):
        licence = ", ".join(map(str, licence))
    return str(licence) if licence else None
