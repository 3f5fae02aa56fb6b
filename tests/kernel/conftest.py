"""A home for each module that works with a real kernel."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import make_home
from small_starter import write_small_starter

from webui import settings
from webui.kernel import process
from webui.kernel.kernel import this_kernel
from webui.planner import process as planner


@pytest.fixture(scope="session")
def small_starter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The starter in small; where there is none, a folder that is not there."""
    folder = tmp_path_factory.mktemp("starter") / settings.STARTER
    if settings.starter_folder().is_dir():
        write_small_starter(folder)
    return folder


@pytest.fixture
def small_home(tunebook_home: Path, small_starter: Path) -> Iterator[Path]:
    """A home for one test, whose starter is the small one."""
    link = tunebook_home / "models" / settings.STARTER
    link.unlink(missing_ok=True)
    if small_starter.is_dir():
        link.symlink_to(small_starter, target_is_directory=True)
    planner.stop()  # it knows the starter of the home in which it began
    yield tunebook_home
    planner.stop()


@pytest.fixture(scope="module")
def kernel_starter(small_starter: Path) -> Path:
    """What the homes of kernels have as the starter; a module may have another."""
    return small_starter


@pytest.fixture(scope="module")
def kernel_home(
    tmp_path_factory: pytest.TempPathFactory, kernel_starter: Path
) -> Iterator[Path]:
    """A home for a module, whose kernel is ended after its last test."""
    home = make_home(tmp_path_factory.mktemp("kernel") / "home", kernel_starter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUNEBOOK_HOME", str(home))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        planner.stop()  # it knows the starter of the home in which it began
        yield home
        process.end(this_kernel())
        planner.stop()
