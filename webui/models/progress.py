"""How far a model's download is: a look at the cache's files, nothing is asked."""

from dataclasses import dataclass

from webui.models.cache import bytes_arrived

SETTLED = 3  # seconds before a speed says anything


@dataclass(frozen=True)
class Progress:
    """A download at one moment, in bytes and seconds.

    ``arrived`` came since the download began, ``done`` includes what was there before.
    """

    done: int
    total: int
    arrived: int
    seconds: float

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total) if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None while that is not known."""
        if self.arrived <= 0 or self.seconds < SETTLED:
            return None
        return max(0, self.total - self.done) / self.arrived * self.seconds


def measure_download(path: str, total: int, began: float, now: float) -> Progress:
    """How far the download of a model of the hub is.

    Args:
        path: its hub id.
        total: bytes that a run needs of it.
        began: when the cell that downloads it began, in seconds since 1970.
        now: the present moment, likewise.
    """
    done = min(bytes_arrived(path), total)
    arrived = min(bytes_arrived(path, since=began), done)
    return Progress(done, total, arrived, now - began)
