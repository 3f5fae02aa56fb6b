"""Run all that only a GPU can show, on one card, and print a table: `make test-gpu`.

It needs no network. Wheels that lie in wheels/ are installed into site/ beside it, and
the home that lies there holds the starter's tokenizer; in a checkout neither is there,
and the packages and the home are those of the checkout. The exit code is 2 when
something is missing, 1 when a test fails, 0 when all is as it should be.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHEELS, SITE = ROOT / "wheels", ROOT / "site"
LOOK = """
import torch
if not torch.cuda.is_available():
    raise SystemExit(f"torch {torch.__version__} finds no CUDA device here.")
"""


def main() -> int:
    """Install, look what is missing, test, measure."""
    begin = time.monotonic()
    install_wheels()
    os.environ |= environment()
    if sentence := what_is_missing():
        print(f"Nothing was tested: {sentence}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        trials = Path(folder) / "trials.json"
        tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "gpu"]
        os.environ["TUNEBOOK_GPU_TRIALS"] = str(trials)
        failed = run(*tests, *map(str, modules()))
        failed |= run(str(ROOT / "benchmarks" / "gpu.py"), "--trials", str(trials))
    minutes = (time.monotonic() - begin) / 60
    words = "something above failed" if failed else "all of it passed"
    print(f"{minutes:.1f} minutes on one card: {words}.")
    return 1 if failed else 0


def install_wheels() -> None:
    """Put the wheels that were brought along into a folder of their own, once."""
    stamp = SITE / "installed"
    if not (wheels := sorted(map(str, WHEELS.glob("*.whl")))) or stamp.exists():
        return
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    alone = ["--no-index", "--no-deps", "--no-compile", "--upgrade"]
    subprocess.run([*pip, *alone, "--target", str(SITE), *wheels], check=True)
    stamp.touch()


def environment() -> dict[str, str]:
    """Where packages and models are, and that no network is asked."""
    path = [str(ROOT), str(SITE), os.environ.get("PYTHONPATH", "")]
    found = {
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        "PYTHONUNBUFFERED": "1",
        "HF_HUB_OFFLINE": "1",
        "UNSLOTH_DISABLE_STATISTICS": "1",
    }
    if (home := ROOT / "home").is_dir():
        found["TUNEBOOK_HOME"] = str(home)
    return found


def what_is_missing() -> str:
    """One sentence on packages, or on the device; empty when all is there."""
    words = ["-c", LOOK]
    packages = [str(Path(__file__).with_name("wheels.py"))]
    for command in (packages, words):
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            lines = done.stderr.strip().splitlines()
            return lines[-1] if lines else f"{command[0]} ended with {done.returncode}"
    return ""


def modules() -> list[Path]:
    """The modules with tests for a GPU; others may want packages that are not here."""
    every = (ROOT / "tests").rglob("test_*.py")
    return sorted(path for path in every if "mark.gpu" in path.read_text("utf-8"))


def run(*words: str) -> int:
    """Run Python; its output is ours."""
    return subprocess.run([sys.executable, *words], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
