"""A home folder of its own for each test that asks for one, and warm processes."""

import functools
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import warm
from homes import make_home
from order import put_slow_files_first, shuffle
from printed import tunebook  # noqa: F401 - a fixture
from shapes import helper, shape, starter_recipe  # noqa: F401 - fixtures
from small_starter import write_small_starter
from starters import link_starter

from webui.planner import process as planner
from webui.settings import STARTER, starter_folder


def pytest_configure(config: pytest.Config) -> None:
    """Processes that tests start come warm, where that is possible."""
    if not warm.possible():
        return
    own = not hasattr(config, "workerinput")
    if own:
        config.add_cleanup(warm.prepare())
    if not own or config.getoption("dist", "no") == "no":
        warm.use()


# Each of these takes seconds to import, or starts what does.
HEAVY = re.compile(r"(import|from) (torch|transformers|trl|peft|datasets|subprocess)\b")
# Whoever has one of these starts a kernel, a server or the planner's process.
STARTING = {"kernel_home", "ended_kernel", "server", "browser", "helper"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Know the tests that wait, and take slow files first, or all in random order."""
    for item in items:
        if STARTING & {*getattr(item, "fixturenames", ())} or is_heavy(item.path):
            item.add_marker("slow")
    if seed := os.environ.get("TUNEBOOK_SHUFFLE"):
        shuffle(items, seed)
    else:
        put_slow_files_first(items)


@functools.cache
def is_heavy(file: Path) -> bool:
    """Whether a file of tests imports a large library, or reads real templates."""
    source = file.read_text(encoding="utf-8")
    return file.parent.name == "chat" or bool(HEAVY.search(source))


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Leave no variable to the next test: importing Unsloth sets two dozen.

    Besides, processes of a changed environment find no warm one that fits.
    """
    before = dict(os.environ)
    yield
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every process of a test start from nothing, as a user's does."""
    monkeypatch.setenv("TUNEBOOK_FRESH", "1")


@pytest.fixture
def tunebook_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Redirect the home and Jupyter's runtime folder; share the starter model."""
    home = make_home(tmp_path / "home")
    monkeypatch.setenv("TUNEBOOK_HOME", str(home))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return home


@pytest.fixture
def starter_home(tunebook_home: Path) -> Path:
    """The same, for tests that cannot do without the starter model."""
    if not (starter_folder() / "tokenizer.json").is_file():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    return tunebook_home


@pytest.fixture(scope="session")
def small_starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter in small; where there is none, a folder that is not there."""
    folder = tmp_path_factory.mktemp("starter") / STARTER
    if starter_folder().is_dir():
        write_small_starter(folder)
    return folder


@pytest.fixture
def small_home(starter_home: Path, small_starter: Path) -> Iterator[Path]:
    """A home for one test, whose starter is the small one."""
    link_starter(starter_home, small_starter)
    planner.stop()  # it knows the starter of the home in which it began
    yield starter_home
    planner.stop()
