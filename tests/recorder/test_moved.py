"""What is said of weights that learn is what torch's own optimizers did to them."""

from typing import Any

import pytest

from webui.recorder.moved import LOOKED_AT, Watched, is_full
from webui.runs.moving import is_faint

torch = pytest.importorskip("torch")


class Trained:
    """A module that learns for some updates, watched as a trainer's callback does."""

    def __init__(self, *sizes: int, narrow: int = 0, value: float = 0.05) -> None:
        torch.manual_seed(0)
        kinds = [torch.bfloat16] * narrow + [torch.float32] * (len(sizes) - narrow)
        weights = [
            torch.nn.Parameter(torch.full((size,), value, dtype=kind))
            for size, kind in zip(sizes, kinds, strict=True)
        ]
        self.model = torch.nn.ParameterList(weights)

    def train(self, *rates: float, highest: float | None = None) -> dict[str, Any]:
        """Updates at these rates; a gradient of one for all that learns."""
        learn = [w for w in self.model if w.requires_grad]
        optimizer = torch.optim.AdamW(learn or [*self.model], lr=highest or rates[0])
        for group in optimizer.param_groups:
            group["initial_lr"] = highest or max(rates)
        self.watched = Watched(self.model)
        self.seen: list[int] = []
        for number, rate in enumerate(rates):
            for group in optimizer.param_groups:
                group["lr"] = rate
            for weight in learn:
                weight.grad = torch.ones_like(weight)
            self.watched.look(optimizer)
            optimizer.step()
            if self.watched.compare(optimizer):
                self.seen.append(number)
        self.figures = self.watched.figures()
        return self.figures

    def verdict(self, rate: float) -> str:
        return self.watched.verdict(self.figures, rate)


def test_all_that_learns_moved_and_nothing_else_counts() -> None:
    trained = Trained(1000, 10, 3)
    trained.model[1].requires_grad_(False)
    figures = trained.train(1e-3, 1e-3)
    assert (figures["moved"], figures["of"]) == (2, 2)
    assert figures["changed"] == 1.0 and figures["rounded"] is None
    assert figures["furthest"] == pytest.approx(2e-3, rel=0.01)
    assert not trained.verdict(1e-3) and not is_faint(figures)


def test_a_tensor_of_which_one_number_moved_is_seen() -> None:
    trained = Trained(100_000)
    watched = Watched(trained.model)
    with torch.no_grad():
        trained.model[0][777] += 1.0  # none of those that are sampled
    assert watched.figures()["moved"] == 1
    with torch.no_grad():
        trained.model[0][777] -= 1.0
        trained.model[0][[5, 6]] += torch.tensor([1.0, -1.0])  # the sum stays
    assert watched.figures()["moved"] == 1


def test_steps_that_a_type_rounds_away_are_counted() -> None:
    low, high = 2e-5, 1e-2
    trained = Trained(1000, narrow=1)
    figures = trained.train(low, low, low)
    assert figures["rounded"] == 1.0 and figures["moved"] == 0
    assert "0 of 1 tensors moved" in trained.verdict(low)
    assert trained.train(high, high, high)["rounded"] == 0.0
    assert not trained.verdict(high)


def test_most_of_the_numbers_must_be_lost_to_stop_a_training() -> None:
    low = 2e-5
    beside = Trained(100, 1000, narrow=1)  # a norm in bf16 beside an adapter in fp32
    figures = beside.train(low, low, low)
    assert figures["rounded"] == 1.0 and figures["moved"] == 1
    assert not beside.verdict(low)
    mostly = Trained(1000, 100, narrow=1)
    mostly.train(low, low, low)
    told = mostly.verdict(low)
    assert told.startswith(
        "bfloat16 rounds away 100 % of each update at a rate of 2e-05"
    )


def test_warm_up_is_not_judged() -> None:
    trained = Trained(1000)
    figures = trained.train(0.0, 1e-20, 2e-20, highest=1e-3)
    assert not trained.seen and figures["furthest"] is None
    assert not trained.verdict(1e-3) and not is_faint(figures)
    trained = Trained(1000)
    trained.train(0.0, 4e-4, 5e-4, 1e-3, 1e-3, 1e-3)
    assert trained.seen == [1 + LOOKED_AT]  # from half the rate on


def test_an_update_that_the_scaler_left_out_is_not_judged() -> None:
    weight = torch.nn.Parameter(torch.ones(10, dtype=torch.bfloat16))
    optimizer = torch.optim.SGD([weight], lr=1e-3)
    watched = Watched(torch.nn.ParameterList([weight]))
    weight.grad = torch.ones_like(weight)
    for _ in range(2 * LOOKED_AT):
        watched.look(optimizer)
        optimizer.step_was_skipped = True
        assert not watched.compare(optimizer)
    assert watched.figures()["rounded"] is None
    assert not watched.verdict(watched.figures(), 1e-3)


def test_what_begins_at_zero_moves_at_any_rate_and_learns_nothing() -> None:
    trained = Trained(1000, value=0.0)
    figures = trained.train(1e-20, 1e-20, 1e-20)
    assert figures["moved"] == figures["of"] == 1 and figures["changed"] == 1.0
    assert 0 < figures["furthest"] < 1e-19 and is_faint(figures)


def test_a_number_that_is_none_is_not_told() -> None:
    trained = Trained(10)
    with torch.no_grad():
        trained.model[0][0] = float("nan")
    assert trained.train(1e-3)["furthest"] is None


def test_the_highest_rate_is_that_of_the_schedule() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.0)
    assert not is_full(optimizer)
    optimizer.param_groups[0]["initial_lr"] = 1e-3
    assert not is_full(optimizer)
    optimizer.param_groups[0]["lr"] = 5e-4
    assert is_full(optimizer)
