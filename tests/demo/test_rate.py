"""How often strangers may ask."""

import pytest

from webui.demo.limits import Limits, Refused
from webui.demo.rate import ADDRESSES, HOUR, MINUTE, Rate


class Clock:
    """A time that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def let_in(rate: Rate, address: str, times: int) -> int:
    """How many of so many questions are let in."""
    count = 0
    for _ in range(times):
        try:
            rate.count(address)
            count += 1
        except Refused as refused:
            assert refused.status == 429
    return count


def test_each_address_has_a_limit_of_a_minute_and_of_an_hour() -> None:
    clock = Clock()
    rate = Rate(Limits(a_minute=3, an_hour=7, all_an_hour=100), clock)
    assert let_in(rate, "1.2.3.4", 9) == 3
    assert let_in(rate, "5.6.7.8", 9) == 3
    clock.now += MINUTE
    assert let_in(rate, "1.2.3.4", 9) == 3
    clock.now += MINUTE
    assert let_in(rate, "1.2.3.4", 9) == 1
    clock.now += HOUR
    assert let_in(rate, "1.2.3.4", 9) == 3


def test_all_addresses_together_have_a_limit() -> None:
    clock = Clock()
    rate = Rate(Limits(all_an_hour=10), clock)
    assert sum(let_in(rate, f"1.2.3.{n}", 1) for n in range(50)) == 10
    clock.now += HOUR
    assert let_in(rate, "1.2.3.200", 1) == 1


def test_a_network_of_ipv6_is_one_address() -> None:
    rate = Rate(Limits(a_minute=3), Clock())
    assert sum(let_in(rate, f"2001:db8::{n:x}", 1) for n in range(50)) == 3


def test_the_memory_of_addresses_is_bounded() -> None:
    rate = Rate(Limits(all_an_hour=10**6), Clock())
    for number in range(ADDRESSES + 100):
        let_in(rate, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1)
    assert len(rate.of) == ADDRESSES


def test_the_refusal_says_when_to_come_again() -> None:
    clock = Clock()
    rate = Rate(Limits(a_minute=1, an_hour=2), clock)
    rate.count("a")
    clock.now = 18
    with pytest.raises(Refused, match="in 42 seconds"):
        rate.count("a")
    clock.now = MINUTE
    rate.count("a")
    clock.now = 2 * MINUTE
    with pytest.raises(Refused, match="in 58 minutes"):
        rate.count("a")
