"""What its owner says about a run: a shown name, a note, a star.

They lie in ``about.json`` of the run's folder, so that they are copied with it. The
run's id, the name of its folder, never changes.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock

from webui.files import read_json, write_json
from webui.runs.error import RunError

FILE = "about.json"
NAME_LENGTH, NOTE_LENGTH = 80, 10_000
# A larger file was not written by us.
MAX_BYTES = 1_000_000


@dataclass(frozen=True)
class About:
    """A run's shown name and note, both empty where there is none, and its star."""

    name: str = ""
    note: str = ""
    star: bool = False


NOTHING = About()


def read_notes(run: Path) -> About:
    """What is said about a run; what cannot be read says nothing."""
    try:
        if (run / FILE).stat().st_size > MAX_BYTES:
            return NOTHING
    except OSError:
        return NOTHING
    said = read_json(run / FILE)
    if not isinstance(said, dict):
        return NOTHING
    name, note = said.get("name"), said.get("note")
    return About(
        one_line(name)[:NAME_LENGTH] if isinstance(name, str) else "",
        plain_note(note)[:NOTE_LENGTH] if isinstance(note, str) else "",
        said.get("star") is True,
    )


def change(
    run: Path,
    lock: Path,
    *,
    name: str | None = None,
    note: str | None = None,
    star: bool | None = None,
    was: About | None = None,
) -> About:
    """Say something else about a run; what is None stays. An empty text removes.

    ``lock`` is the file whose holder alone writes; its time tells that one did.

    With ``was``, what the writer saw, a text that another has changed since stays.

    Raises:
        RunError: when a text is too long, another changed it, or the run is gone.
    """
    wanted = {
        "name": None if name is None else fitting_name(name),
        "note": None if note is None else fitting_note(note),
        "star": star,
    }
    lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with FileLock(lock):
        now = read_notes(run)
        changes = {key: value for key, value in wanted.items() if value is not None}
        if was is not None:
            refuse_a_clash(was, now, changes)
        said = replace(now, **changes)  # type: ignore[arg-type]
        if said != now or not (run / FILE).exists():
            write_notes(run, said)
        lock.touch()
    return said


def write_notes(run: Path, said: About) -> None:
    """Replace what is said about a run."""
    try:
        write_json(run / FILE, asdict(said))
    except OSError as error:
        if not run.is_dir():
            raise RunError.of(
                f"{run.name} is gone; somebody deleted it.",
                f"{run.name} 已不存在，可能已被删除。",
            ) from None
        raise RunError.of(
            f"{run / FILE} cannot be written: {error.strerror}.",
            f"无法写入 {run / FILE}：{error.strerror}。",
        ) from None


def refuse_a_clash(was: About, now: About, changes: Mapping[str, object]) -> None:
    """Refuse to write over a text that changed since it was seen."""
    for key, english, chinese in (("name", "name", "名称"), ("note", "note", "备注")):
        seen, there = getattr(was, key), getattr(now, key)
        if key in changes and there not in (seen, changes[key]):
            raise RunError.of(
                f"another tab changed the {english} meanwhile, to "
                f"“{short(there)}”; save again to replace it.",
                f"另一个标签页已将{chinese}改为“{short(there)}”；再次保存即可覆盖。",
            )


def short(text: str, length: int = 60) -> str:
    """A text of one line, cut where it is long."""
    line = one_line(text)
    return line if len(line) <= length else f"{line[: length - 1]}…"


def fitting_name(text: str) -> str:
    """A name on one line, refused when it is too long."""
    name = one_line(text)
    if len(name) > NAME_LENGTH:
        raise RunError.of(
            f"the name has {len(name):,} characters; {NAME_LENGTH} are the most.",
            f"名称有 {len(name):,} 个字符，最多 {NAME_LENGTH} 个。",
        )
    return name


def fitting_note(text: str) -> str:
    """A note, refused when it is too long."""
    note = plain_note(text).strip()
    if len(note) > NOTE_LENGTH:
        raise RunError.of(
            f"the note has {len(note):,} characters; {NOTE_LENGTH:,} are the most.",
            f"备注有 {len(note):,} 个字符，最多 {NOTE_LENGTH:,} 个。",
        )
    return note


def plain_note(text: str) -> str:
    """A text without control characters and without halves of characters."""
    kept = (c for c in text if c in "\n\t" or unicodedata.category(c) not in HIDDEN)
    return "".join(kept)


HIDDEN = ("Cc", "Cs")


def one_line(text: str) -> str:
    """A text on one line, with single spaces."""
    return " ".join(plain_note(" ".join(text.split())).split())


def mark(lock: Path) -> int:
    """A number that changes whenever something was said about a run under this lock."""
    try:
        return lock.stat().st_mtime_ns
    except OSError:
        return 0
