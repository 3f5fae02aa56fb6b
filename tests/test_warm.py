"""A warm process is, for whoever starts it, the process that Python would be."""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import warm

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not warm.possible(), reason="processes start afresh here"),
]
SEEN = """
import json, os, sys
print("told", file=sys.stderr)
print(json.dumps({
    "words": sys.argv, "folder": os.getcwd(), "heard": sys.stdin.read(),
    "told": os.environ["TOLD"], "warm": "gradio" in sys.modules,
    "line": open("/proc/self/cmdline").read().split(chr(0)),
}))
raise SystemExit(7)
"""
ASLEEP = "import os, time; print(os.getpid(), flush=True); time.sleep(300)"


def python(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """What a process says that is started here."""
    return subprocess.run(
        [sys.executable, *words],
        input="heard",
        capture_output=True,
        text=True,
        env=os.environ | {"TOLD": "told"} | more,
    )


@pytest.mark.parametrize("own", [{}, {"TUNEBOOK_FRESH": "1"}], ids=["warm", "fresh"])
def test_words_files_environment_and_end(own: dict[str, str]) -> None:
    done = python("-X", "warm=light", "-c", SEEN, "one", "two words", **own)
    assert done.returncode == 7 and done.stderr.endswith("told\n")
    seen = json.loads(done.stdout)
    assert seen.pop("warm") is not bool(own)
    line = [word for word in seen.pop("line") if word]  # zeros may follow
    assert line[-2:] == ["one", "two words"]
    expected = {"words": ["-c", "one", "two words"], "folder": os.getcwd()}
    assert seen == expected | {"heard": "heard", "told": "told"}


def test_an_error_is_told_and_is_1() -> None:
    done = python("-X", "warm=light", "-c", "1 / 0")
    assert done.returncode == 1 and "ZeroDivisionError" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_both(number: signal.Signals) -> None:
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("whoever runs the tests in the background ignores it")
    process = subprocess.Popen(
        [sys.executable, "-X", "warm=light", "-c", ASLEEP],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    worker = os.pidfd_open(int(process.stdout.readline()))
    process.send_signal(number)
    assert process.wait(10) == -number
    assert ends(worker)


def test_who_started_a_worker_sees_that_it_was_killed() -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "warm=light", "-c", ASLEEP], stdout=subprocess.PIPE
    )
    assert process.stdout
    os.kill(int(process.stdout.readline()), signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL


def test_a_script_finds_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("word = 'found'")
    (tmp_path / "script.py").write_text("import beside; print(beside.word, __name__)")
    done = python("-X", "warm=light", str(tmp_path / "script.py"))
    assert done.stdout == "found __main__\n"


def ends(process: int) -> bool:
    """Whether a process ends within ten seconds."""
    ready, _, _ = select.select([process], [], [], 10)
    os.close(process)
    return bool(ready)
