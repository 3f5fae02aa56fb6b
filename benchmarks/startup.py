"""How long until the page answers, and how much memory it holds, beside a trivial app.

    python benchmarks/startup.py [--runs 5]

Each try starts a fresh process, waits for the first HTTP 200 and for the page to be
idle, and reads the resident memory of the server's process. The trivial app is one
Gradio textbox: what Gradio itself costs.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
TRIVIAL = """
import os, sys
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
import gradio as gr
with gr.Blocks() as app:
    gr.Textbox()
app.launch(server_port=int(sys.argv[1]), quiet=True)
"""
OURS = """
import sys
from pathlib import Path
from webui.app import launch
launch(Path(sys.argv[2]), port=int(sys.argv[1]))
"""


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(code: str, home: str) -> tuple[float, float, bool]:
    """Seconds to the first 200, megabytes held, and whether torch was imported."""
    port = free_port()
    recipe = ROOT / "recipes" / "starter-extract.yaml"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment |= {"TUNEBOOK_HOME": home, "JUPYTER_RUNTIME_DIR": home}
    begun = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(port), str(recipe)],
        env=environment,
        cwd=home,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_page(port)
        seconds = time.perf_counter() - begun
        time.sleep(5)
        process = psutil.Process(server.pid)
        torch = any("torch" in Path(m.path).parts for m in process.memory_maps())
        return seconds, process.memory_info().rss / 1e6, torch
    finally:
        server.kill()
        server.wait()


def wait_for_page(port: int, limit: float = 60) -> None:
    """Return at the first 200; raise when it does not come."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError("the page did not come up")


def main() -> None:
    """Measure both in turn, so that a busy moment meets both, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    tries: dict[str, list[tuple[float, float, bool]]] = {"trivial": [], "tunebook": []}
    for _ in range(runs):
        for name, code in (("trivial", TRIVIAL), ("tunebook", OURS)):
            with tempfile.TemporaryDirectory() as home:
                tries[name].append(measure(code, home))
    medians = {
        name: {
            "seconds": round(statistics.median(s for s, _, _ in measured), 2),
            "megabytes": round(statistics.median(m for _, m, _ in measured)),
            "torch_loaded": any(torch for _, _, torch in measured),
        }
        for name, measured in tries.items()
    }
    ratio = {
        key: round(medians["tunebook"][key] / medians["trivial"][key], 2)
        for key in ("seconds", "megabytes")
    }
    print(
        json.dumps(
            {
                "command": f"python benchmarks/startup.py --runs {runs}",
                "machine": f"{os.cpu_count()} cores, {platform.machine()}",
                "python": platform.python_version(),
                "gradio": version("gradio"),
                **medians,
                "ratio": ratio,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
