"""Inside the kernel: sample answers, and the loss of single rows, during a training.

The model answers by the compare cell's own functions. Nothing here draws from the
random numbers of the training, so its losses are those of an unwatched one.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

MOST_TEXT = 2000  # characters that are kept of a row's text


def answer_samples(
    watch: Mapping[str, Any], names: dict[str, Any]
) -> list[dict[str, str]]:
    """Each sample prompt with the answer of the model as it is now.

    ``watch`` holds the code of the functions that answer, the prompts (none for the
    one that Compare asks), and the gradient checkpointing; ``names`` are the cells'.
    """
    space = dict(names)
    with undisturbed(watch, names):
        exec(compile(watch["code"], "<samples>", "exec"), space)
        prompts = watch["prompts"] or [space["prompt"]]
        answered = space["answer"]([space["as_prompt"](prompt) for prompt in prompts])
    pairs = zip(prompts, answered, strict=True)
    return [{"prompt": prompt, "answer": answer} for prompt, answer in pairs]


def ranked(
    watch: Mapping[str, Any], names: dict[str, Any], loader: Any, step: int
) -> list[dict[str, Any]]:
    """The best, the worst and a random one of the first rows, by the loss of each.

    ``loader`` is that of the evaluation; a row's text is cut after its first 2,000
    characters.
    """
    import torch

    model, losses = names["model"], []
    count = min(watch["ranked_rows"], len(loader.dataset))
    with undisturbed(watch, names), torch.no_grad():
        model.eval()
        for number in range(count):
            batch = loader.collate_fn([loader.dataset[number]])
            batch = {name: part.to(model.device) for name, part in batch.items()}
            losses.append((float(model(**batch).loss), number))
    losses.sort()
    drawn = random.Random(step).choice(losses)
    chosen = {"best": losses[0], "worst": losses[-1], "random": drawn}
    return [
        {"which": which, "row": number, "loss": loss, **texts(names, loader, number)}
        for which, (loss, number) in chosen.items()
    ]


def texts(names: dict[str, Any], loader: Any, number: int) -> dict[str, str]:
    """What stands before the trained part of a row, and the trained part."""
    batch = loader.collate_fn([loader.dataset[number]])
    pairs = list(zip(batch["input_ids"][0], batch["labels"][0], strict=True))
    decode = names["tokenizer"].decode
    parts = {
        "text": [token for token, label in pairs if label == -100],
        "trained": [token for token, label in pairs if label != -100],
    }
    return {name: decode(tokens)[:MOST_TEXT] for name, tokens in parts.items()}


@contextmanager
def undisturbed(watch: Mapping[str, Any], names: dict[str, Any]) -> Iterator[None]:
    """Leave the model in training mode, and all random numbers as they were."""
    import torch

    model, python, numbers = names["model"], random.getstate(), np.random.get_state()
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numbers)
        names["FastLanguageModel"].for_training(
            model, use_gradient_checkpointing=watch["checkpointing"]
        )
        model.train()
