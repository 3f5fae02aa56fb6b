"""Homes of their own for tests, which share the starter model."""

from pathlib import Path

from webui import settings


def make_home(home: Path) -> Path:
    """Make a home folder; the starter model in it is a link to the real one.

    Converting it again for each test would take half a minute.
    """
    starter = settings.starter_folder()
    (home / "models").mkdir(parents=True)
    if starter.is_dir():
        (home / "models" / starter.name).symlink_to(starter, target_is_directory=True)
    return home
