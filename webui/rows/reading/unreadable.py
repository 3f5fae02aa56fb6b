"""Paths that are refused before anything is read, and in which words."""

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from webui.errors import PlannerError
from webui.rows.reading.files import suffix_of

IMAGES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic")
SAVED_BY_DATASETS = ("dataset_dict.json", "state.json")


def refuse_path(path: Path, suffixes: Iterable[str]) -> None:
    """Refuse what is no file with one of these suffixes and no saved data set."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise cannot_open(path, error) from None
    except ValueError:  # there is a NUL in the path
        raise refuse_file(path.name, "is not a file name", "不是有效的文件名") from None
    if stat.S_ISDIR(mode):
        return  # its files are looked at one by one
    if not stat.S_ISREG(mode):
        raise refuse_file(
            path.name,
            "is a device or a pipe; only files can be read",
            "是设备或管道；只能读取普通文件",
        )
    elif not os.access(path, os.R_OK):
        raise cannot_open(path, PermissionError(errno.EACCES, ""))
    elif suffix_of(path.name) not in (*suffixes, ".zip"):
        raise unknown_kind(path.name, [path.name], suffixes)


def unknown_kind(
    name: str, files: Iterable[str], suffixes: Iterable[str]
) -> PlannerError:
    """The error for a file, or a ZIP of files, of which none can be read."""
    if any(suffix_of(file) in IMAGES for file in files):
        return refuse_file(
            name,
            "training on images does not exist here yet; rows of text are needed",
            "目前还不支持图像训练；需要文本数据",
        )
    known = ", ".join(suffixes)
    return refuse_file(
        name,
        f"holds nothing that can be read; known are {known}, each also in .gz or .zip",
        f"没有可读取的内容；支持 {known}，也可放在 .gz 或 .zip 中",
    )


def cannot_open(path: Path, error: OSError) -> PlannerError:
    """The error for a file that is missing or cannot be read."""
    if isinstance(error, FileNotFoundError):
        name = clean(str(path))
        return PlannerError.of(f"There is no file {name}.", f"文件 {name} 不存在。")
    if isinstance(error, PermissionError):
        return refuse_file(
            path.name,
            "may not be read; change its permissions",
            "没有读取权限；请修改该文件的权限",
        )
    return refuse_file(
        path.name,
        f"cannot be read ({error.strerror})",
        f"无法读取（{error.strerror}）",
    )


def refuse_file(name: str, english: str, chinese: str) -> PlannerError:
    """The error for a file that cannot be used, as a sentence about it."""
    name = clean(name)
    return PlannerError.of(f"{name}: {english}.", f"{name}：{chinese}。")


def clean(text: str) -> str:
    """Text that can be shown and sent: no lone surrogates, no line breaks."""
    return " ".join(text.encode(errors="replace").decode().split())
