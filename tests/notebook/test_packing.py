"""Packed rows in a real training: none sees another, and the figures are those of what
ran."""

import json
from pathlib import Path
from typing import Any

import pytest
from small import trained
from tiny_bases import write_model

pytestmark = [pytest.mark.train, pytest.mark.timeout(300)]

SETTINGS = [
    "data.format=question_answer",
    "data.packing=true",
    "split.by=count",
    "split.count=2",
    "training.duration=steps",
    "training.steps=1",
    "training.warmup_steps=0",
    "training.learning_rate=1e-9",
    "training.batch_size=8",
    "model.precision=fp32",
    "model.max_seq_length=128",
    "adapter.rank=4",
]
EVALUATED = ["evaluation.every=steps", "evaluation.steps=1", "evaluation.rows=3"]
CASES = {
    "llama": [],
    "qwen3": EVALUATED,
    "gemma2": [],
    "mistral": ["training.batch_size=1", "training.gradient_accumulation=8"],
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each training told."""
    folder = tmp_path_factory.mktemp("packing")
    told = ("The code is 4711. Repeat it.", "4711"), ("What was it?", "I don't know.")
    rows = [{"question": q, "answer": a} for q, a in told * 8]
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    trials = []
    for family, more in CASES.items():
        write_model(folder / family, "bare", family)
        files = f"data.train_files=[{folder / 'rows.jsonl'}]"
        trials.append([*SETTINGS, files, f"model.name={folder / family}", *more])
    script = Path(__file__).with_name("packed.py")
    return dict(zip(CASES, trained(script, trials), strict=True))


@pytest.mark.parametrize("family", CASES)
def test_no_row_sees_another(found: Any, family: str) -> None:
    assert found[family]["packing"] is True
    assert found[family]["difference"] < 1e-3


@pytest.mark.parametrize("family", ["llama", "gemma2", "mistral"])
def test_the_loss_is_that_of_the_rows_alone(found: Any, family: str) -> None:
    told = found[family]
    assert told["losses"][0] == pytest.approx(told["own"], abs=1e-4)


@pytest.mark.parametrize("family", CASES)
def test_rows_are_counted_as_rows(found: Any, family: str) -> None:
    told = found[family]
    rows = 11 if family == "qwen3" else 14  # three are set aside
    assert told["rows"] == rows and told["sequences"] < rows
    assert told["rows_in_one"] == pytest.approx(rows / told["sequences"])


def test_rows_set_aside_are_not_packed(found: Any) -> None:
    assert len(found["qwen3"]["eval_losses"]) == 1
