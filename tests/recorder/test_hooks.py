"""What a trainer logs becomes a step or an evaluation, whatever it measures."""

import pytest

from webui.recorder.hooks import logged_kind
from webui.runs.events import Evaluated, Step


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("loss", "learning_rate", "epoch"), Step),
        (("eval_loss", "eval_runtime", "epoch"), Evaluated),
        (("eval_reward", "eval_runtime", "epoch"), Evaluated),
        (("train_runtime", "train_loss", "epoch"), None),
        ((), None),
    ],
)
def test_an_evaluation_is_known_without_a_loss(
    names: tuple[str, ...], kind: type | None
) -> None:
    assert logged_kind(dict.fromkeys(names, 1.0)) is kind
