"""The Colab notebook, run from a wheel where a Colab is imitated: modules and proxy."""

import contextlib
import io
import json
import os
import socket
import sysconfig
import threading
import tokenize
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import pytest
from built import wheel
from colab_proxy import proxy_to
from homes import make_home
from slow_drive import DRIVE

from webui.kernel import process
from webui.kernel.kernel import this_kernel
from webui.recipe.store import dumps, load, with_values
from webui.runs import events
from webui.runs.events import Event, Resumed, Saved, Step

from .walking import go, wait_for

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ("tunebook.ipynb", "tunebook.zh.ipynb")
SHORT = {
    "training.duration": "steps",
    "training.steps": 5,
    "training.batch_size": 1,
    "training.save_every": 1,
    "compare.scored_rows": 2,
    "compare.max_new_tokens": 4,
}
WHERE = """
import subprocess
print(subprocess.check_output(
    ["python", "-c", "import torch, webui; print(webui.__file__, torch.__file__)"],
    text=True,
))
"""
CUT_OFF = "page.kill(); page.wait()"


@dataclass
class Runtime:
    """A Colab runtime, its own disk, and the drive that outlives it."""

    content: Path
    drive: Path
    port: int = 0
    said: dict[str, str] = field(default_factory=dict)
    client: Any = None

    @property
    def home(self) -> Path:
        return self.drive / "MyDrive" / "tunebook"

    def run_all(self, name: str) -> None:
        """Open a notebook and run it as a whole."""
        notebook = prepared(name, self.drive, self.port)
        self.client.nb = notebook
        for number, cell in enumerate(notebook.cells):
            self.client.execute_cell(cell, number)
            self.said[cell.id] = printed(cell)

    def run(self, code: str) -> str:
        """What one more cell prints."""
        self.client.nb.cells.append(nbformat.v4.new_code_cell(code))
        cell = self.client.nb.cells[-1]
        self.client.execute_cell(cell, len(self.client.nb.cells) - 1)
        return printed(cell)


def printed(cell: Any) -> str:
    """All that a cell printed."""
    return "".join(output.get("text", "") for output in cell.get("outputs", ()))


def prepared(name: str, drive: Path, port: int) -> Any:
    """A notebook whose box is ticked, with a free port and the test's own drive."""
    notebook = nbformat.read(ROOT / "colab" / name, as_version=4)
    for cell in notebook.cells:
        for written, meant in (
            ("PORT = 7860", f"PORT = {port}"),
            ("/content/drive", str(drive)),
            ("keep_on_drive = False", "keep_on_drive = True"),
        ):
            if cell.cell_type == "code":
                cell.source = cell.source.replace(written, meant)
    return notebook


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def new_runtime(place: Path, drive: Path) -> Iterator[Runtime]:
    """A runtime with a disk of its own, cut off at the end: whatever ran there dies.

    The packages of the tests are the machine's: the notebook's own environment finds
    them there, as it finds a Colab's, and may not bring another torch. The drive is
    slow, and has neither locks nor links.
    """
    from nbclient import NotebookClient

    content = place / "content"
    content.mkdir(parents=True)
    (content / "sitecustomize.py").write_text(DRIVE, encoding="utf-8")
    machine = (
        content,
        sysconfig.get_path("purelib"),
        ROOT / "tests" / "colab_modules",
    )
    runtime = Runtime(content, drive, free_port())
    environment = {
        "COLAB_RELEASE_TAG": "release-colab_20261120",
        "TUNEBOOK_SOURCE": str(wheel()),
        "TUNEBOOK_HOME": str(runtime.home),
        "JUPYTER_RUNTIME_DIR": str(place / "runtime"),
        "PYTHONPATH": os.pathsep.join(map(str, machine)),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        runtime.client = NotebookClient(
            nbformat.v4.new_notebook(), timeout=280, kernel_name="python3"
        )
        with runtime.client.setup_kernel(cwd=str(content)):
            try:
                yield runtime
            finally:
                runtime.run(CUT_OFF)
                process.end(this_kernel())


@contextmanager
def in_browser(browser: Any, runtime: Runtime) -> Iterator[Any]:
    """The page as the cell's frame shows it, through Colab's proxy."""
    asked: list[str] = []
    with proxy_to(runtime.port) as address:
        page = browser.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        page.wait_for_selector("#status .name")
        yield page
        page.close()
    ours = (address, "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []


@pytest.mark.train
@pytest.mark.browser
@pytest.mark.timeout(900)
def test_a_runtime_trains_is_cut_off_and_another_goes_on(
    starter_home: Path, fresh: None, tmp_path: Path, browser: Any
) -> None:
    drive = tmp_path / "drive"
    home = make_home(drive / "MyDrive" / "tunebook")
    recipe = with_values(load(ROOT / "recipes" / "starter-extract.yaml"), SHORT)
    (home / "draft.yaml").write_text(dumps(recipe), encoding="utf-8")
    with new_runtime(tmp_path / "first", drive) as runtime:
        runtime.run_all(NOTEBOOKS[0])
        ours, torch = runtime.run(WHERE).split()
        assert ours.startswith(str(runtime.content / "tunebook-env"))
        assert torch.startswith(sysconfig.get_path("purelib")), "another torch came"
        assert "Keeping torch" in runtime.said["install"]
        assert f"frame: port {runtime.port}, path /" in runtime.said["open"]
        with in_browser(browser, runtime) as page:
            page.click("#run-all")
            wait_for(lambda: saved(home) >= 2, 300)
    assert 2 <= saved(home) < SHORT["training.steps"]
    with new_runtime(tmp_path / "second", drive) as runtime:
        runtime.run_all(NOTEBOOKS[1])
        with in_browser(browser, runtime) as page:
            go(page, "Runs")
            page.click("#resume-run")
            wait_for(lambda: status(home) == "finished", 300)
        assert "nothing to resume" in runtime.run("!tunebook resume starter-extract")
    steps = [each.step for each in history(home) if isinstance(each, Step)]
    assert steps[-1] == SHORT["training.steps"] and len({*steps}) == steps[-1]
    assert any(isinstance(each, Resumed) for each in history(home))


def history(home: Path) -> list[Event]:
    """What the home's one run tells of itself."""
    runs = [*(home / "runs").glob("*/events.jsonl")]
    return list(events.read(runs[0].parent)[0]) if runs else []


def status(home: Path) -> str:
    """How the home's one run ended, if it has."""
    found = [*home.glob("runs/*/summary.json")]
    return str(json.loads(found[0].read_text("utf-8"))["status"]) if found else ""


def saved(home: Path) -> int:
    """The last step that the home's one run has a checkpoint of."""
    return max([e.step for e in history(home) if isinstance(e, Saved)], default=0)


def without_words(source: str) -> list[str]:
    """The code of a cell without what is said in it."""
    lines = [
        f"x{line[1:]!r}" if line[:1] == "!" else line for line in source.split("\n")
    ]
    said = (tokenize.COMMENT, tokenize.STRING, tokenize.NL, tokenize.NEWLINE)
    said += (getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING),)
    found = tokenize.generate_tokens(io.StringIO("\n".join(lines)).readline)
    return [token.string for token in found if token.type not in said]


def test_both_notebooks_run_the_same_code() -> None:
    english, chinese = (
        [c for c in nbformat.read(ROOT / "colab" / name, as_version=4).cells]
        for name in NOTEBOOKS
    )
    assert [cell.id for cell in english] == [cell.id for cell in chinese]
    for one, other in zip(english, chinese, strict=True):
        if one.cell_type == "code":
            assert without_words(one.source) == without_words(other.source)
        else:
            assert one.source != other.source


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_sharing_is_off_unless_asked(name: str) -> None:
    """Nothing in a notebook's code opens the page to the world."""
    cells = nbformat.read(ROOT / "colab" / name, as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    assert len(code) == 3 and "share" not in "".join(code)


def test_on_kaggle_runs_lie_where_it_keeps_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TUNEBOOK_HOME", raising=False)
    monkeypatch.setattr(os.path, "isdir", lambda path: path == "/kaggle/working")
    cells = nbformat.read(ROOT / "colab" / NOTEBOOKS[0], as_version=4).cells
    exec(next(cell.source for cell in cells if cell.id == "keep"), {})
    assert os.environ["TUNEBOOK_HOME"] == "/kaggle/working/tunebook"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_bare_name_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is installed."""
    monkeypatch.delenv("TUNEBOOK_SOURCE", raising=False)
    cells = nbformat.read(ROOT / "colab" / name, as_version=4).cells
    [install] = [cell.source for cell in cells if cell.id == "install"]
    asks, _, _ = install.partition("place = ")
    with pytest.raises(SystemExit):
        exec(asks.replace('SOURCE = ""', 'SOURCE = "tunebook"'), {})
    exec(asks.replace('SOURCE = ""', 'SOURCE = "files/tunebook-1.0.whl"'), {})


def opening(name: str, port: int) -> str:
    """The code of the cell that opens the page, without the shell's line."""
    cells = nbformat.read(ROOT / "colab" / name, as_version=4).cells
    [source] = [cell.source for cell in cells if cell.id == "open"]
    return source.replace("!tunebook starter", "").replace("7860", str(port))


@pytest.mark.parametrize(
    ("name", "said"), zip(NOTEBOOKS, ("first", "第一"), strict=True)
)
def test_a_cell_that_comes_too_early_says_so(
    name: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=said):
        exec(opening(name, 7860), {})


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_another_page_on_its_port_is_not_taken_for_its_own(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As after a restart of the session, which forgets the page that it began."""
    command = tmp_path / "tunebook"
    command.write_text("#!/bin/sh\nsleep 0.3\necho 'Address already in use'\nexit 1\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        answer = threading.Thread(target=answer_once, args=(other,), daemon=True)
        answer.start()
        with pytest.raises(SystemExit, match="already in use"):
            exec(opening(name, other.getsockname()[1]), {"display": print})


def answer_once(server: socket.socket) -> None:
    """A page of before answers whoever asks first."""
    with contextlib.suppress(OSError):
        asked, _ = server.accept()
        asked.recv(1000)
        asked.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
        asked.close()
