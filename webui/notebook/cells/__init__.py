"""The cells of the notebook, and the kinds of jobs that they make up.

Each file here declares one cell, as ``CELL``, and its template has the cell's name. A
file that is added is a cell: nothing else has to know of it.
"""

import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module

from webui.notebook.cells.kind import SPANS, CellKind, JobName
from webui.text import Text


@dataclass(frozen=True)
class JobKind:
    """What the kernel can be given to do.

    Attributes:
        cells: the names of its cells, in order.
        own_run: whether it has a run of its own.
    """

    cells: tuple[str, ...]
    own_run: bool

    @property
    def last(self) -> str:
        """The cell with which it ends."""
        return self.cells[-1]

    def upto(self, name: str) -> tuple[str, ...]:
        """Its cells up to this one."""
        return self.cells[: self.cells.index(name) + 1]


def declared() -> Iterator[CellKind]:
    """Every cell that a file here declares."""
    for module in pkgutil.iter_modules(__path__):
        if kind := getattr(import_module(f"{__name__}.{module.name}"), "CELL", None):
            yield kind


def in_order(kinds: Iterable[CellKind]) -> dict[str, CellKind]:
    """Cells by name, each behind those that it needs.

    Raises:
        ValueError: when some need one another, or one that is not there.
    """
    left, placed = sorted(kinds, key=lambda kind: kind.name), dict[str, CellKind]()
    while left:
        for kind in left:
            if {*kind.needs, kind.stands_after} - {""} <= placed.keys():
                break
        else:
            raise ValueError(f"no order of {[kind.name for kind in left]}")
        left.remove(kind)
        placed[kind.name] = kind
    return placed


def cells_of(job: JobName) -> tuple[str, ...]:
    """The cells of a kind of job, in order."""
    return tuple(kind.name for kind in KINDS.values() if job in kind.jobs)


KINDS = in_order(declared())
RUN = JobKind(cells_of("run"), own_run=True)
SWEEP = JobKind(cells_of("sweep"), own_run=True)
COMPARE = JobKind(cells_of("compare"), own_run=False)
JOBS: dict[str, JobKind] = {"run": RUN, "sweep": SWEEP, "compare": COMPARE}

# The cells whose code the page shows: all that stand in the notebook of a run.
SHOWN = tuple(
    name
    for name in KINDS
    if any(name in job.cells for job in JOBS.values() if job.own_run)
)
# Those that have a place of their own there, by which they are counted.
NUMBERED = tuple(name for name in SHOWN if not KINDS[name].shown_with)
# The cells that speak of one adapter, attached and trained.
TRIES = tuple(name for name, kind in KINDS.items() if kind.part_of == "try")


def number_of(name: str) -> int:
    """The number of a cell on the page, from 1."""
    return NUMBERED.index(KINDS[name].shown_with or name) + 1


def has_own_run(job: str | None) -> bool:
    """Whether a job of this kind has a run of its own."""
    return job in JOBS and JOBS[job].own_run


def kind_of(name: str | None) -> CellKind:
    """How a cell is declared; one that is not, as of an older run, is a plain one."""
    return KINDS.get(name or "") or CellKind(name or "", Text(name or "", name or ""))


def undone_by(name: str) -> tuple[str, ...]:
    """The cells whose effect is gone once this one runs."""
    begins = kind_of(name).begins
    gone = SPANS[SPANS.index(begins) :] if begins else ()
    return tuple(kind.name for kind in KINDS.values() if kind.part_of in gone)


def reads(names: Iterable[str], folder: str) -> bool:
    """Whether one of these cells reads this folder beside it."""
    return any(folder in kind_of(name).reads for name in names)
