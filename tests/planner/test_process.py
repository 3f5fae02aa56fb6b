"""The helper process: it answers, comes back after a kill, and ends with its parent."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from webui.errors import PlannerError
from webui.recipe.problems import Problem, RecipeError
from webui.text import Text

ROOT = Path(__file__).parents[2]
PARENT = """
import os, sys, time
from webui.planner.process import ask
print(ask(os.getpid), flush=True)
time.sleep(120)
"""


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends in time; an orphan that nobody reaps has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def refuse() -> None:
    """A question that has no answer."""
    raise PlannerError(Text("It is too dark to see.", "太暗了,看不见。"))


def refuse_recipe() -> None:
    """A question about a recipe that is none."""
    raise RecipeError([Problem("adapter.rank", Text("is odd.", "很奇怪。"))])


def look(path: str) -> None:
    """A question that fails inside another library."""
    Path(path).read_text()


def end_self() -> None:
    """A question that kills whoever tries to answer it."""
    os.kill(os.getpid(), signal.SIGKILL)


def surroundings() -> dict[str, object]:
    """What the helper process sees around it."""
    print("noise on standard output")
    return {
        "nice": os.nice(0),
        "gpu": os.environ["CUDA_VISIBLE_DEVICES"],
        "stdin": sys.stdin.read(),
        "modules": [name for name in ("torch", "gradio") if name in sys.modules],
    }


def test_server_side_imports_nothing_heavy() -> None:
    code = (
        "import sys, webui.planner.process, webui.rows.each\n"
        "import webui.counts.parameters.count, webui.counts.memory.remedies\n"
        "import webui.rows.preview\n"
        "heavy = {'torch', 'transformers', 'peft', 'unsloth', 'trl', 'datasets'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_one_other_process_answers(helper) -> None:
    pid = helper.ask(os.getpid)
    assert pid != os.getpid()
    assert helper.ask(os.getpid) == pid
    assert helper.ask(divmod, 7, 2) == (3, 1)


@pytest.mark.usefixtures("fresh")
def test_helper_is_quiet_and_modest(helper, capfd) -> None:
    seen = helper.ask(surroundings)
    assert seen["nice"] >= min(os.nice(0) + 5, 19)
    assert seen["gpu"] == ""
    assert seen["stdin"] == ""
    assert seen["modules"] == []
    assert capfd.readouterr().out == ""


def test_only_answers_stand_back_not_the_first_imports(helper) -> None:
    helper.warm()
    pid = helper.current_helper().pid.result(60)
    assert os.getpriority(os.PRIO_PROCESS, pid) == os.nice(0)
    for _ in range(2):
        assert helper.ask(surroundings)["nice"] == min(os.nice(0) + 5, 19)


def test_planner_error_arrives_with_both_texts(helper) -> None:
    with pytest.raises(PlannerError) as caught:
        helper.ask(refuse)
    assert caught.value.text == Text("It is too dark to see.", "太暗了,看不见。")
    assert str(pickle.loads(pickle.dumps(caught.value))) == "It is too dark to see."


def test_what_another_room_tells_the_user_arrives_in_both_languages(helper) -> None:
    with pytest.raises(PlannerError) as caught:
        helper.ask(refuse_recipe)
    assert caught.value.text == Text("adapter.rank: is odd.", "adapter.rank：很奇怪。")


def test_unexpected_failure_becomes_a_sentence(helper) -> None:
    with pytest.raises(PlannerError, match="FileNotFoundError.*nowhere"):
        helper.ask(look, "/nowhere")


def test_killed_helper_is_replaced(helper) -> None:
    first = helper.ask(os.getpid)
    os.kill(first, signal.SIGKILL)
    second = helper.ask(os.getpid)
    assert second != first
    assert psutil.pid_exists(second)


def test_helper_killed_in_mid_answer_is_asked_again(helper) -> None:
    first = helper.ask(os.getpid)
    threading.Timer(0.5, os.kill, (first, signal.SIGKILL)).start()
    assert helper.ask(time.sleep, 1.0) is None
    assert helper.ask(os.getpid) != first


def test_question_that_kills_is_asked_twice_only(helper) -> None:
    with pytest.raises(PlannerError, match="ended twice"):
        helper.ask(end_self)
    assert helper.ask(abs, -1) == 1


def test_hanging_question_is_given_up_and_others_go_on(helper) -> None:
    first = helper.ask(os.getpid)
    answers: list[int] = []
    # They wait behind the hanging question and must still be answered.
    others = [
        threading.Thread(
            target=lambda n=n: answers.append(helper.ask(abs, -n)), daemon=True
        )
        for n in range(4)
    ]
    for other in others:
        threading.Timer(0.3, other.start).start()
    with pytest.raises(PlannerError, match="within 1 seconds"):
        helper.ask(time.sleep, 60, timeout=1)
    assert gone(first)
    for other in others:
        other.join(20)
    assert sorted(answers) == [0, 1, 2, 3]


def test_questions_from_many_threads(helper) -> None:
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(helper.ask(abs, -n)))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(answers) == list(range(8))


def test_stop_ends_the_process(helper) -> None:
    pid = helper.ask(os.getpid)
    helper.stop()
    assert gone(pid)


def test_helper_ends_when_its_parent_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    helper = int(parent.stdout.readline())
    assert psutil.pid_exists(helper)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(helper)


@pytest.mark.train
def test_warm_does_not_wait(helper) -> None:
    start = time.monotonic()
    helper.warm()
    assert time.monotonic() - start < 1
    assert helper.ask(has_module, "peft")
    assert helper.ask(torch_threads) == 1


def has_module(name: str) -> bool:
    """Whether a module is already loaded."""
    return name in sys.modules


def torch_threads() -> int:
    """How many threads torch computes with."""
    import torch

    return torch.get_num_threads()
