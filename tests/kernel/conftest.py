"""A home for each module that works with a real kernel."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import make_home

from webui.kernel import process
from webui.kernel.kernel import this_kernel


@pytest.fixture(scope="module")
def kernel_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home for a module, whose kernel is ended after its last test."""
    home = make_home(tmp_path_factory.mktemp("kernel") / "home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUNEBOOK_HOME", str(home))
        patch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        yield home
        process.end(this_kernel())
