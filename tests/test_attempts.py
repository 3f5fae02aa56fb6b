"""How long a guesser of passwords has to wait."""

import random

import pytest

from webui.attempts import (
    ADDRESSES,
    FREE,
    HOUR,
    IN_AN_HOUR,
    LONGEST,
    REMEMBERED,
    Attempts,
    group_of,
)


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def guesses(attempts: Attempts, clock: Clock, address: str, seconds: float) -> int:
    """The tries that one address gets in a time when it never rests."""
    made, end = 0, clock.now + seconds
    while clock.now < end:
        wait = attempts.begin(address)
        made += not wait
        clock.now += wait or 0.01
    return made


def test_a_few_are_free_then_each_waits_longer(clock: Clock) -> None:
    attempts = Attempts(clock)
    assert [attempts.begin("1.2.3.4") for _ in range(FREE)] == [0] * FREE
    waits = []
    for _ in range(12):
        waits.append(attempts.begin("1.2.3.4"))
        clock.now += waits[-1]
        assert attempts.begin("1.2.3.4") == 0
    assert waits == sorted(waits) and waits[0] == 2 and waits[-1] == LONGEST
    assert attempts.begin("5.6.7.8") == 0


def test_one_address_gets_no_more_than_a_hundred_guesses_a_day(clock: Clock) -> None:
    assert guesses(Attempts(clock), clock, "1.2.3.4", 24 * HOUR) < 120


def test_many_addresses_together_are_slowed_as_well(clock: Clock) -> None:
    attempts, drawn, made = Attempts(clock), random.Random(0), 0
    end = clock.now + 24 * HOUR
    while clock.now < end:
        address = ".".join(str(drawn.randrange(1, 255)) for _ in range(4))
        made += not attempts.begin(address)
        clock.now += 1
    assert made <= 25 * IN_AN_HOUR


def test_the_right_password_ends_the_waiting(clock: Clock) -> None:
    attempts = Attempts(clock)
    for _ in range(FREE - 1):
        attempts.begin("1.2.3.4")
    assert attempts.begin("1.2.3.4") == 0
    attempts.right("1.2.3.4")
    assert [attempts.begin("1.2.3.4") for _ in range(FREE)] == [0] * FREE


def test_it_is_forgotten_after_an_hour_and_memory_is_bounded(clock: Clock) -> None:
    attempts = Attempts(clock)
    for _ in range(FREE):
        attempts.begin("1.2.3.4")
    assert attempts.begin("1.2.3.4") > 0
    clock.now += REMEMBERED + 1
    assert attempts.begin("1.2.3.4") == 0
    for number in range(ADDRESSES + 50):
        clock.now += HOUR
        attempts.begin(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(attempts.by_address) <= ADDRESSES


def test_a_network_of_ipv6_is_one_guesser() -> None:
    assert group_of("2001:db8::1") == group_of("2001:db8::ffff:1%eth0")
    assert group_of("2001:db8::1") != group_of("2001:db8:0:1::1")
    assert group_of("::ffff:1.2.3.4") == group_of("1.2.3.4") == "1.2.3.4"
    assert group_of("testclient") == "testclient"
