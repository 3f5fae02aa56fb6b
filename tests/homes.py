"""Homes of their own for tests, which share the starter model."""

from pathlib import Path

from webui import settings


def make_home(home: Path, starter: Path | None = None) -> Path:
    """Make a home folder; the starter model in it is a link to the real one.

    Converting it again for each test would take half a minute. With ``starter`` the
    link leads to another model, which then is the starter of that home.
    """
    starter = starter or settings.starter_folder()
    (home / "models").mkdir(parents=True)
    if starter.is_dir():
        link = home / "models" / settings.STARTER
        link.symlink_to(starter, target_is_directory=True)
    return home
