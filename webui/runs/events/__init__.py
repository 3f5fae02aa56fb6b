"""The events of a run: small tagged records, appended by the kernel, read by the page.

Their schema is `docs/events.md`. What earlier versions wrote is lifted when it is read.
"""

# ruff: noqa: F401

from webui.runs.events.file import FILE, append, of, read, size
from webui.runs.events.history import ENDS, current, last, of_kind
from webui.runs.events.reading import line_of, parsed, record
from webui.runs.events.records import (
    BY_BATCH,
    BY_TOKEN,
    RECORDS,
    Begun,
    CellState,
    Evaluated,
    Event,
    Failed,
    Finished,
    LearnedBefore,
    Measured,
    Moved,
    NoRoom,
    OfAStep,
    Other,
    Ranked,
    Resumed,
    Sampled,
    Saved,
    Scored,
    Scoring,
    Started,
    Step,
    Stops,
    Trial,
    Warned,
)
