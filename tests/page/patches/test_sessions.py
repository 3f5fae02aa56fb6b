"""A session ends: unused, at a great age, and by signing out."""

import pytest

from webui.page.patches.sessions import AT_ONCE, IDLE, LONGEST, Sessions


class Clock:
    """A time that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_ends_when_it_is_not_used() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    sessions["token"] = "ada"
    clock.now += IDLE
    assert sessions.get("token") == "ada" and "token" in sessions
    clock.now += IDLE + 1
    assert sessions.get("token") is None and "token" not in sessions


def test_it_ends_at_a_great_age_however_much_it_is_used() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    sessions["token"] = "ada"
    while clock.now < LONGEST:
        assert sessions["token"] == "ada"
        clock.now += IDLE / 2
    clock.now = LONGEST + 1
    with pytest.raises(KeyError):
        sessions["token"]


def test_the_oldest_makes_room() -> None:
    sessions = Sessions()
    for number in range(AT_ONCE + 1):
        sessions[str(number)] = "ada"
    assert len(sessions) == AT_ONCE and "0" not in sessions


def test_it_does_all_that_gradio_asks_of_a_dict() -> None:
    sessions = Sessions()
    sessions["a"], sessions["b"] = "ada", "ada"
    for token in list(sessions.keys()):
        if sessions[token] == "ada":
            del sessions[token]
    assert sessions.get("a") is None and len(sessions) == 0
    assert sessions.get(None) is None  # type: ignore[call-overload]


def test_one_that_has_ended_keeps_nobody_from_signing_out() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    sessions["old"] = "ada"
    clock.now += IDLE / 2
    sessions["new"] = "ada"
    clock.now += IDLE / 2 + 1
    for token in list(sessions.keys()):  # as Gradio does it
        if sessions[token] == "ada":
            del sessions[token]
    assert "new" not in sessions and len(sessions) == 0
