"""The queue: kept in its folder, in an order, each entry started once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import work

from webui import settings
from webui.files import written_at
from webui.kernel import jobs, queue, queue_files
from webui.kernel.kernel import this_kernel
from webui.recipe import Recipe
from webui.recipe.store import loads
from webui.runs import folder

# A file that is not there: such an entry cannot start.
GONE = "data.train_files=/nowhere/rows.jsonl"


def make_recipe(name: str, *more: str) -> Recipe:
    """A recipe of this name."""
    return loads("", name=name, settings=more)


def order() -> list[str]:
    """The names of what waits, in order."""
    return [entry.recipe.name for entry in queue.waiting(this_kernel())]


def ids() -> dict[str, str]:
    """The id of each entry, by its recipe's name."""
    return {entry.recipe.name: entry.id for entry in queue.waiting(this_kernel())}


def in_another_process(code: str) -> "subprocess.Popen[str]":
    """Run code in a server of its own, so to say; it stays until it is killed."""
    return subprocess.Popen(
        [
            *(sys.executable, "-X", "warm=light", "-c"),
            "from webui.kernel import queue; from webui.recipe.store import loads\n"
            "from webui.kernel.kernel import this_kernel\n"
            f"{code}\nprint('done', flush=True)\ninput()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(work.ROOT)},
    )


# ---- adding, moving and removing are files alone


@pytest.mark.usefixtures("tunebook_home")
def test_what_a_killed_server_added_waits() -> None:
    kept = make_recipe("kept", "adapter.rank=5", "compare.prompt=名 🎈\u2028\x85")
    adder = in_another_process(
        "queue.add(this_kernel(), loads('name: first\\n'), 'run', 'train')\n"
        "queue.add(this_kernel(), loads('name: second\\n'), 'sweep')"
    )
    assert adder.stdout and adder.stdout.readline() == "done\n"
    adder.send_signal(signal.SIGKILL)
    adder.wait()
    queue.add(this_kernel(), kept, "all")
    assert order() == ["first", "second", "kept"]
    first, second, third = queue.waiting(this_kernel())
    assert (first.kind, first.upto, second.kind) == ("run", "train", "sweep")
    assert (third.kind, third.recipe) == ("all", kept)
    assert abs(first.time - time.time()) < 60


@pytest.mark.usefixtures("tunebook_home")
def test_the_order_can_be_changed() -> None:
    for name in "abcd":
        queue.add(this_kernel(), make_recipe(name))
    for name, way, after in (
        ("c", "up", "acbd"),
        ("a", "up", "acbd"),
        ("a", "down", "cabd"),
        ("d", "down", "cabd"),
        ("d", "first", "dcab"),
    ):
        queue.move_entry(this_kernel(), ids()[name], way)  # type: ignore[arg-type]
        assert "".join(order()) == after
    queue.add(this_kernel(), make_recipe("e"))
    queue.remove_entry(this_kernel(), ids()["d"])
    assert "".join(order()) == "cabe"
    assert [
        queue.place_of(this_kernel(), entry) for entry in queue.waiting(this_kernel())
    ] == [
        1,
        2,
        3,
        4,
    ]


@pytest.mark.usefixtures("tunebook_home")
def test_an_entry_is_found_by_a_part_of_its_id() -> None:
    entry = queue.add(this_kernel(), make_recipe("a"))
    assert (
        queue.find(this_kernel(), entry.id[-4:])
        == queue.find(this_kernel(), entry.id)
        == queue.waiting(this_kernel())[0]
    )
    for unknown in ("", "nope", "../../x"):
        with pytest.raises(queue.QueueError, match="nothing|more than one"):
            queue.find(this_kernel(), unknown)


@pytest.mark.usefixtures("tunebook_home")
def test_what_was_just_started_is_neither_moved_nor_removed() -> None:
    entry = queue.add(this_kernel(), make_recipe("a"))
    entry.file.rename(entry.file.with_suffix(queue_files.TAKEN))
    with pytest.raises(queue.QueueError, match="started"):
        queue.take_away(entry)
    with pytest.raises(queue.QueueError, match="started"):
        queue.rename(entry, entry.file.with_name("0009-x.yaml"))
    assert queue.waiting(this_kernel()) == []


@pytest.mark.usefixtures("tunebook_home")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"recipe: [",
        b"recipe: {adapter: {rank: -1, alpha: -1}}",
        b"kind: shell\nrecipe: {}",
        b"time: soon\nrecipe: {}",
        b"a: &a [x]\nrecipe: *a",
        b"!!python/object/apply:os.system [touch hacked]",
        b"#" * 1_100_000,
    ],
    ids=range(9),
)
def test_a_broken_file_is_skipped_with_a_sentence(content: bytes) -> None:
    queue.add(this_kernel(), make_recipe("good"))
    broken = this_kernel().queue / "0000-broken.yaml"
    broken.write_bytes(content)
    assert order() == ["good"]
    (problem,) = queue.problems(this_kernel())
    for text in problem:
        assert "0000-broken.yaml" in text and "\n" not in text
    assert not (this_kernel().queue / "hacked").exists()


@pytest.mark.usefixtures("tunebook_home")
def test_a_broken_recipe_is_told_in_both_languages() -> None:
    this_kernel().queue.mkdir(parents=True)
    broken = this_kernel().queue / "0000-broken.yaml"
    broken.write_text("recipe: {adapter: {rank: -1}}")
    (problem,) = queue.problems(this_kernel())
    assert "(adapter.rank: must be at least 1, not -1.)" in problem.en
    assert "（adapter.rank：应至少为 1，而不是 -1。）" in problem.zh


@pytest.mark.usefixtures("tunebook_home")
def test_other_files_in_the_folder_are_left_alone() -> None:
    queue.add(this_kernel(), make_recipe("good"))
    for name in ("notes.txt", ".0001-hidden.yaml", "0001-half.tmp"):
        (this_kernel().queue / name).write_text("[")
    assert order() == ["good"] and queue.problems(this_kernel()) == []


@pytest.mark.usefixtures("tunebook_home")
def test_a_change_by_hand_is_seen() -> None:
    entry, before = (
        queue.add(this_kernel(), make_recipe("a")),
        queue_files.queue_stamp(this_kernel().queue),
    )
    assert order() == ["a"]
    text = entry.file.read_text(encoding="utf-8")
    entry.file.write_text(text.replace("name: a", "name: b"), encoding="utf-8")
    os.utime(entry.file, ns=(0, written_at(entry.file) + 1))
    assert queue_files.queue_stamp(this_kernel().queue) != before and order() == ["b"]


@pytest.mark.usefixtures("tunebook_home")
def test_what_a_killed_server_was_starting_waits_again() -> None:
    entry = queue.add(this_kernel(), make_recipe("a", GONE))
    entry.file.rename(entry.file.with_suffix(queue_files.TAKEN))
    assert order() == []
    queue.put_back_left_over(this_kernel())
    assert order() == ["a"]


@pytest.mark.usefixtures("tunebook_home")
def test_what_a_killed_server_had_started_does_not() -> None:
    recipe = make_recipe("a", GONE)
    entry = queue.add(this_kernel(), recipe)
    taken = entry.file.with_suffix(queue_files.TAKEN)
    entry.file.rename(taken)
    queue_files.write_entry(queue.replace(entry, tried=time.time() - 1), taken)
    folder.create(this_kernel().runs, recipe, [], "run")
    queue.put_back_left_over(this_kernel())
    assert order() == [] and not taken.exists()


# ---- with a real kernel


def startable(name: str) -> Recipe:
    """Two steps on a few rows."""
    shipped = settings.shipped_recipes() / "data" / "extract.train.jsonl"
    rows = shipped.read_text(encoding="utf-8").splitlines(keepends=True)[:20]
    file = settings.home() / "rows.jsonl"
    file.write_text("".join(rows), encoding="utf-8")
    return make_recipe(
        name,
        f"data.train_files={file}",
        *("training.duration=steps", "training.steps=2", "training.batch_size=1"),
        *("compare.max_new_tokens=4", "compare.scored_rows=1"),
    )


@pytest.fixture
def free(kernel_home: Path) -> Iterator[None]:
    """A kernel that may start what is added, and a queue that is empty again."""
    if not (settings.starter_folder() / "config.json").is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    yield
    for entry in queue.waiting(this_kernel()):
        queue.remove_entry(this_kernel(), entry.id)
    work.until(lambda: jobs.status(this_kernel()).word != "busy", 120)


pytestmark = pytest.mark.timeout(240)


@pytest.mark.train
@pytest.mark.usefixtures("free")
def test_the_first_that_can_start_starts_when_the_kernel_is_free() -> None:
    for recipe in (make_recipe("gone", GONE), startable("a"), startable("b")):
        queue.add(this_kernel(), recipe, "run", "train")
    run = queue.start_next(this_kernel())
    assert run and folder.recipe_of_run(folder.read_run(run)).name == "a"
    assert order() == ["gone", "b"]
    gone = queue.waiting(this_kernel())[0]
    assert gone.reason and "/nowhere/rows.jsonl" in gone.reason.en
    assert "/nowhere/rows.jsonl" in gone.reason.zh
    # While it works, nothing more is started.
    assert queue.start_next(this_kernel()) is None and order() == ["gone", "b"]
    assert folder.read_run(work.ended(run, 120)).status == "finished"
    assert len(work.of(run, "step")) == 2
    assert work.cells_of(run)[-1] == "train"


@pytest.mark.train
@pytest.mark.usefixtures("free")
def test_two_servers_start_an_entry_once() -> None:
    for recipe in (make_recipe("gone", GONE), startable("b")):
        queue.add(this_kernel(), recipe, "run", "train")
    before = folder.folders(this_kernel().runs)
    # Each goes on for a while once it has been started.
    servers = [
        in_another_process(
            "import time; from webui.runs import folder\n"
            "more, end = 30, time.time() + 60\n"
            "while more and time.time() < end:\n"
            "    queue.start_next(this_kernel())\n"
            f"    more -= len(folder.folders(this_kernel().runs)) > {len(before)}"
        )
        for _ in range(3)
    ]
    for server in servers:
        assert server.stdout and server.stdout.readline() == "done\n"
        server.kill()
        server.wait()
    begun = [run for run in folder.folders(this_kernel().runs) if run not in before]
    assert [folder.recipe_of_run(folder.read_run(run)).name for run in begun] == ["b"]
    assert order() == ["gone"]
    assert folder.read_run(work.ended(begun[0], 120)).status == "finished"


@pytest.mark.train
@pytest.mark.usefixtures("free")
def test_an_entry_waits_on_while_another_start_is_under_way() -> None:
    entry = queue.add(this_kernel(), startable("c"), "run", "train")
    with jobs.lock(this_kernel()):
        assert queue.start_next(this_kernel()) is None
    (waiting,) = queue.waiting(this_kernel())
    assert waiting.id == entry.id and waiting.reason is None and not waiting.tried
    with jobs.lock(this_kernel(), queue.LOCK):
        assert queue.start_next(this_kernel()) is None
    assert order() == ["c"]


@pytest.mark.train
@pytest.mark.usefixtures("free")
def test_run_all_of_what_is_fresh_is_done_already() -> None:
    queue.add(this_kernel(), startable("c"), "run", "train")
    run = queue.start_next(this_kernel())
    assert run and order() == []
    work.ended(run, 120)
    assert len(work.of(run, "step")) == 2
    recipe = folder.recipe_of_run(folder.read_run(run))
    before = folder.folders(this_kernel().runs)
    jobs.run_all(this_kernel(), recipe)  # what follows the training
    work.until(lambda: jobs.status(this_kernel()).word == "idle", 120)
    queue.add(this_kernel(), recipe, "all")
    assert queue.start_next(this_kernel()) is None
    assert order() == [] and folder.folders(this_kernel().runs) == before
