"""Models to choose from: the hub's by name, the catalogue's, and those on this machine.

Only what a cell can load is listed: models that write text, as safetensors.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Literal

from webui.errors import causes
from webui.models.cache import local_models
from webui.models.catalogue.catalogue import Entry, shapes
from webui.models.hub import PATIENCE, facts_in
from webui.models.hub_errors import hub_refused, out_of_reach, refused_with
from webui.text import Text

Origin = Literal["machine", "catalogue", "hub"]
TASK, FORMAT = "text-generation", "safetensors"
ASKED = (  # what the hub is to say of each hit
    "cardData",
    "downloads",
    "gated",
    "safetensors",
    "tags",
)
NOT_REACHED = Text(
    "The model hub was not reached; these are the models on this machine and those of "
    "the built-in catalogue.",
    "未能连接模型库；以下是本机模型和内置目录中的模型。",
)


@dataclass(frozen=True)
class Hit:
    """A model that was found; what is not known of it is None.

    ``downloads`` are those of the last month.
    """

    name: str
    origin: Origin
    parameters: int | None = None
    licence: str | None = None
    gated: bool | None = None
    wants_code: bool | None = None
    downloads: int | None = None


@dataclass(frozen=True)
class Found:
    """The hits, those on this machine first, and why the hub's are missing if so."""

    hits: tuple[Hit, ...]
    problem: Text | None = None


def search(text: str, limit: int = 20) -> Found:
    """Models whose name holds every word of a text."""
    problem, remote = None, []
    try:
        remote = hub_hits(text, limit)
    except Exception as error:
        problem = why_no_listing(error)
    offered = [
        *(
            Hit(name, "machine")
            for name in local_models()
            if matches(called(name), text)
        ),
        *remote,
        *catalogue_hits(text),
    ]
    return Found(tuple(first_of_each_name(offered)[:limit]), problem)


def catalogue_hits(text: str) -> list[Hit]:
    """What the catalogue has: one name of each shape before the second one of any."""
    of_each = [
        [hit_of_catalogue(name, entry) for name in entry.names if matches(name, text)]
        for entry in shapes()
    ]
    return [hit for place in zip_longest(*of_each) for hit in place if hit]


def hit_of_catalogue(name: str, entry: Entry) -> Hit:
    """A hit of the catalogue."""
    gated = entry.is_gated(name)
    return Hit(name, "catalogue", entry.parameters, entry.licence, gated)


def called(name: str) -> str:
    """The part of a local model's name that tells it: not the folders above its own."""
    return Path(name).name if Path(name).is_absolute() else name


def matches(name: str, text: str) -> bool:
    """Whether a name holds every word, in any order and case."""
    return all(word in name.lower() for word in text.lower().split())


def first_of_each_name(hits: Iterable[Hit]) -> list[Hit]:
    """The first hit of each name."""
    seen: dict[str, Hit] = {}
    for hit in hits:
        seen.setdefault(hit.name.lower(), hit)
    return list(seen.values())


def hub_hits(text: str, limit: int) -> list[Hit]:
    """What the hub finds, the most downloaded first.

    It is asked by hand because huggingface_hub's own call may wait for ever.
    """
    from huggingface_hub import constants, get_session
    from huggingface_hub.hf_api import ModelInfo
    from huggingface_hub.utils import build_hf_headers, hf_raise_for_status

    if constants.HF_HUB_OFFLINE:
        raise ConnectionError("HF_HUB_OFFLINE is set")
    asked: dict[str, Any] = {
        "search": text,
        "pipeline_tag": TASK,
        "filter": FORMAT,
        "sort": "downloads",
        "limit": limit,
        "expand[]": ASKED,
    }
    answer = get_session().get(
        f"{constants.ENDPOINT}/api/models",
        params=asked,
        headers=build_hf_headers(),
        timeout=PATIENCE,
    )
    hf_raise_for_status(answer)
    return [hit(ModelInfo(**entry)) for entry in islice(answer.json(), limit)]


def hit(info: Any) -> Hit:
    """A hit of the hub."""
    facts = facts_in(info)
    return Hit(
        info.id,
        "hub",
        facts.parameters,
        facts.licence,
        facts.gated,
        facts.wants_code,
        info.downloads,
    )


def why_no_listing(error: Exception) -> Text:
    """Why the hub lists nothing."""
    status = refused_with(causes(error))
    if not out_of_reach(error) and status in (401, 403):
        return hub_refused(status)
    return NOT_REACHED
