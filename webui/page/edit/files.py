"""Where the cells that are edited by hand now are kept: beside the draft's own file."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from webui.files import read_json, write_json
from webui.kernel import edited
from webui.notebook.edits import Edit, Edits, edits_from, titles_of
from webui.text import Text, filled

KEPT = Text(
    "Your own code of {} is not used any more. It is kept: {}",
    "你自己修改的“{}”代码不再使用，已保存：{}",
)


def beside(draft: Path) -> Path:
    """The file with the edits that belong to the draft in a file."""
    return draft.with_suffix(".edits.json")


def write(draft: Path, edits: Edits) -> None:
    """Keep the edits beside a draft; where there never was one, nothing."""
    file = beside(draft)
    if edits or file.is_file():
        edited.keep(draft.parent, edits)
        write_json(file, {name: asdict(edit) for name, edit in edits.items()})


def read(draft: Path) -> dict[str, Edit]:
    """The edits that were kept beside a draft."""
    found = edits_from(read_json(beside(draft)))
    edited.keep(draft.parent, found)
    return found


def told_kept(home: Path, dropped: Mapping[str, Edit]) -> Text:
    """Which code is no longer in use, and where it is kept."""
    files = [str(edited.file_of(home, n, e.code)) for n, e in dropped.items()]
    places = Text(", ".join(files), "、".join(files))
    return filled(KEPT, titles_of(dropped), places)
