"""Look a model up by its hub id in the tables of shapes that come with Tunebook."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from webui.files import read_yaml
from webui.models.catalogue.drawn import drawing

SHAPES = Path(__file__).with_name("shapes")
PACKED = ("-unsloth-bnb-4bit", "-bnb-4bit")  # how Unsloth names its 4-bit copies


@dataclass(frozen=True)
class Entry:
    """A shape that well-known models share.

    ``names`` are hub ids, ``gated`` those of them whose licence must be accepted
    first; ``licence`` is an SPDX identifier where there is one; ``parameters`` is the
    published total, with tied weights counted once; ``context`` is in tokens;
    ``source`` is where the figures were read.
    """

    family: str
    names: tuple[str, ...]
    licence: str
    parameters: int
    context: int
    source: tuple[str, ...]
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
def shapes() -> tuple[Entry, ...]:
    """All shapes, family by family, in the order of the tables' names."""
    return tuple(
        entry_in(family, row)
        for path in sorted(SHAPES.glob("*.yaml"))
        for family in read_yaml(path)
        for row in family["models"]
    )


def entry_in(family: dict[str, Any], row: dict[str, Any]) -> Entry:
    """A row of a family's table with what it shares with its family."""
    names = tuple(row["names"])
    gated = (*family.get("gated", ()), *row.get("gated", ()))
    shared = {key: family[key] for key in ("family", "licence", "context", "source")}
    values = shared | row
    return Entry(
        **values
        | {
            "names": names,
            "gated": tuple(n for n in names if {n, n.partition("/")[0]} & {*gated}),
            "source": tuple(values["source"]),
            "config": spread(
                merged(family.get("config", {}), row.get("config", {})),
            ),
        }
    )


def merged(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Fields of two configurations, the second's where both have one; nested too."""
    both = {
        key: merged(shared[key], own[key])
        for key in shared.keys() & own.keys()
        if isinstance(shared[key], dict) and isinstance(own[key], dict)
    }
    return shared | own | both


def spread(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration with the kinds of its layers repeated for all of its layers."""
    nested = {key: spread(v) for key, v in config.items() if isinstance(v, dict)}
    config = config | nested
    if kinds := config.get("layer_types"):
        depth = config["num_hidden_layers"]
        config["layer_types"] = list(islice(cycle(kinds), depth))
    return config


@lru_cache(maxsize=1)
def by_name() -> dict[str, Entry]:
    """Each entry under each of its names, in small letters."""
    return {name.lower(): entry for entry in shapes() for name in entry.names}


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
    if drawn := drawing(entry.model_type):
        make, _ = drawn
    else:
        from transformers import AutoConfig

        make = AutoConfig.for_model
    config = make(**entry.config)
    config.get_text_config().max_position_embeddings = entry.context
    return config
