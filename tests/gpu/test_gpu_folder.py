"""The folder for a machine without a network names all that is needed, and no more."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import folder
import pytest
import wheels

from webui import settings

PYTHON = "3.12"


def test_what_is_imported_is_named_with_all_that_it_wants() -> None:
    found = wheels.needed(PYTHON)
    assert wheels.IMPORTED <= found.keys()
    # Wanted by what is wanted by something imported.
    assert {"pydantic-core", "pyarrow", "httpcore", "pyzmq"} <= found.keys()
    assert not {"torch", "triton", "gradio", "fastapi", "mypy"} & found.keys()


def test_a_version_is_the_one_for_that_python() -> None:
    # The last one for Python 3.10 is another, and it wants a package more.
    assert wheels.needed("3.10")["trl"] != wheels.needed(PYTHON)["trl"]
    assert "exceptiongroup" in wheels.needed("3.10").keys() - wheels.needed(PYTHON)


def test_everything_here_is_among_them_or_missing() -> None:
    assert wheels.missing({"pytest": "1", "no-such-package": "2"}) == [
        "no-such-package 2"
    ]


@pytest.mark.parametrize(
    ("line", "is_left_out"),
    [
        ("transformers==5.17.0", True),
        ("transformers==5.12.0", True),  # the oldest that was tried
        ("transformers==5.11.0", False),
        ("transformers", True),
        ("NumPy==2.5.2", True),  # any from 2 on will do
        ("numpy==1.26.4", False),
        ("pyzmq==1.0", True),  # nothing of ours asks for a version
    ],
)
def test_what_a_machine_has_is_not_brought(line: str, is_left_out: bool) -> None:
    found = folder.to_bring(wheels.needed(PYTHON), [line, ""], PYTHON)
    assert (line.partition("==")[0].lower() not in found) == is_left_out
    assert len(found) == len(wheels.needed(PYTHON)) - is_left_out


def test_only_one_cuda_stays_in_a_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "bitsandbytes-1-py3-none-any.whl"
    names = ["b/__init__.py", "b/lib_cpu.so", "b/lib_cuda121.so", "b/lib_cuda130.so"]
    record = "b-1.dist-info/RECORD"
    with zipfile.ZipFile(wheel, "w") as file:
        for name in names:
            file.writestr(name, name)
        file.writestr(record, "".join(f"{name},,\n" for name in [*names, record]))
    folder.lighten(wheel, lambda name: folder.is_of_another(name, "130"))
    names.remove("b/lib_cuda121.so")
    with zipfile.ZipFile(wheel) as file:
        assert file.namelist() == [*names, record]
        assert file.read("b/lib_cuda130.so") == b"b/lib_cuda130.so"
        rows = file.read(record).decode().split()
        assert rows == [f"{name},," for name in [*names, record]]


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, elsewhere, without its wheels."""
    if not (wheels.ROOT / ".git").exists():
        pytest.skip("the sources are found by git, and this is no checkout")
    if not settings.starter_folder().is_dir():
        pytest.skip("the starter model is not here: run `tunebook starter`")
    place = tmp_path_factory.mktemp("carried") / "gpu"
    script = wheels.ROOT / "tests" / "gpu" / "folder.py"
    env = os.environ | {"PYTHONPATH": str(wheels.ROOT)}
    subprocess.run([sys.executable, str(script), str(place)], env=env, check=True)
    return place


def test_the_folder_is_small_and_holds_what_the_tests_use(carried: Path) -> None:
    size = sum(path.stat().st_size for path in carried.rglob("*") if path.is_file())
    assert size < 12_000_000
    lines = (carried / "wheels.txt").read_text("utf-8").splitlines()
    named = [line for line in lines if not line.startswith("#")]
    assert named == [f"{n}=={v}" for n, v in wheels.needed(PYTHON).items()]
    starter = carried / "home" / "models" / settings.STARTER
    assert (starter / "tokenizer.json").is_file()
    assert not (starter / "model.safetensors").exists()
    tests = {path.name for path in carried.rglob("test_*.py")}
    assert {"test_gpu.py", "test_every_method.py"} <= tests
    assert "test_browser.py" not in tests


def test_without_a_device_it_says_so_in_a_sentence(carried: Path) -> None:
    # Away from the checkout: what is not in the folder must not be found by chance.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        ["make", "-s", "test-gpu", f"PYTHON={sys.executable}"],
        cwd=carried,
        env=env | {"CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    said = done.stderr.splitlines()[0]
    assert said.startswith("Nothing was tested: torch ")
    assert said.endswith("finds no CUDA device here.")


def test_a_package_that_is_not_there_is_named(carried: Path) -> None:
    script = str(carried / "tests" / "gpu" / "wheels.py")
    # Without the packages of this Python, but for the one that reads versions.
    code = (
        "import sys, runpy, packaging.markers, packaging.utils\n"
        "from importlib import metadata\n"
        f"sys.path[:] = [p for p in sys.path if 'site-packages' not in p]\n"
        f"runpy.run_path({script!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode != 0
    assert (
        "lacks accelerate 1.15.0, " in done.stderr and "torch with CUDA" in done.stderr
    )
