"""Say what is missing here, what device and precision are used and why, and the fix.

This process never imports torch: one helper process does, `python -m webui.doctor`,
and prints what it sees as JSON.
"""

import contextlib
import importlib.metadata
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from packaging.requirements import Requirement

from webui import origin, settings, starter
from webui.install import UNSLOTH, by_hand, explain, installed

PYTHONS = ((3, 10), (3, 13))
SINKS = ("tensorboard", "trackio", "wandb")
SPACE_NEEDED = 2 * 10**9  # the starter model, some runs and their checkpoints
# With one of these Unsloth decides otherwise than by what the processor can do.
ITS_OWN = ("UNSLOTH_CPU_BF16", "UNSLOTH_ALLOW_CPU", "UNSLOTH_DISABLE_CPU_FALLBACK")
MEMORY_NEEDED = 4 * 10**9  # training the starter model took 2.6 GB, the page 0.3


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, and the exact command that mends it."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    required: bool = True


@dataclass(frozen=True)
class Device:
    """What torch and Unsloth see: the accelerator, or the CPU and its bf16."""

    kind: str
    name: str
    torch: str
    bf16: bool
    capability: str = ""
    memory: int = 0


def examine() -> list[Finding]:
    """Look at everything that Tunebook needs, without loading torch here."""
    packages = check_packages()
    findings = [
        check_python(sys.version_info[:2]),
        check_origin(origin.repository()),
        check_set(packages),
        *packages,
        *check_device(),
        check_starter(settings.starter_folder()),
        *check_home(settings.home()),
        check_memory(),
        *map(check_sink, SINKS),
        check_webhook(os.environ),
        check_chromium(),
        check_kernel(settings.kernel_folder()),
    ]
    return [replace(each, fix="") if each.ok else each for each in findings]


def report(findings: list[Finding]) -> str:
    """Return the findings as plain text, each fix under its finding."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        mark = "ok" if finding.ok else "MISSING" if finding.required else "note"
        lines.append(f"{mark:8}{finding.name:{width}}  {finding.detail}".rstrip())
        if finding.fix:
            lines.append(f"{'':8}{'':{width}}  mend it with: {finding.fix}")
    return "\n".join(lines)


def check_python(version: tuple[int, int]) -> Finding:
    """Tell whether this Python is one that Tunebook supports."""
    oldest, newest = (".".join(map(str, limit)) for limit in PYTHONS)
    return Finding(
        "Python",
        PYTHONS[0] <= version <= PYTHONS[1],
        f"{platform.python_version()} at {sys.executable} ({oldest} to {newest} fit)",
        f"make clean run PYTHON=python{newest}",
    )


def check_origin(address: str | None) -> Finding:
    """Name the repository that this copy comes from, or say how it gets a name."""
    detail = address or origin.NOT_SET.en
    return Finding("repository", True, detail, required=False)


def check_set(packages: Sequence[Finding]) -> Finding:
    """Say why the packages have these versions, what is kept, and what mends all."""
    return Finding(
        "set",
        all(each.ok for each in packages),
        explain(installed(("torch",))),
        f"{sys.executable} -m webui.install  # all that follow at once",
    )


def check_packages() -> list[Finding]:
    """Compare what is installed with the versions that fit together."""
    try:
        declared = importlib.metadata.requires("tunebook") or []
    except importlib.metadata.PackageNotFoundError:
        root = Path(__file__).resolve().parent.parent
        fix = f"{sys.executable} -m pip install --no-deps -e {root}"
        return [Finding("tunebook", False, "is not installed in this Python", fix)]
    wanted = [Requirement(text) for text in (*declared, *UNSLOTH)]
    return [check_package(each) for each in wanted if _is_for_use_here(each)]


def check_package(wanted: Requirement) -> Finding:
    """Tell whether an installed package fits its requirement."""
    fits = str(wanted.specifier)
    # Unsloth's own dependencies would replace the versions that fit.
    alone = ("--no-deps",) if str(wanted) in UNSLOTH else ()
    fix = by_hand(*alone, f"{wanted.name}{fits}")
    try:
        found = importlib.metadata.version(wanted.name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(wanted.name, False, f"is not installed ({fits} fits)", fix)
    ok = wanted.specifier.contains(found, prereleases=True)
    detail = found if ok else f"{found} does not fit: {fits} does"
    return Finding(wanted.name, ok, detail, fix)


def check_device() -> list[Finding]:
    """Name the device and the precision, each with its reason."""
    device = ask_device()
    if isinstance(device, str):
        fix = by_hand("--no-deps", *UNSLOTH)
        return [Finding("device", False, f"Unsloth does not load: {device}", fix)]
    size = f", {device.memory / 2**30:.1f} GiB" if device.memory else ""
    found = [
        Finding("device", True, f"{device.name}{size} (torch {device.torch})"),
        Finding("precision", True, "{}, because {}".format(*choose_precision(device))),
    ]
    return found + _check_driver(device)


def choose_precision(device: Device) -> tuple[str, str]:
    """Return what Unsloth computes in by default on this device, and why."""
    if device.kind == "cuda":
        which = f"{device.name} (compute capability {device.capability})"
        if device.bf16:
            return "bf16", f"the {which} has it, from 8.0 on"
        return "fp16", f"the {which} has no bf16: that begins with 8.0"
    asked = os.environ.get("UNSLOTH_CPU_BF16", "").strip()
    if asked:
        return "bf16" if device.bf16 else "fp32", f"UNSLOTH_CPU_BF16 is {asked}"
    flags = ", ".join(sorted(cpu_flags() & {"amx_bf16", "avx512_bf16", "bf16"}))
    if device.bf16:
        return "bf16", f"this CPU has instructions for it ({flags or 'as measured'})"
    return "fp32", (
        "this CPU has no bf16 instructions (amx_bf16, avx512_bf16 or Arm's bf16), "
        "and emulated bf16 is slower than fp32"
    )


def check_starter(folder: Path) -> Finding:
    """Tell whether the starter model is there and whole."""
    ok = starter.is_complete(folder)
    detail = str(folder) if ok else f"not in {folder}, or not whole"
    return Finding("starter model", ok, detail, "tunebook starter", required=False)


def check_home(home: Path) -> list[Finding]:
    """Tell whether the home folder can be written, and what is free on its disk."""
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    writable = place.is_dir() and os.access(place, os.W_OK)
    free = shutil.disk_usage(place).free
    written = f"{home} {'can' if writable else 'cannot'} be written"
    quoted = shlex.quote(str(home))
    mend = f"sudo mkdir -p {quoted} && sudo chown -R $(id -u) {quoted}"
    return [
        Finding("home", writable, written, mend),
        Finding(
            "disk",
            free >= SPACE_NEEDED,
            f"{free / 1e9:.1f} GB free for {home} (2 GB are needed)",
            f"du -sh {quoted}/runs/* | sort -h  # then delete runs you do not need",
        ),
    ]


def check_memory() -> Finding:
    """Say how much memory there is: enough for the starter model, or not."""
    import psutil

    memory = psutil.virtual_memory()
    return Finding(
        "memory",
        memory.available >= MEMORY_NEEDED,
        f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB are available "
        f"(the starter model trains in {MEMORY_NEEDED / 1e9:.0f})",
        "ps ax -o rss,pid,comm --sort=-rss | head  # then close what you can",
        required=False,
    )


def check_sink(name: str) -> Finding:
    """Tell whether a training can log to a package that only some recipes name."""
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        detail = f"none: only recipes with {name} in watch.report_to need it"
        return Finding(name, True, detail, required=False)
    return Finding(name, True, found, required=False)


def check_webhook(environment: Mapping[str, str]) -> Finding:
    """Tell whether a webhook hears of runs that end; its address is a secret."""
    address = environment.get("TUNEBOOK_WEBHOOK", "").strip()
    if not address:
        return Finding("webhook", True, "none is named in TUNEBOOK_WEBHOOK")
    ok = address.startswith(("http://", "https://"))
    verdict = "is told" if ok else "is not an http or https address"
    fix = "export TUNEBOOK_WEBHOOK=https://..."
    detail = f"TUNEBOOK_WEBHOOK {verdict}"
    return Finding("webhook", ok, detail, fix, required=False)


def check_chromium() -> Finding:
    """Tell whether there is a browser for the tests; nothing else needs it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return Finding(
        "chromium",
        found is not None,
        found or "none: the browser tests are skipped, nothing else needs it",
        "sudo apt-get install -y chromium fonts-noto-cjk",
        required=False,
    )


def check_kernel(folder: Path) -> Finding:
    """Tell whether a kernel has left its connection file."""
    connection = folder / "connection.json"
    there = connection.exists()
    detail = f"started, connection file {connection}" if there else "none is running"
    return Finding("kernel", True, detail, required=False)


def look_at_device() -> Device:
    """Ask torch, and on a CPU Unsloth too. Only the helper process calls this."""
    import torch

    if torch.cuda.is_available():
        found = torch.cuda.get_device_properties(0)
        return Device(
            kind="cuda",
            name=found.name,
            torch=torch.__version__,
            # Unsloth's rule. Importing Unsloth itself would take memory from a
            # training that may be running on this device.
            bf16=found.major >= 8,
            capability=f"{found.major}.{found.minor}",
            memory=found.total_memory,
        )
    threads = torch.get_num_threads()
    name = f"CPU ({platform.machine()}, {threads} threads)"
    bf16 = None
    if not (torch.xpu.is_available() or any(map(os.environ.get, ITS_OWN))):
        bf16 = bf16_by_flags(platform.machine().lower(), cpu_flags())
    if bf16 is None:
        from unsloth import is_bfloat16_supported

        bf16 = bool(is_bfloat16_supported())
    return Device(kind="cpu", name=name, torch=torch.__version__, bf16=bf16)


def cpu_flags() -> set[str]:
    """What the processor can do, in its own words; empty where nobody says it."""
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8", errors="ignore")
    except OSError:
        return set()
    named = (line.partition(":") for line in text.splitlines())
    kinds = ("flags", "features")
    said = next((t for key, _, t in named if key.strip().lower() in kinds), "")
    return {*said.lower().split()}


def bf16_by_flags(machine: str, flags: set[str]) -> bool | None:
    """Whether Unsloth would compute in bf16 on a CPU, by its own rule; None where only
    Unsloth itself can tell, whose import takes ten seconds."""
    native = {
        **dict.fromkeys(("x86_64", "amd64"), {"amx_bf16", "avx512_bf16"}),
        **dict.fromkeys(("aarch64", "arm64"), {"bf16"}),
    }.get(machine)
    return bool(flags & native) if flags and native else None


def main() -> None:
    """Print the device as JSON: the helper process's whole work."""
    # Unsloth greets on stdout, which is for the JSON alone.
    with contextlib.redirect_stdout(sys.stderr):
        device = look_at_device()
    print(json.dumps(asdict(device)))


def ask_device() -> Device | str:
    """What this machine computes on, or why that cannot be told; takes seconds."""
    done = subprocess.run(
        [sys.executable, "-m", "webui.doctor"],
        cwd=Path(__file__).resolve().parent.parent,
        capture_output=True,
        text=True,
    )
    if done.returncode == 0:
        return Device(**json.loads(done.stdout))
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit code {done.returncode}"


def _check_driver(device: Device) -> list[Finding]:
    if device.kind == "cuda" or shutil.which("nvidia-smi") is None:
        return []
    detail = "an NVIDIA driver is here, but this torch cannot use it"
    version = device.torch.split("+")[0]
    fix = by_hand("--force-reinstall", f"torch=={version}")
    return [Finding("driver", False, detail, fix, required=False)]


def _is_for_use_here(wanted: Requirement) -> bool:
    # An extra's marker holds for its own name only; development tools are not for use.
    extras = ("", "unsloth")
    marker = wanted.marker
    return marker is None or any(marker.evaluate({"extra": each}) for each in extras)


if __name__ == "__main__":
    main()
