"""Where things live: the home folder, the starter model, the kernel's files."""

import os
from pathlib import Path

STARTER = "SmolLM2-135M-Instruct"


def home() -> Path:
    """Return the folder of everything that lasts: $TUNEBOOK_HOME or ~/.tunebook."""
    named = os.environ.get("TUNEBOOK_HOME")
    return (Path(named) if named else Path("~/.tunebook")).expanduser().absolute()


def data_folder() -> Path:
    """Return the folder of uploaded data sets."""
    return home() / "data"


def models_folder() -> Path:
    """Return the folder of models kept by Tunebook."""
    return home() / "models"


def starter_folder() -> Path:
    """Return the folder of the converted starter model."""
    return models_folder() / STARTER


def kernel_folder() -> Path:
    """Return the folder of this environment's kernel, for its connection and locks.

    It is Jupyter's runtime folder and not the home: a mounted home may be slow
    and may have no locks.
    """
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir()).absolute() / "tunebook"


def shipped_recipes() -> Path:
    """Return the recipes that came with this copy: the checkout's or the wheel's."""
    package = Path(__file__).resolve().parent
    shipped = package / "shipped"
    return shipped if shipped.is_dir() else package.parent / "recipes"


def model_path(name: str) -> str:
    """Return what ``from_pretrained`` takes for a model's name in a recipe."""
    return str(starter_folder()) if name == "starter" else name
