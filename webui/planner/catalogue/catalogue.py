"""Look a model up by its hub id in the table of shapes that comes with Tunebook."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("models.yaml")
PACKED = ("-unsloth-bnb-4bit", "-bnb-4bit")  # how Unsloth names its 4-bit copies


@dataclass(frozen=True)
class Entry:
    """A shape that well-known models share.

    ``names`` are hub ids, ``gated`` those of them whose licence must be accepted
    first; ``licence`` is an SPDX identifier where there is one; ``parameters`` is the
    published total, with tied weights counted once; ``context`` is in tokens.
    """

    names: tuple[str, ...]
    licence: str
    parameters: int
    context: int
    config: dict[str, Any]
    gated: tuple[str, ...] = ()

    @property
    def model_type(self) -> str:
        """The architecture, as Transformers calls it."""
        return str(self.config["model_type"])

    def is_gated(self, name: str) -> bool:
        """Whether the model of this name is behind a licence on the hub."""
        return name.lower() in {gated.lower() for gated in self.gated}


@lru_cache(maxsize=1)
def entries() -> tuple[Entry, ...]:
    """All shapes of the table, in its order."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = yaml.load(TABLE.read_text(encoding="utf-8"), loader)
    return tuple(
        Entry(**row | {key: tuple(row.get(key, ())) for key in ("names", "gated")})
        for row in rows
    )


@lru_cache(maxsize=1)
def by_name() -> dict[str, Entry]:
    """Each entry under each of its names, in small letters."""
    return {name.lower(): entry for entry in entries() for name in entry.names}


def entry_of(name: str) -> Entry | None:
    """The entry of a model, whatever the case of its name; None if there is none.

    A 4-bit copy of Unsloth's has the shape of the model that it was packed from.
    """
    name = name.lower()
    if name.startswith("unsloth/"):
        for ending in PACKED:
            name = name.removesuffix(ending)
    return by_name().get(name)


def config_of(name: str) -> Any:
    """The configuration of Transformers for a model's shape; None if it is unknown."""
    entry = entry_of(name)
    if entry is None:
        return None
    if entry.model_type == "yuan":
        from webui.planner.catalogue.yuan import yuan_config as make
    else:
        from transformers import AutoConfig

        make = AutoConfig.for_model
    config = make(**entry.config)
    config.max_position_embeddings = entry.context
    return config
