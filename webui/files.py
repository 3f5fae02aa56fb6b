"""Write whole files or nothing: to a temporary name first, then rename."""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import psutil
import yaml


def write_text(path: Path, text: str) -> None:
    """Replace a file's text in one step, so that no reader sees half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # What is no Unicode stays as an escape, which JSON and YAML read as such.
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Replace a file with a value as JSON in one step."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1))


def read_json(path: Path) -> Any:
    """The value in a JSON file; None when it is missing or not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def read_yaml(path: Path) -> Any:
    """What a YAML file holds that came with this program."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)


def written_at(path: Path) -> int:
    """When a file was last written, in ns; 0 when it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def file_hash(path: Path) -> str | None:
    """SHA-256 of a file's bytes; None when it cannot be read."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except (OSError, ValueError):  # a name with a zero byte is a ValueError
        return None
    return digest.hexdigest()


def free_bytes(folder: Path) -> int | None:
    """Free bytes on the disk of a folder, or of the nearest one above that exists."""
    for place in (folder, *folder.absolute().parents):
        try:
            return shutil.disk_usage(place).free
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None


def new_scratch(folder: Path, mark: str = "") -> Path:
    """A folder in this one for what is in the making, after those are removed that
    processes left which ended too early.

    Its name begins with ``.`` and ``mark``, and names the process that answers for it.
    """
    for scratch in folder.glob(f".{mark}*-*"):
        owner = scratch.name.removeprefix(f".{mark}").partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(scratch, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f".{mark}{os.getpid()}-", dir=folder))


def downloads() -> Path:
    """A folder that Gradio may serve files from; its owner's only."""
    folder = Path(tempfile.gettempdir()) / "tunebook-downloads"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder
