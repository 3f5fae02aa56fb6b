"""What a listener hears of a job on a real kernel, and when it stops listening."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import work

from webui.kernel import jobs, stopping
from webui.kernel.client import connect
from webui.kernel.kernel import this_kernel
from webui.kernel.live import listen

pytestmark = pytest.mark.usefixtures("kernel_home")

ANSWERS = """
import sys

def ask(name):
    for part in (name, "1\\n", name, "2\\n"):
        print(part, end="", flush=True)
    print("not an answer", file=sys.stderr)

with open("/dev/null"):
    ask("b")
ask("t")
"""


def hear(seconds: float = 600, **codes: str) -> Iterator[tuple[str, str]]:
    """Start a comparison made of small cells, and listen to it."""
    with jobs.lock(this_kernel()):
        jobs.ensure_idle_kernel(this_kernel())
    with connect(this_kernel()) as client:
        jobs.send_cells(
            this_kernel(),
            work.cells(**codes),
            kind="compare",
            always=[*codes],
            client=client,
        )
        yield from listen(this_kernel(), client, seconds)


def by_pane(**codes: str) -> dict[str, str]:
    """All that is heard, together for each pane, in the order of their begin."""
    heard: dict[str, str] = {}
    for pane, text in hear(**codes):
        if pane:
            heard[pane] = heard.get(pane, "") + text
    return heard


def finish() -> None:
    """Wait until the kernel is free again."""
    work.until(lambda: jobs.status(this_kernel()).word != "busy")


def test_each_pane_is_heard_apart() -> None:
    heard = by_pane(load="import time; time.sleep(0.2)", compare=ANSWERS)
    finish()
    assert list(heard)[-3:] == ["compare", "base", "tuned"]
    assert heard["base"] == "b1\nb2\n"
    assert heard["tuned"] == "t1\nt2\n"


def test_text_is_heard_while_it_is_made() -> None:
    slow = "import time; time.sleep(0.2); print('now', flush=True); time.sleep(1)"
    with closing(hear(load=slow)) as listening:
        pane, text = next((pane, text) for pane, text in listening if text)
        assert (pane, text.strip()) == ("load", "now")
        assert jobs.status(this_kernel()).word == "busy"
    finish()


def test_what_follows_the_answers_is_not_in_their_panes() -> None:
    wait = "import time; time.sleep(0.2)"
    heard = by_pane(load=wait, compare=ANSWERS, score="print('score 1')")
    finish()
    assert heard["score"] == "score 1\n"
    assert "score" not in heard["tuned"]


def test_listening_ends_when_a_cell_fails() -> None:
    begun = time.monotonic()
    heard = by_pane(load="import time; time.sleep(0.2); print('x'); 1 / 0")
    assert time.monotonic() - begun < 10
    assert "Error" not in "".join(heard.values())
    finish()
    assert jobs.status(this_kernel()).cells["load"]["status"] == "failed"


def test_listening_ends_when_the_kernel_dies() -> None:
    begun = time.monotonic()
    by_pane(load="import os, time; time.sleep(0.2); os._exit(9)")
    assert time.monotonic() - begun < 10
    assert jobs.status(this_kernel()).word == "dead"


def test_a_job_is_heard_from_its_begin() -> None:
    # It prints at once, before the client could be known to the kernel.
    for word in ("one", "two", "three"):
        assert by_pane(load=f"print('{word}')") == {"load": f"{word}\n"}
        finish()


def test_another_clients_job_is_not_heard() -> None:
    stopping.restart(this_kernel())
    with closing(hear(load="import time; time.sleep(1); print('mine')")) as mine:
        next(mine)
        with connect(this_kernel()) as other:
            assert not any(pane or text for pane, text in listen(this_kernel(), other))
        finish()


def test_silence_has_a_limit() -> None:
    begun = time.monotonic()
    list(hear(seconds=0.5, load="import time; time.sleep(2.5)"))
    assert time.monotonic() - begun < 2.2
    assert jobs.status(this_kernel()).word == "busy"
    finish()
