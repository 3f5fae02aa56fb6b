"""Which model a home has as its starter."""

from pathlib import Path

from webui.settings import STARTER


def link_starter(home: Path, starter: Path) -> None:
    """Let a model be the starter of a home, whichever was it before."""
    link = home / "models" / STARTER
    link.unlink(missing_ok=True)
    link.symlink_to(starter, target_is_directory=True)
