"""What is known of a recipe's model before anything heavy of it is loaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from webui.counts.parameters.meta import parameters_of_base
from webui.errors import PlannerError
from webui.models.cache import folder_of, snapshot
from webui.models.card import licence_in, raw_config
from webui.models.catalogue.catalogue import Entry, entry_of
from webui.models.gguf import read_header, unpack_first
from webui.models.hub import Facts, hub_facts
from webui.models.pickles import pickle_problem, pickled
from webui.models.pretrained import read_config, read_tokenizer
from webui.models.sizes import Download, download_of
from webui.models.source import Source, source_of
from webui.recipe import Recipe
from webui.text import Text

Origin = Literal["folder", "gguf", "cache", "hub", "catalogue"]
# The names that architectures give to the longest sequence.
CONTEXT = ("max_position_embeddings", "n_positions", "n_ctx", "seq_length")


@dataclass(frozen=True)
class About:
    """A model's facts; what cannot be known is None.

    ``origin`` is where its shape was read. ``parameters`` is the exact number of
    weights. ``context`` is in tokens. ``template`` is the text of the chat template,
    empty for a model without one. ``wants_code`` says that it cannot be loaded
    without running its authors' code, ``only_pickles`` that its weights are there as
    pickles alone. ``download`` is None for a model on this machine. ``problem`` is why
    it cannot be loaded as the recipe stands.
    """

    name: str
    origin: Origin | None = None
    architecture: str | None = None
    parameters: int | None = None
    licence: str | None = None
    context: int | None = None
    vocabulary: int | None = None
    template: str | None = None
    gated: bool | None = None
    wants_code: bool | None = None
    only_pickles: bool | None = None
    download: Download | None = None
    problem: Text | None = None


def about(recipe: Recipe) -> About:
    """All that can be known of a recipe's model without its weights; never an error."""
    source = source_of(recipe.model)
    if source.is_gguf:
        return about_gguf(source)
    entry, facts = entry_of(source.path), hub_facts(source)
    origin = origin_of(source, entry, facts)
    fields, problem = shape_from_config(recipe, source)
    fields = fields or (entry.config if entry else {})
    template, unread = template_of(recipe)
    parameters = total_of(recipe, entry, facts)
    return About(
        recipe.model.name,
        origin,
        published_class(fields),
        parameters,
        licence(source, entry, facts),
        first_of(fields, CONTEXT) or (entry.context if entry else None),
        first_of(fields, ("vocab_size",)),
        template,
        is_gated(source, entry, facts),
        needs_own_code(source, entry, facts),
        pickled(source, facts),
        download_of(source, facts, parameters),
        problem or unread or pickle_problem(recipe),
    )


def about_gguf(source: Source) -> About:
    """What the head of a GGUF file says, and that it must be unpacked first."""
    try:
        head = read_header(Path(source.path).expanduser())
    except PlannerError as error:
        return About(source.path, problem=error.text)
    return About(
        source.path,
        "gguf",
        head.architecture,
        head.parameters,
        head.licence,
        head.context,
        head.vocabulary,
        head.template,
        wants_code=False,  # such a file holds no code
        problem=unpack_first(source.path),
    )


def origin_of(
    source: Source, entry: Entry | None, facts: Facts | None
) -> Origin | None:
    """Where the model's shape is read; None where nothing of it can be had."""
    if source.is_local:
        return "folder" if source.folder else None
    here = snapshot(source)
    if here and (here / "config.json").is_file():
        return "cache"
    return "catalogue" if entry else "hub" if facts else None


def shape_from_config(
    recipe: Recipe, source: Source
) -> tuple[dict[str, Any], Text | None]:
    """What the configuration says, and why Transformers cannot read it.

    A configuration that belongs to foreign code is still a list of fields.
    """
    try:
        config = read_config(recipe.model)
    except PlannerError as error:
        return raw_config(folder_of(source)), error.text
    return {**config.to_dict(), **config.get_text_config().to_dict()}, None


def published_class(fields: dict[str, Any]) -> str | None:
    """The class that the model was published as, or else its family."""
    named = fields.get("architectures") or [fields.get("model_type")]
    return str(named[0]) if named[0] else None


def first_of(fields: dict[str, Any], names: tuple[str, ...]) -> int | None:
    """The first of these fields that holds a number."""
    numbers = (fields.get(name) for name in names)
    return next((n for n in numbers if isinstance(n, int) and n > 0), None)


def template_of(recipe: Recipe) -> tuple[str | None, Text | None]:
    """The model's own chat template, and why its tokenizer cannot be read."""
    try:
        template = read_tokenizer(recipe.model).chat_template
    except PlannerError as error:
        return None, error.text
    if isinstance(template, dict):  # one for each use
        template = template.get("default") or next(iter(template.values()), "")
    return template or "", None


def total_of(recipe: Recipe, entry: Entry | None, facts: Facts | None) -> int | None:
    """The exact number of weights; of the files', where the shape is not known."""
    try:
        return parameters_of_base(recipe)
    except PlannerError:
        if entry:
            return entry.parameters
        return facts.parameters if facts else None


def licence(source: Source, entry: Entry | None, facts: Facts | None) -> str | None:
    """The licence, by the files here, else by the hub, else by the catalogue."""
    asked = facts.licence if facts else None
    listed = entry.licence if entry else None
    return licence_in(folder_of(source)) or asked or listed


def is_gated(source: Source, entry: Entry | None, facts: Facts | None) -> bool | None:
    """Whether a licence must be accepted on the hub first."""
    if source.is_local:
        return None
    if facts:
        return facts.gated
    return entry.is_gated(source.path) if entry else None


def needs_own_code(
    source: Source, entry: Entry | None, facts: Facts | None
) -> bool | None:
    """Whether the model cannot be loaded without running its authors' code."""
    from transformers import CONFIG_MAPPING

    if raw := raw_config(folder_of(source)):
        return "auto_map" in raw and raw.get("model_type") not in CONFIG_MAPPING
    if entry:
        return entry.model_type not in CONFIG_MAPPING
    return facts.wants_code if facts else None
