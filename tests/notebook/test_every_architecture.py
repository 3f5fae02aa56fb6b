"""Tiny models of many families go the whole way, with nothing set by hand.

They have random weights, a few blocks, and the chat template of their family.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from architectures import GROUPS, write_model
from small import FEW, ROWS, trained
from small_starter import write_short_tokenizer

from webui import settings
from webui.counts.parameters.count import count
from webui.recipe.store import loads

pytestmark = [pytest.mark.train, pytest.mark.timeout(600)]

SCRIPT = Path(__file__).with_name("every_architecture.py")
SHORT = [
    "model.max_seq_length=256",
    "training.save_every=1",
    "training.learning_rate=1e-2",
]
SHORT += ["adapter.rank=4"]
EXPERTS = {"mixtral", "qwen3_moe", "gpt_oss", "granitemoe", "deepseek_v3"}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of each family, and a few rows."""
    if not settings.starter_folder().is_dir():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    folder = tmp_path_factory.mktemp("families")
    (folder / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    write_short_tokenizer(folder / "words")
    for families in GROUPS.values():
        for family in families:
            write_model(family, folder / family, folder / "words")
    return folder


def settings_of(models: Path, family: str, *more: str) -> list[str]:
    """A recipe that names rows and model, and is short."""
    rows = json.dumps(str(models / "rows.jsonl"))
    named = [f"data.train_files=[{rows}]", f"model.name={models / family}"]
    return [*named, *FEW, *SHORT, *more]


@pytest.mark.parametrize("group", GROUPS)
def test_each_family_goes_the_whole_way(group: str, models: Path) -> None:
    trials = {family: settings_of(models, family) for family in GROUPS[group]}
    assert not wrong(trials)


def test_experts_go_the_whole_way_too(models: Path) -> None:
    trials = {
        family: settings_of(models, family, "adapter.experts=true")
        for family in GROUPS["mixtures"]
        if family in EXPERTS
    }
    assert not wrong(trials)


def wrong(trials: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is not as it should be, by family."""
    results = zip(trials.items(), trained(SCRIPT, [*trials.values()]), strict=True)
    return {
        family: problems
        for (family, asked), found in results
        if (problems := complaints(asked, found))
    }


def complaints(asked: list[str], found: dict[str, Any]) -> list[str]:
    """What is not as it should be about one family."""
    planned, losses = count(loads("{}", settings=asked)).trainable, found["losses"]
    ends = found["ends"]
    checks = {
        f"ends {ends}": ends["learned"]
        and ends["stops"]
        and ends["token"] == ends["saved"],
        f"planned {planned}, not {found['trainable']}": planned == found["trainable"],
        f"{found['moved']} of {found['learning']}": found["moved"] == found["learning"],
        f"frozen moved: {found['frozen_moved'][:3]}": not found["frozen_moved"],
        f"base changed: {found['base_changed'][:3]}": not found["base_changed"],
        f"loaded differs by {found['reload_difference']}": (
            found["reload_difference"] < 1e-4
        ),
        f"padding moves scores by {found['padding']}": found["padding"] < 1e-4,
        f"losses {losses}": len(losses) == 2 and all(0 < x < 30 for x in losses),
        f"resumed {found['resumed']}, not {losses}": found["resumed"] == losses,
    }
    return [text for text, good in checks.items() if not good]
