"""A sweep names the best trial, or says why none is better."""

from types import SimpleNamespace
from typing import Any

import pytest

from webui.models.here import cells_here
from webui.notebook.cells import SWEEP
from webui.recipe.checks import check
from webui.runs.events import BY_TOKEN, Begun, Event, Moved, Trial
from webui.runs.trials import (
    MIXED,
    SAME,
    STILL,
    best_trial,
    losses_of,
    no_best,
)


def history(*losses: float | None, **more: Any) -> list[Event]:
    """Trials of the batch sizes 1, 2, … with these losses."""
    told: list[Event] = [Begun(losses=BY_TOKEN, **more)]
    for number, loss in enumerate(losses):
        params = {"training.batch_size": number + 1}
        told.append(Trial(trial=number, value=loss, params=params))
    return told


def moved(trial: int, teaches: bool) -> Event:
    return Moved(step=1, trial=trial, teaches=teaches)


def test_the_lowest_loss_is_the_best() -> None:
    found = best_trial(history(2.0, 1.0, None, 1.5))
    assert found and found["trial"] == 1 and found["value"] == 1.0
    assert no_best(history(2.0, 1.0)) is None
    one = best_trial(history(2.0))
    assert one and one["trial"] == 0


def test_losses_that_are_the_same_name_no_best() -> None:
    told = history(2.30000, 2.30001, 2.30002)
    assert best_trial(told) is None and no_best(told) == SAME
    assert no_best(history(2.3, 2.301)) is None
    assert best_trial(history(None)) is None and no_best(history(None)) is None


def test_a_trial_that_taught_nothing_is_not_the_best() -> None:
    told = [*history(1.0, 2.0), moved(0, False), moved(1, True)]
    found = best_trial(told)
    assert found and found["trial"] == 1
    told = [*history(1.0, 2.0), moved(0, False), moved(1, False)]
    assert best_trial(told) is None and no_best(told) == STILL


def test_the_last_look_at_a_trial_counts() -> None:
    slow = [*history(1.0, 2.0), moved(0, False), moved(0, True), moved(1, True)]
    found = best_trial(slow)
    assert found and found["trial"] == 0
    undone = [*history(1.0, 2.0), moved(0, True), moved(0, False), moved(1, True)]
    found = best_trial(undone)
    assert found and found["trial"] == 1


def test_losses_are_the_same_by_their_share() -> None:
    assert no_best(history(2000.0, 2000.1)) == SAME
    assert no_best(history(1.0e-5, 1.1e-5)) is None


def test_an_old_sweep_over_batches_does_not_compare() -> None:
    told = [Begun(), *history(1.0, 5.0)[1:]]
    assert best_trial(told) is None and no_best(told) == MIXED
    assert losses_of(told) == "mean of batch means" and losses_of([]) is None
    ranks = (Trial(trial=n, value=n + 1.0, params={"adapter.rank": n}) for n in (0, 1))
    assert no_best([Begun(), *ranks]) is None


@pytest.mark.parametrize(
    ("values", "same"),
    [
        ((-2.0, -1.0), False),
        ((-2.0, -2.0), True),
        ((0.0, 0.0), True),
        ((-1.0, 1.0), False),
        ((), False),
    ],
)
def test_the_cell_and_the_page_know_the_same_trials_as_alike(
    values: tuple[float, ...], same: bool, capsys: pytest.CaptureFixture
) -> None:
    swept = check({"sweep": {"space": {"adapter.rank": [4, 8]}}})
    code = next(c.code for c in cells_here(swept, SWEEP.cells) if c.name == "sweep")
    trials = [SimpleNamespace(value=value) for value in values]
    study = SimpleNamespace(trials=trials, best_params={"rank": 4}, best_value=1)
    exec(code[code.index("values = [") :], {"study": study})  # noqa: S102
    assert ("they come to the same" in capsys.readouterr().out) is same
    assert (no_best(history(*values)) == SAME) is same


def test_only_losses_depend_on_batches() -> None:
    trials = [
        Trial(trial=n, value=n + 1.0, metric="eval_reward", params={BATCH: n + 1})
        for n in (0, 1)
    ]
    assert no_best([Begun(), *trials]) is None


BATCH = "training.batch_size"
