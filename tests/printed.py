"""A command of ours, run in this process, and what it printed."""

from collections.abc import Callable
from pathlib import Path

import pytest

# The exit code, stdout and stderr.
Printed = tuple[int, str, str]


@pytest.fixture
def tunebook(
    tunebook_home: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Printed]:
    """Run a command here; its exit code, stdout and stderr."""
    from webui import cli

    def run(*words: str) -> Printed:
        capsys.readouterr()
        code = cli.main(words)
        return code, *capsys.readouterr()

    return run
