"""Trains recipes one after the other in one process, by the cells that a run has.

Each line of the input is a list of the codes of a recipe's cells, the last of which
trains; each line of the output says what the training did to the weights.
"""

import contextlib
import json
import math
import sys
import traceback
from typing import Any


def trial(codes: list[str]) -> dict[str, Any]:
    """What learned, what should have and did not, what did and should not have."""
    names: dict[str, Any] = {}
    *before, train = codes
    for code in before:
        exec(code, names)
    model = names["model"]
    weights = {name: weight.detach().clone() for name, weight in weights_of(model)}
    learns = {name for name, weight in weights_of(model) if weight.requires_grad}
    exec(train, names)
    moved = {
        name for name, weight in weights_of(model) if not same(weights[name], weight)
    }
    logs = names["trainer"].state.log_history
    losses = [entry["loss"] for entry in logs if "loss" in entry]
    return {
        "trainable": sum(weights[name].numel() for name in learns),
        "tensors": len(learns),
        "still": sorted(learns - moved),
        "changed": sorted(moved - learns),
        "losses": losses,
        "finite": all(math.isfinite(loss) for loss in losses),
    }


def weights_of(model: Any) -> list[tuple[str, Any]]:
    """The weights by name; what is shared comes once."""
    return list(model.named_parameters())


def same(before: Any, after: Any) -> bool:
    """Whether two tensors are equal, bit by bit."""
    import torch

    return before.shape == after.shape and torch.equal(before, after.detach())


def main() -> None:
    """Answer each line; what the libraries print goes to stderr."""
    answers = sys.stdout
    for line in sys.stdin:
        with contextlib.redirect_stdout(sys.stderr):
            try:
                found = trial(json.loads(line))
            except Exception as error:
                traceback.print_exc()
                found = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(found), file=answers, flush=True)


if __name__ == "__main__":
    main()
