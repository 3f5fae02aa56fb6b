"""The wheel of this checkout, built once for those tests that install it."""

import functools
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@functools.cache
def wheel() -> Path:
    """The file of the wheel, in a folder that goes with this process's others."""
    folder = tempfile.mkdtemp(prefix="tunebook-wheel-")
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", str(ROOT)]
    subprocess.run([*build, "-w", folder], check=True)
    return next(Path(folder).glob("tunebook-*.whl"))
