"""Where a recipe's model lies: a folder or a hub id, a revision, a file in it."""

from dataclasses import dataclass
from pathlib import Path

from webui.recipe.sections import Model
from webui.settings import model_path


@dataclass(frozen=True)
class Source:
    """What ``from_pretrained`` is told about a model, apart from its precision.

    ``path`` is a folder or a hub id; ``gguf_file`` names a file in it. ``trusted``
    says that the user allowed the model's own code.
    """

    path: str
    revision: str | None = None
    gguf_file: str | None = None
    trusted: bool = False

    @property
    def is_local(self) -> bool:
        """Whether the path means a folder and cannot be a hub id."""
        path = self.path
        looks = path.startswith((".", "/", "~", "\\")) or "\\" in path
        return looks or Path(path).is_dir()

    @property
    def folder(self) -> Path | None:
        """The folder on this machine; None for a hub id and for a missing one."""
        folder = Path(self.path)
        return folder if folder.is_dir() else None


def source_of(model: Model | str) -> Source:
    """The source of a recipe's model section, or of a name alone.

    A path to a GGUF file, in either field, means that file in its folder.
    """
    if isinstance(model, str):
        model = Model(name=model)
    path, gguf = model_path(model.name), getattr(model, "gguf_file", "")
    if gguf and Path(gguf).is_absolute():
        path, gguf = str(Path(gguf).parent), Path(gguf).name
    elif not gguf and path.endswith(".gguf") and Path(path).is_file():
        path, gguf = str(Path(path).parent), Path(path).name
    return Source(path, model.revision or None, gguf or None, model.trust_remote_code)


def stamp(model: Model | str) -> int:
    """When a local model last changed, in ns, so that no stale copy is kept."""
    folder = source_of(model).folder
    files = folder.iterdir() if folder else ()
    return max((file.stat().st_mtime_ns for file in files), default=0)
