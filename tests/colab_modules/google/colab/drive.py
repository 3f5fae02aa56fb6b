"""Mounts the user's drive; here an empty folder."""

from pathlib import Path


def mount(mountpoint: str, force_remount: bool = False) -> None:
    """Make the folder that a mounted drive has."""
    (Path(mountpoint) / "MyDrive").mkdir(parents=True, exist_ok=True)
    print(f"Mounted at {mountpoint}")
