"""A home for each module that works with a real kernel."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import make_home

from webui.kernel import process
from webui.kernel.kernel import this_kernel
from webui.planner import process as planner


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
