"""Inside the kernel: a loaded model is held to its plan, before the first step."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from webui.notebook.architecture import is_tower


class MiscountError(RuntimeError):
    """The loaded model is not what was planned; both figures are in it."""


def hold_to_plan(
    model: Any, planned: Sequence[Mapping[str, Any]], values: Mapping[str, Any]
) -> None:
    """Compare a model that is about to learn with what was planned of it.

    Args:
        planned: what ``counts.parameters.judge.Planned`` holds, for each trial.
        values: those that a sweep chose for this training, by their paths.

    Raises:
        MiscountError: if other weights learn, or the base is another one; or, where
            nothing could be planned, if PEFT passed over something that was asked for.
    """
    fitting = [p for p in planned if p["values"].items() <= values.items()]
    if not fitting:  # nobody could tell, or a sweep has more trials than were judged
        refuse_passed_over(model)
    for plan in fitting[:1]:
        trainable, total = count_loaded(model, plan)
        # What is tied learns once where the loader keeps it so.
        if any(
            trainable == plan["trainable"] - less
            and total in (None, plan["total"] and plan["total"] - less)
            for less in (0, plan["tied"])
        ):
            return
        raise MiscountError(both_counts(plan, trainable, total))


def count_loaded(model: Any, plan: Mapping[str, Any]) -> tuple[int, int | None]:
    """How many of the loaded weights learn, and how many there are.

    The total is None where it tells nothing: weights are packed, or the tokenizer made
    the vocabulary grow.
    """
    sizes = [(n, w.numel(), w.requires_grad) for n, w in model.named_parameters()]
    trainable = sum(size for _, size, learns in sizes if learns)
    embeddings = model.get_input_embeddings()
    embeddings = getattr(embeddings, "original_module", embeddings).weight.numel()
    if plan["total"] is None or embeddings != plan["embeddings"]:
        return trainable, None
    return trainable, sum(size for name, size, _ in sizes if not is_tower(name))


def both_counts(plan: Mapping[str, Any], trainable: int, total: int | None) -> str:
    """Both figures in a sentence that the diagnosis reads."""
    planned, loaded = f"{plan['trainable']:,}", f"{trainable:,}"
    if total is not None:
        planned, loaded = f"{planned} of {plan['total']:,}", f"{loaded} of {total:,}"
    return f"planned were {planned} parameters to learn, loaded were {loaded}"


def refuse_passed_over(model: Any) -> None:
    """Refuse a model with an adapter that lacks a module or a layer it was asked for.

    Raises:
        MiscountError: naming them.
    """
    config = getattr(model, "peft_config", {}).get("default")
    taken = getattr(getattr(model, "base_model", None), "targeted_module_names", [])
    names = getattr(config, "target_modules", None) or ()
    missing = [] if isinstance(names, str) else [n for n in names if not ends(taken, n)]
    wrapped = [n for n, m in model.named_modules() if hasattr(m, "modules_to_save")]
    saved = getattr(config, "modules_to_save", None) or ()
    missing += [name for name in saved if not ends(wrapped, name)]
    layers = getattr(config, "layers_to_transform", None) or ()
    numbers = {n for name in taken for n in re.findall(r"\.(\d+)\.", name)[:1]}
    missing += [f"layer {n}" for n in layers if str(n) not in numbers]
    if missing:
        raise MiscountError(f"the loaded model has no {', '.join(missing)}")


def ends(names: Sequence[str], name: str) -> bool:
    """Whether one of the names ends with this one, part by part."""
    return any(f".{each}".endswith(f".{name}") for each in names)
