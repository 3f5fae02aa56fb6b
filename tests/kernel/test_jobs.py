"""Jobs on a real kernel with small cells: recorded whole, one at a time."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import work

from webui.kernel import closing, jobs, process, stopping
from webui.kernel.kernel import this_kernel
from webui.kernel.process import KernelError
from webui.notebook.render import render_cells
from webui.recipe import Recipe
from webui.recorder.outputs import plain_text
from webui.runs import folder
from webui.settings import kernel_folder

pytestmark = pytest.mark.usefixtures("kernel_home")


def outputs(run: Path, name: str) -> str:
    """The text of everything that a cell put out."""
    cell = next(c for c in work.notebook(run).cells if c.id == name)
    return plain_text(cell.outputs)


# ---- before there is a kernel


@pytest.mark.usefixtures("tunebook_home")
def test_without_a_kernel_there_is_nothing_to_stop() -> None:
    assert (
        jobs.status(this_kernel()).word == "none"
        and jobs.status(this_kernel()).run is None
    )
    stopping.stop(this_kernel(), wait=True)
    stopping.restart(this_kernel())
    assert jobs.status(this_kernel()).word == "none"


@pytest.mark.usefixtures("tunebook_home")
def test_a_kernel_that_cannot_start_says_so_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONHOME", "/nowhere")
        with pytest.raises(KernelError, match="did not start.*output.txt"):
            work.start(setup="1")
    assert "'encodings'" in (kernel_folder() / process.OUTPUT).read_text()
    assert (
        folder.folders(this_kernel().runs) == []
        and jobs.status(this_kernel()).word == "none"
    )


@pytest.mark.usefixtures("tunebook_home")
def test_two_starts_at_once_are_refused() -> None:
    with jobs.lock(this_kernel()), pytest.raises(KernelError, match="another start"):
        work.start(model="1")
    assert folder.folders(this_kernel().runs) == []


@pytest.mark.usefixtures("tunebook_home")
def test_a_lock_is_free_again_once_its_holder_is_killed() -> None:
    code = (
        "import time\n"
        "from webui.kernel.kernel import this_kernel\n"
        "from webui.kernel.status import lock\n"
        "with lock(this_kernel()): print('held', flush=True); time.sleep(60)"
    )
    env = {**os.environ, "PYTHONPATH": str(work.ROOT)}
    holder = subprocess.Popen(
        [sys.executable, "-c", code], env=env, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout and holder.stdout.readline() == "held\n"
    with pytest.raises(KernelError, match="another start"), jobs.lock(this_kernel()):
        pass
    holder.kill()
    holder.wait()
    with jobs.lock(this_kernel()):
        pass


# ---- what a run leaves


def test_a_run_is_recorded_whole() -> None:
    run = work.run(model="x = 21\nprint('loading')", data="print(2 * x)\nx")
    words = [(e.cell, e.status) for e in work.of(run, "cell")]
    assert words == [(c, s) for c in ("model", "data") for s in ("running", "finished")]
    assert work.tags(run)[0] == "started" and work.tags(run)[-1] == "finished"
    assert outputs(run, "model") == "loading\n" and outputs(run, "data") == "42\n21\n"
    assert (run / folder.LOG).read_text() == "loading\n42\n21\n"
    assert folder.read_run(run).summary["status"] == "finished"
    now = jobs.status(this_kernel())
    assert (now.word, now.run) == ("idle", run)
    assert [*now.cells] == ["model", "data"]
    assert all(now.is_fresh(c) for c in work.cells(data="print(2 * x)\nx"))
    assert not now.is_fresh(work.cells(data="print(3 * x)\nx")[0])


def test_cells_leave_their_own_names_and_none_of_ours() -> None:
    stopping.restart(this_kernel())
    run = work.run(model="x = 1\nimport math", data="def f(): pass")
    assert work.value("get_ipython().run_line_magic('who_ls', '')") == [
        "f",
        "math",
        "x",
    ]
    hidden = work.value("[n for n in dir() if 'tunebook' in n or 'webui' in n]")
    assert hidden == []
    # What a cell saves by a relative name lands in the run.
    assert work.value("__import__('os').getcwd()") == str(run)


def test_the_kernel_is_reached_by_its_owner_only() -> None:
    work.run(model="1")
    assert (kernel_folder() / process.CONNECTION).stat().st_mode & 0o077 == 0
    assert kernel_folder().stat().st_mode & 0o077 == 0


def test_an_adapter_that_was_saved_has_its_recipe_beside_it() -> None:
    """Wherever it is taken, it tells the system prompt that it was trained with."""
    saves = "import os; os.mkdir('adapter'); open('adapter/adapter_config.json', 'x')"
    run = work.run(model=saves)
    kept = (run / "adapter" / "recipe.yaml").read_text()
    assert kept == (run / "recipe.yaml").read_text()
    assert not (work.run(model="1") / "adapter").exists()


def test_a_failure_is_told_and_ends_the_run() -> None:
    run = work.run(model="print('before')\nraise ValueError('no such rows')", data="1")
    (failed,) = work.of(run, "failed")
    assert (failed.cell, failed.error) == ("model", "ValueError")
    assert failed.message == "no such rows"
    assert folder.read_run(run).status == "failed"
    assert "data" not in jobs.status(this_kernel()).cells
    shown = outputs(run, "model")
    assert "before" in shown and "no such rows" in shown
    assert "\x1b" not in (run / folder.LOG).read_text()
    assert work.notebook(run).cells[-1].outputs == []


@pytest.mark.parametrize(
    "code", ["x = (", "raise SystemExit(1)", "raise KeyboardInterrupt", "1/0"]
)
def test_however_a_cell_fails_the_kernel_goes_on(code: str) -> None:
    run = work.run(model=code, data="1")
    assert folder.read_run(run).status in ("failed", "stopped")
    assert folder.read_run(work.run(model="1")).status == "finished"


def test_odd_output_is_recorded() -> None:
    run = work.run(
        model="print('\\udcff \\x00 \\u2028 😀 \\x1b[1mbold\\x1b[0m')",
        data="raise ValueError('\\udcff')",
    )
    assert "\udcff \x00 \u2028 😀" in outputs(run, "model")
    assert work.of(run, "failed")[0].message == "\udcff"
    assert work.tags(run)[-1] == "finished"


def test_much_output_is_cut_and_a_progress_bar_is_one_line() -> None:
    run = work.run(
        model="for n in range(100): print('x' * 9999)",
        data="import sys\nfor n in range(101): print(f'\\r{n}%', end='')",
    )
    assert len(outputs(run, "model")) <= 200_000
    assert outputs(run, "data") == "100%"


def test_output_of_another_thread_and_of_stderr_is_recorded() -> None:
    run = work.run(
        model="import sys, threading\n"
        "t = threading.Thread(target=print, args=('from a thread',))\n"
        "t.start(); t.join()\nprint('warning', file=sys.stderr)"
    )
    assert "from a thread" in outputs(run, "model")
    assert "warning" in (run / folder.LOG).read_text()


def test_what_is_fresh_does_not_run_again() -> None:
    codes = {"model": "n = globals().get('n', 0) + 1", "train": "print(n)"}
    work.run(**codes)
    counted = work.value("n")
    cells = work.cells(**codes)
    run = work.ended(
        jobs.start_in_new_folder(this_kernel(), Recipe(), cells, "run", ["train"])
    )
    assert [e.cell for e in work.of(run, "cell")] == ["train"] * 2
    assert work.value("n") == counted
    assert [c.id for c in work.notebook(run).cells] == ["title", "model", "train"]


def test_a_new_adapter_forgets_what_the_old_one_did() -> None:
    work.run(model="1", adapter="1", train="1", compare="a = 1\na\na", score="2")
    work.run(adapter="1")
    assert [*jobs.status(this_kernel()).cells] == ["model", "adapter"]


def test_a_run_that_fails_early_does_not_show_an_earlier_try() -> None:
    tried = {"adapter": "1", "train": "print('trained')"}
    work.run(model="1", data="1", **tried)
    cells = work.cells(model="1", data="raise OSError('gone')", **tried)
    run = work.ended(
        jobs.start_in_new_folder(this_kernel(), Recipe(), cells, "run", [*tried])
    )
    assert [e.cell for e in work.of(run, "cell")] == ["data", "data"]
    assert outputs(run, "train") == ""
    assert "train" not in jobs.status(this_kernel()).cells


def test_a_run_whose_folder_is_deleted_is_not_compared() -> None:
    train = next(c for c in render_cells(Recipe()) if c.name == "train")
    trained = (replace(train, code="print('trained')"),)
    run = work.ended(
        jobs.start_in_new_folder(this_kernel(), Recipe(), trained, "run", ["train"])
    )
    assert jobs.status(this_kernel()).is_fresh(train)
    folder.delete(folder.read_run(run))
    with pytest.raises(KernelError, match="saved no adapter"):
        jobs.start_compare(this_kernel(), Recipe(), run)
    assert jobs.status(this_kernel()).word == "idle"


def test_a_comparison_that_fails_leaves_its_run_as_it_ended() -> None:
    run = work.run(train="print('trained')")
    cells = work.cells(train="print('trained')", compare="1\n1/0\n1")
    with jobs.lock(this_kernel()):
        jobs.send_cells(
            this_kernel(), cells, kind="compare", run=run, always=("compare",)
        )
    work.until(lambda: jobs.status(this_kernel()).word == "idle")
    assert [e.cell for e in work.of(run, "failed")] == ["compare"]
    assert work.tags(run).count("finished") == 1
    assert folder.read_run(run).status == "finished"


def test_a_run_that_cannot_be_sent_leaves_no_folder() -> None:
    work.run(model="1")
    (kernel_folder() / "job.json").unlink()
    (kernel_folder() / "job.json").mkdir()
    before = folder.folders(this_kernel().runs)
    with pytest.raises(OSError):
        work.start(model="1")
    assert (
        folder.folders(this_kernel().runs) == before
        and jobs.status(this_kernel()).word == "idle"
    )
    (kernel_folder() / "job.json").rmdir()


# ---- one at a time


def test_a_second_start_is_refused_while_one_runs() -> None:
    run = work.start(model="import time\nwhile True: time.sleep(0.01)")
    before = folder.folders(this_kernel().runs)
    with pytest.raises(KernelError, match=f"busy with {run.name}"):
        work.start(model="1")
    with pytest.raises(KernelError, match="busy"):
        jobs.start_cells(this_kernel(), Recipe(), "setup")
    with pytest.raises(KernelError, match="busy"):
        stopping.restart(this_kernel())
    closing.close_dead_run(this_kernel())
    assert not work.of(run, "failed")
    assert folder.folders(this_kernel().runs) == before
    with pytest.raises(folder.RunError, match="still running"):
        folder.delete(folder.read_run(run))
    stopping.stop(this_kernel(), wait=True)


# ---- a submitter that dies


def test_who_submits_may_die_and_the_run_goes_on() -> None:
    """The submitter starts the kernel itself, and nothing of it is left."""
    submitter, run = work.submit(
        "from webui.kernel import jobs\n"
        "from webui.kernel.kernel import this_kernel\n"
        "from webui.notebook.render import Cell\n"
        "from webui.recipe import Recipe\n"
        "code = 'import time\\nfor n in range(20): print(n); time.sleep(0.05)'\n"
        "cells = (Cell('train', code, 'k'),)\n"
        "kernel, always = this_kernel(), ['train']\n"
        "run = jobs.start_in_new_folder(kernel, Recipe(), cells, 'run', always)"
    )
    submitter.kill()
    submitter.wait()
    now = jobs.status(this_kernel())
    assert (now.word, now.run) == ("busy", run)
    # In a session of its own: no terminal's Ctrl-C or hang-up reaches it.
    assert os.getsid(now.pid or 0) != os.getsid(0)
    work.ended(run)
    assert outputs(run, "train").split() == [str(n) for n in range(20)]


def test_who_waits_on_the_submitters_output_does_not_wait_for_the_kernel() -> None:
    process.end(this_kernel())
    code = (
        "from webui.kernel import jobs\n"
        "from webui.kernel.kernel import this_kernel\n"
        "kernel = this_kernel()\n"
        "with jobs.lock(kernel): jobs.ensure_idle_kernel(kernel)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(work.ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, timeout=30
    )
    assert done.returncode == 0 and jobs.status(this_kernel()).word == "idle"


def test_a_later_process_of_the_same_number_is_not_the_kernel() -> None:
    work.run(model="1")
    kernel = this_kernel()
    assert process.is_kernel(kernel, jobs.status(kernel).pid or 0)
    assert not process.is_kernel(kernel, os.getpid())
    assert not process.is_kernel(kernel, 2**22 - 1)
