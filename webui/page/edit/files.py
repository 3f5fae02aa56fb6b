"""Where the cells that are edited by hand now are kept: beside the draft's own file."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from webui.files import read_json, write_json
from webui.kernel import edited
from webui.notebook.edits import Edit, Edits, edits_from, titles_of
from webui.text import Text, filled

FILE = "draft-edits.json"
KEPT = Text(
    "Your own code of {} is not used any more. It is kept: {}",
    "你自己修改的“{}”代码不再使用，已保存：{}",
)


def write(home: Path, edits: Edits) -> None:
    """Keep the edits for the next start; where there never was one, nothing."""
    file = home / FILE
    if edits or file.is_file():
        edited.keep(home, edits)
        write_json(file, {name: asdict(edit) for name, edit in edits.items()})


def read(home: Path) -> dict[str, Edit]:
    """The edits of last time."""
    found = edits_from(read_json(home / FILE))
    edited.keep(home, found)
    return found


def told_kept(home: Path, dropped: Mapping[str, Edit]) -> Text:
    """Which code is no longer in use, and where it is kept."""
    files = [str(edited.file_of(home, n, e.code)) for n, e in dropped.items()]
    places = Text(", ".join(files), "、".join(files))
    return filled(KEPT, titles_of(dropped), places)
