"""Losses do not depend on the batch, and a training that teaches nothing is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from small import settings_of, trained

SCRIPT = Path(__file__).with_name("honest.py")
LENGTHS = (1, 9, 2, 14, 3, 1, 25, 4, 2, 30, 1, 5, 8, 2, 17, 1, 3, 6, 22, 1)
BATCHES = ((1, 1), (4, 1), (8, 1), (1, 8), (4, 2))
FORMS = {
    "completion": [],
    "prompts": ["data.train_on=everything", "adapter.method=prompt_tuning"],
}


@pytest.fixture(scope="module")
def uneven(folder: Path) -> str:
    """Rows whose answers are of very different length, as a setting."""
    file = folder / "uneven.jsonl"
    rows = [
        {"instruction": f"Say {n}.", "output": "word " * length}
        for n, length in enumerate(LENGTHS)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    return f"data.train_files=[{json.dumps(str(file))}]"


@pytest.mark.train
@pytest.mark.timeout(600)
def test_losses_are_means_over_tokens_whatever_the_batch(
    folder: Path, uneven: str
) -> None:
    asked = [
        [
            *settings_of(folder, [uneven, *FORMS[form]]),
            *("training.duration=epochs", "training.learning_rate=1e-12"),
            *("evaluation.every=epoch", "evaluation.rows=7"),
            f"training.batch_size={batch}",
            f"training.gradient_accumulation={sums}",
        ]
        for form in FORMS
        for batch, sums in BATCHES
    ]
    found = iter(trained(SCRIPT, asked))
    for _ in FORMS:
        told = dict(zip(BATCHES, found, strict=False))
        evaluated = {key: one["evaluated"][-1] for key, one in told.items()}
        first = evaluated[1, 1]
        assert evaluated == pytest.approx(dict.fromkeys(evaluated, first), rel=1e-5)
        # Eight rows in one update, however they come.
        assert told[8, 1]["losses"] == pytest.approx(told[1, 8]["losses"], rel=1e-5)
        assert told[8, 1]["losses"] == pytest.approx(told[4, 2]["losses"], rel=1e-5)


def watched(folder: Path, *settings: str) -> list[str]:
    return settings_of(folder, ["training.steps=5", *settings])


@pytest.mark.train
@pytest.mark.timeout(600)
def test_what_does_not_learn_is_told(folder: Path) -> None:
    head = ["adapter.targets=attention", "adapter.modules_to_save=[lm_head]"]
    bf16, low = "model.precision=bf16", "training.learning_rate=2e-5"
    full = "adapter.method=full"
    tried = {
        "no step in fp32": watched(folder, full, "training.learning_rate=1e-15"),
        "full in fp32": watched(folder, full, low),
        "full, all warm-up": watched(folder, full, "training.warmup_steps=5"),
        "full in warm-up": watched(folder, full, low, "training.warmup_steps=4"),
        "full": watched(folder, full, low, "model.precision=16bit"),
        "full in bf16": watched(folder, full, low, bf16),
        "full in bf16, fast": watched(
            folder, full, bf16, "training.learning_rate=1e-2"
        ),
        "lora in bf16": watched(folder, low, bf16),
        "head in bf16": watched(folder, low, bf16, *head),
        "gains in bf16": watched(folder, low, bf16, "adapter.method=ln_tuning"),
    }
    found = dict(zip(tried, trained(SCRIPT, [*tried.values()]), strict=True))
    told: dict[str, Any] = {name: verdict(one) for name, one in found.items()}
    assert " tensors moved, and 0.0" in told.pop("no step in fp32")
    assert told.pop("full, all warm-up").startswith("all 5 updates are warm-up")
    for name in ("full in bf16", "gains in bf16", "head in bf16"):
        assert told.pop(name).startswith("bfloat16 rounds away 9"), name
    assert not any(told.values()), told
    whole, rounded = found["full"]["figures"], found["full in bf16"]["figures"]
    assert whole["moved"] == whole["of"] and whole["changed"] > 0.9
    assert whole["rounded"] is None and rounded["changed"] < 0.1 < rounded["rounded"]
    assert found["full"]["dtype"] == "torch.float32"
    assert found["lora in bf16"]["figures"]["rounded"] is None


def verdict(found: dict[str, Any]) -> str:
    return next(filter(None, found["verdicts"]), "")
