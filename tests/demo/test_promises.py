"""The figures in SECURITY.md are those of the code."""

from pathlib import Path

import pytest

from webui import attempts
from webui.commands.options import parser
from webui.demo.limits import Limits
from webui.page.patches import sessions
from webui.page.patches.door import MOST_BYTES

LIMITS = Limits()
TEXT = " ".join((Path(__file__).parents[2] / "SECURITY.md").read_text("utf-8").split())


@pytest.mark.parametrize(
    "promise",
    [
        f"After {attempts.FREE} from one address each further try waits, "
        f"{attempts.FIRST:.0f} seconds at first",
        f"up to {attempts.LONGEST / 60:.0f} minutes",
        f"After {attempts.IN_AN_HOUR} in an hour",
        f"one try in {attempts.HOUR / attempts.IN_AN_HOUR:.0f} seconds",
        f"ends after {sessions.IDLE / 3600:.0f} hours without use, after "
        f"{sessions.LONGEST / 86400:.0f} days",
        f"At most {MOST_BYTES / 1000:.0f} kB are read of who signs in",
        f"at most {LIMITS.characters:,} characters",
        f"at most {LIMITS.seconds:.0f} seconds",
        f"a line of {LIMITS.waiting} and see",
        f"{LIMITS.at_once} may wait at once, {LIMITS.a_minute} a minute and "
        f"{LIMITS.an_hour} an hour may come; {LIMITS.all_an_hour} an hour in all",
        f"connections away beyond {LIMITS.connections}",
    ],
)
def test_a_promise_is_what_the_code_does(promise: str) -> None:
    assert promise in TEXT


def test_the_command_s_defaults_are_the_limits() -> None:
    given = parser().parse_args(["demo", "run"])
    assert (given.tokens, given.seconds) == (LIMITS.tokens, LIMITS.seconds)
