"""What of a model really moves while it learns, and what its type rounds away.

It only reads: a fingerprint of each tensor that learns, and some of its numbers. No
weights are copied, and no random numbers drawn.
"""

import math
from typing import Any

SAMPLED = 256  # numbers of each tensor that are looked at one by one
LOOKED_AT = 3  # updates, from the first at half the highest rate on
LOST = 0.9  # of the updates of a type's numbers; so few that land teach nothing
FEW = 0.001  # of the numbers that learn; rows of an embedding are not all met
MAIN = 0.5  # of all that learns; what is less does not stop a training


class NothingLearned(RuntimeError):
    """The training goes on, or ends, and its weights stay as they were."""


class Watched:
    """The tensors of a model that learn, from the beginning of a training on."""

    def __init__(self, model: Any) -> None:
        self.tensors = [w for w in model.parameters() if w.requires_grad]
        self.narrow = [w for w in self.tensors if w.element_size() < 4]
        self.first = fingerprints(self.tensors)
        self.samples = [sample(w).clone() for w in self.tensors]
        self.before: list[Any] = []
        self.full = 0  # updates at half the highest rate or more
        self.landed = self.meant = 0

    def look(self, optimizer: Any) -> None:
        """Before an update: keep what the narrow types hold, where it counts."""
        counts = self.full < LOOKED_AT and is_full(optimizer)
        self.before = [sample(w).clone() for w in self.narrow] if counts else []

    def compare(self, optimizer: Any) -> bool:
        """After an update: count what landed. True when enough of them were seen."""
        if not is_full(optimizer) or getattr(optimizer, "step_was_skipped", False):
            return False
        for weight, before in zip(self.narrow, self.before, strict=False):
            if weight.grad is not None:
                meant = sample(weight.grad) != 0
                self.meant += int(meant.sum())
                self.landed += int((meant & (sample(weight) != before)).sum())
        self.before = []
        self.full += 1
        return self.full == LOOKED_AT

    def figures(self) -> dict[str, Any]:
        """Tensors that moved of those that learn; shares of the sampled numbers that
        changed, and of the updates that were rounded away (None in wide types); and
        how far the furthest of these numbers moved (None before a full update)."""
        now = fingerprints(self.tensors)
        pairs = [*zip(self.samples, map(sample, self.tensors), strict=True)]
        changes = [int((a != b).sum()) for a, b in pairs]
        ways = [float((a.float() - b.float()).abs().max()) for a, b in pairs if len(a)]
        furthest = max(ways, default=0.0)
        # A training that is resumed near its end has small steps left, and has learned.
        told = self.full > 0 and math.isfinite(furthest)
        every = zip(self.first, now, changes, strict=True)
        changed, numbers = sum(changes), sum(a.numel() for a in self.samples)
        return {
            "moved": sum(old != new or some > 0 for old, new, some in every),
            "of": len(self.tensors),
            "changed": round(changed / numbers, 4) if numbers else 0.0,
            "rounded": round(1 - self.landed / self.meant, 4) if self.meant else None,
            "furthest": float(f"{furthest:.3g}") if told else None,
        }

    def verdict(self, figures: dict[str, Any], rate: float) -> str:
        """Why the training teaches nothing; empty where it does, or cannot be told."""
        if not self.full or not self.tensors:
            return ""
        if figures["changed"] < FEW:
            tensors = f"{figures['moved']} of {figures['of']} tensors moved"
            share = f"{figures['changed']:.2%} of their numbers"
            return f"{tensors}, and {share}, at a learning rate of {rate:.3g}"
        numbers = sum(w.numel() for w in self.tensors)
        main = sum(w.numel() for w in self.narrow) >= MAIN * numbers
        rounded = figures["rounded"] or 0.0
        if not main or rounded < LOST:
            return ""
        kind = str(self.narrow[0].dtype).removeprefix("torch.")
        lost = math.floor(1000 * rounded) / 10
        return f"{kind} rounds away {lost:g} % of each update at a rate of {rate:.3g}"


def sample(tensor: Any) -> Any:
    """Some numbers of a tensor, evenly spread; a view of it."""
    flat = tensor.detach().reshape(-1)
    return flat[:: max(1, flat.numel() // SAMPLED)][:SAMPLED]


def fingerprints(tensors: list[Any]) -> list[tuple[float, ...]]:
    """Numbers for each tensor that are others when its contents are.

    A hash may overlook numbers that change in pairs, and a sum those that change in
    opposite ways; none is likely to overlook what the other sees.
    """
    import torch

    hashed = getattr(torch, "hash_tensor", torch.count_nonzero)  # of 2.10 and later
    found = [(hashed(w.detach()), total(w.detach())) for w in tensors]
    return [tuple(one.item() for one in pair) for pair in found]


def total(tensor: Any) -> Any:
    """The sum of a tensor; numbers are widened one by one, not as a copy."""
    import torch

    return torch.sum(tensor, dtype=torch.float64)


def is_full(optimizer: Any) -> bool:
    """Whether this update's rate is at least half of the highest, so that it counts."""
    groups = optimizer.param_groups
    highest = max(group.get("initial_lr", group["lr"]) for group in groups)
    return bool(max(group["lr"] for group in groups) >= highest / 2 > 0)


def all_warm_up(args: Any, steps: int) -> str:
    """Why the rate never reaches what was asked for; empty where it does."""
    warm_up = args.get_warmup_steps(steps)
    name = str(getattr(args.lr_scheduler_type, "value", args.lr_scheduler_type))
    if name == "constant" or warm_up < steps or warm_up == 0:
        return ""
    return f"all {steps} updates are warm-up, which takes {warm_up}"
