"""Where a recipe's model lies: a folder or a hub id, and what it may do."""

from dataclasses import dataclass
from pathlib import Path

from webui.models.gguf import ENDING
from webui.recipe.copies import loaded_name
from webui.recipe.sections import Model
from webui.settings import model_path


@dataclass(frozen=True)
class Source:
    """What ``from_pretrained`` is told about a model, apart from its precision.

    ``path`` is a folder or a hub id. ``trusted`` says that the user allowed the
    model's own code, ``pickles`` that weights may be read from pickles.
    """

    path: str
    revision: str | None = None
    trusted: bool = False
    pickles: bool = False

    @property
    def is_local(self) -> bool:
        """Whether the path means a place here and cannot be a hub id."""
        path = self.path
        looks = path.startswith((".", "/", "~", "\\")) or "\\" in path
        return looks or self.is_gguf or Path(path).is_dir()

    @property
    def is_gguf(self) -> bool:
        """Whether the path means a GGUF file, which must be unpacked first."""
        return self.path.lower().endswith(ENDING) and not Path(self.path).is_dir()

    @property
    def folder(self) -> Path | None:
        """The folder on this machine; None for a hub id and for a missing one."""
        folder = Path(self.path)
        return folder if folder.is_dir() else None


def source_of(model: Model | str) -> Source:
    """The source of a recipe's model section, or of a name alone."""
    if isinstance(model, str):
        model = Model(name=model)
    return Source(
        model_path(loaded_name(model)),
        model.revision or None,
        model.trust_remote_code,
        model.allow_pickle,
    )


def model_stamp(model: Model | str) -> int:
    """When a local model last changed, in ns, so that no stale copy is kept."""
    folder = source_of(model).folder
    files = folder.iterdir() if folder else ()
    # Links may lead nowhere, as in a copy of the cache.
    return max((f.stat().st_mtime_ns for f in files if f.exists()), default=0)
