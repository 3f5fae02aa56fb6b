"""Training on from a run begins where that run ended, whatever the method."""

from pathlib import Path
from typing import Any

import pytest
from small import settings_of, trained

from webui.counts.parameters.count import count
from webui.recipe.store import loads

pytestmark = [pytest.mark.train, pytest.mark.timeout(600)]

# All rows in one step, so that its loss is the loss of all of them.
WHOLE = ["training.batch_size=6", "training.steps=3", "adapter.rank=4"]
TRIALS: dict[str, list[str]] = {
    "lora": [],
    "dora": ["adapter.use_dora=true"],
    "rslora": ["adapter.use_rslora=true"],
    "saved too": ["adapter.modules_to_save=[lm_head]"],
    "gaussian": ["adapter.start=gaussian"],
    "pissa": ["adapter.start=pissa"],
    "ia3": ["adapter.method=ia3", "training.learning_rate=0.05"],
    "vera": ["adapter.method=vera", "training.learning_rate=0.05"],
    "loha": ["adapter.method=loha", "training.learning_rate=0.05"],
    "lokr": ["adapter.method=lokr"],
    "oft": ["adapter.method=oft", "adapter.block_size=16"],
    "norms": ["adapter.method=ln_tuning", "training.learning_rate=0.05"],
    "prompt": ["adapter.method=prompt_tuning", "training.learning_rate=0.3"],
    "prefix": ["adapter.method=p_tuning_v2", "training.learning_rate=0.1"],
    "qlora": ["model.precision=4bit"],
    "full": ["adapter.method=full", "training.learning_rate=0.0005"],
    "freeze": ["adapter.method=freeze", "training.learning_rate=0.0005"],
}


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """What became of each trial; whole weights come last, as they load anew."""
    trials = [settings_of(folder, [*WHOLE, *more]) for more in TRIALS.values()]
    results = trained(Path(__file__).with_name("continued.py"), trials)
    return dict(zip(TRIALS, results, strict=True))


@pytest.mark.parametrize("name", TRIALS)
def test_the_first_loss_is_the_last_one(found: dict[str, Any], name: str) -> None:
    told = found[name]
    first, *later = told["losses"]
    assert first == pytest.approx(told["ended"], abs=2e-3)
    assert later[-1] != first and told["base_difference"] < 1e-4


@pytest.mark.parametrize("name", TRIALS)
def test_what_learns_is_what_is_counted(
    found: dict[str, Any], folder: Path, name: str
) -> None:
    more = TRIALS[name]
    if name == "pissa":  # saved as a plain adapter of twice the rank
        more = ["adapter.rank=8", "adapter.alpha=32"]
    recipe = loads("", settings=settings_of(folder, [*WHOLE, *more]))
    told = found[name]
    assert told["learning"] == count(recipe).trainable
    assert told["kinds"] == ["torch.float32"]
    assert told["checkpointing"] == (name != "prefix")
