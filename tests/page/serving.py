"""The page's server as it always is, which begins anew on its home when it is told to.

Run as ``python serving.py RECIPE PORT``. At each line on stdin its home, draft and
memory are those of a server that starts for the first time; only what the planner's
process has imported and counted stays.
"""

import logging
import shutil
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

from webui import app, settings

KEPT = ("kernel", "draft", "device", "card", "places")


def begin_anew(studio: Any, recipe: Path) -> None:
    """Forget all that was asked and done; whoever holds the studio holds it still."""
    studio.cancel_report()
    studio.cancel_unpacking()
    for handler in logging.getLogger("tunebook").handlers:
        handler.close()  # it opens its file again
    empty(studio.kernel.home)
    shutil.rmtree(studio.kernel.folder, ignore_errors=True)
    new = app.open_studio(studio.kernel, recipe)
    vars(studio.draft).update(vars(new.draft))
    kept = {field.name for field in fields(studio)} - {*KEPT}
    vars(studio).update({name: getattr(new, name) for name in kept})


def empty(home: Path) -> None:
    """Leave nothing in a home but the starter model."""
    models = settings.models_folder()
    for path in (*home.iterdir(), *models.iterdir()):
        if path.is_dir() and not path.is_symlink():
            if path != models:
                shutil.rmtree(path, ignore_errors=True)
        elif path.name != settings.STARTER:
            path.unlink()


def main(recipe: Path, port: int) -> None:
    """Serve until stdin ends."""
    studios: list[Any] = []
    open_studio = app.open_studio

    def opened(*given: Any) -> Any:
        studios.append(open_studio(*given))
        return studios[-1]

    app.open_studio = opened
    app.launch(recipe, port=port, block=False)
    app.open_studio = open_studio
    for _ in sys.stdin:
        begin_anew(studios[0], recipe)
        print("anew", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
