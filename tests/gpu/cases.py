"""What is trained on a GPU, and the same in small on a CPU."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STEPS = 8
COMMON = (
    "training.duration=steps",
    f"training.steps={STEPS}",
    "training.warmup_steps=0",
    "training.learning_rate=2e-3",
    "training.gradient_accumulation=1",
    "training.batch_size=2",
    "split.by=count",
    "split.count=2",
    "compare.max_new_tokens=8",
)
LENGTHS = {"cuda": 2048, "cpu": 64}


@dataclass(frozen=True)
class Case:
    """A shape in a precision. ``as_on_t4`` hides that the device has bf16."""

    name: str
    size: str
    precision: str
    as_on_t4: bool = False

    @property
    def is_fp16(self) -> bool:
        """Whether a GPU is to compute it in fp16."""
        return self.as_on_t4 or self.precision == "fp16"

    def settings(self, folder: Path, device: str) -> list[str]:
        """The recipe's; ``folder`` holds the rows and the models."""
        model = folder / (self.size if device == "cuda" else "tiny")
        rows = json.dumps(str(folder / "rows.jsonl"))
        return [
            f"model.name={model}",
            f"model.precision={self.precision}",
            f"model.max_seq_length={LENGTHS[device]}",
            f"data.train_files=[{rows}]",
            *COMMON,
        ]

    def asked(self, folder: Path, device: str) -> dict[str, Any]:
        """As trial.py reads it."""
        return {
            "name": self.name,
            "settings": self.settings(folder, device),
            "as_on_t4": self.as_on_t4,
        }


CASES = (
    Case("1B, 4-bit", "1B", "4bit"),
    Case("1B, 16-bit", "1B", "16bit"),
    Case("1B, fp16", "1B", "fp16"),
    Case("1B, 4-bit as on a T4", "1B", "4bit", as_on_t4=True),
    Case("3B, 4-bit", "3B", "4bit"),
)
# A CPU computes none of them in fp16, and all in the same small shape.
CPU_CASES = CASES[:2]


def sizes(device: str) -> list[str]:
    """The shapes that are to be written."""
    return sorted({case.size for case in CASES}) if device == "cuda" else ["tiny"]
