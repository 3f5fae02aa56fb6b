"""Every method trains, keeps the base, is saved, and comes back as it was.

They train the starter model in small; tests/recipes trains the whole.
"""

from pathlib import Path
from typing import Any

import pytest
from small import settings_of, trained
from small_starter import LAYERS

from webui.counts.parameters.count import count
from webui.recipe.store import loads

SCRIPT = Path(__file__).with_name("every_method.py")
GROUPS: dict[str, dict[str, list[str]]] = {
    "low rank": {
        "lora": [],
        "dora": ["adapter.use_dora=true"],
        "rslora": ["adapter.use_rslora=true"],
        "lora_plus": ["adapter.lora_plus_ratio=16"],
        "gaussian": ["adapter.start=gaussian"],
        "eva": ["adapter.start=eva"],
    },
    "targets": {
        "last layers": ["adapter.layers=last 4"],
        "attention": ["adapter.targets=attention"],
        "mlp": ["adapter.targets=mlp"],
        "all linear": ["adapter.targets=all-linear"],
        "regex": ["adapter.targets=regex", r"adapter.target_regex=.*\.0\.mlp\..*_proj"],
        "head": ["adapter.targets=attention", "adapter.modules_to_save=[lm_head]"],
        # It begins where all others do, with the head that every try has first.
        "after the head": ["adapter.targets=attention", "adapter.rank=8"],
    },
    "others": {
        "adalora": [
            "adapter.method=adalora",
            "adapter.targets=attention",
            "adapter.rank=2",
            "adapter.initial_rank=6",
            "training.steps=12",
        ],
        "vera": ["adapter.method=vera"],
        "loha": ["adapter.method=loha", "adapter.targets=attention"],
        "lokr": ["adapter.method=lokr"],
        "oft": ["adapter.method=oft"],
        "ia3": ["adapter.method=ia3"],
        "ln_tuning": ["adapter.method=ln_tuning"],
    },
    "prompts": {
        "prompt_tuning": ["adapter.method=prompt_tuning"],
        "from text": [
            "adapter.method=prompt_tuning",
            "adapter.prompt_start=text",
            "adapter.prompt_text=Say the word",
        ],
        "prefix_tuning": ["adapter.method=prefix_tuning"],
        "prefix alone": [
            "adapter.method=prefix_tuning",
            "adapter.prefix_projection=false",
        ],
        "p_tuning": ["adapter.method=p_tuning"],
        "lstm": ["adapter.method=p_tuning", "adapter.encoder=lstm"],
        "p_tuning_v2": ["adapter.method=p_tuning_v2"],
    },
    "on the base": {
        "pissa": ["adapter.start=pissa", "adapter.targets=attention"],
        "olora": ["adapter.start=olora", "adapter.targets=attention"],
        "freeze": ["adapter.method=freeze"],
        "full": ["adapter.method=full"],
    },
    "4-bit": {
        # Fast, so that what was learned is more than what bf16 rounds.
        "qlora": ["model.precision=4bit", "training.learning_rate=2e-2"],
        "4-bit oft": ["model.precision=4bit", "adapter.method=oft"],
        "4-bit prefix": ["model.precision=4bit", "adapter.method=prefix_tuning"],
    },
}
# 4-bit weights are multiplied in bf16, whose steps at these logits are 0.03.
TOLERANCE = {"4-bit": 0.3, "GPU": 1.0}


@pytest.mark.train
@pytest.mark.parametrize("group", GROUPS)
def test_each_trains_is_saved_and_comes_back(group: str, folder: Path) -> None:
    trials = {name: settings_of(folder, extra) for name, extra in GROUPS[group].items()}
    results = zip(trials.items(), trained(SCRIPT, [*trials.values()]), strict=True)
    wrong = {
        name: problems
        for (name, asked), found in results
        if (problems := complaints(name, group, asked, found))
    }
    assert not wrong


# What PEFT's own checkpoints are too little for, and what loading them would change.
RESUMED = ("dora", "pissa", "adalora", "prefix_tuning", "p_tuning", "full", "4-bit oft")


@pytest.mark.train
def test_a_training_of_each_kind_goes_on_from_a_checkpoint(folder: Path) -> None:
    every = {name: extra for group in GROUPS.values() for name, extra in group.items()}
    more = ["training.steps=4", "training.save_every=2", "training.learning_rate=1e-3"]
    trials = [[*settings_of(folder, every[name]), *more] for name in RESUMED]
    pairs = trained(SCRIPT.with_name("resumed.py"), trials)
    for name, (whole, resumed) in zip(RESUMED, pairs, strict=True):
        assert len(whole) == 4 and whole == resumed, name


GPU_ONLY = {
    "loftq": ["model.precision=4bit", "adapter.start=loftq"],
    "fp4": ["model.precision=4bit", "model.quant_type=fp4"],
    "single quantization": ["model.precision=4bit", "model.double_quant=false"],
    "fp32 compute": ["model.precision=4bit", "model.compute_dtype=fp32"],
    "8-bit": ["model.precision=8bit"],
    "fp16": ["model.precision=fp16"],
    "Unsloth's checkpointing": ["training.gradient_checkpointing=unsloth"],
}


@pytest.mark.gpu
def test_what_only_a_gpu_can_do(folder: Path) -> None:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device here")
    trials = {name: settings_of(folder, extra) for name, extra in GPU_ONLY.items()}
    results = zip(
        trials.items(), trained(SCRIPT, [*trials.values()], "--gpu"), strict=True
    )
    wrong = {
        name: problems
        for (name, asked), told in results
        if (problems := complaints(name, "GPU", asked, told))
    }
    assert not wrong


def complaints(
    name: str, group: str, asked: list[str], found: dict[str, Any]
) -> list[str]:
    """What is not as it should be about one trial."""
    planned = count(loads("{}", settings=asked)).trainable
    # AdaLoRA's zero starts move late, and what it gives up moves back to zero.
    least = 0.8 * found["learning"] if name == "adalora" else found["learning"]
    figures, verdicts = found["told"]["figures"], found["told"]["verdicts"]
    checks = {
        f"told {figures}": figures["moved"] == found["moved"],
        f"would be stopped: {verdicts}": not any(verdicts),
        f"planned {planned}, not {found['trainable']}": planned == found["trainable"],
        f"{found['moved']} of {found['learning']} moved": found["moved"] >= least,
        f"held to its plan: {found['held']}": not found["held"],
        f"frozen moved: {found['frozen_moved'][:3]}": not found["frozen_moved"],
        f"base changed: {found['base_changed'][:3]}": (
            not found["base_changed"] or group == "on the base"
        ),
        f"loaded differs by {found['reload_difference']}": (
            found["reload_difference"] <= TOLERANCE.get(group, 1e-3)
        ),
        f"losses {found['losses']}": all(0 < loss < 30 for loss in found["losses"]),
    }
    if name == "adalora":
        before, after = found["ranks"]
        # It began with zeros, so that only ranks that are in use count.
        checks[f"ranks {before} then {after}"] = 0 < after < 4 * LAYERS * 6
    return [text for text, good in checks.items() if not good]
