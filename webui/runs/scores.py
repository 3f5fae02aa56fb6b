"""A score: who was measured, by which metric, and what came out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webui.figures import finite
from webui.metrics import metric

# Who is scored without anything else being asked for.
BASE, TUNED = "base", "tuned"


@dataclass(frozen=True)
class Score:
    """One figure of one model; ``interval`` are the bounds that it lies between."""

    who: str
    metric: str
    value: float
    interval: tuple[float, float] | None = None
    rows: int | None = None

    @property
    def written(self) -> str:
        """The value as a person reads it, with its interval."""
        kind = metric(self.metric)
        if self.interval is None:
            return kind.written(self.value)
        low, high = map(kind.written, self.interval)
        return f"{kind.written(self.value)} ({low} – {high})"


def read(given: Any) -> tuple[Score, ...]:
    """The scores in a list that was read from a file; what is odd is left out."""
    listed = given if isinstance(given, Sequence) else ()
    return tuple(score for each in listed if (score := score_of(each)) is not None)


def score_of(given: Any) -> Score | None:
    """One score that was read from a file; None where it is none."""
    if not isinstance(given, Mapping):
        return None
    value, rows = finite(given.get("value")), given.get("rows")
    who, name, bounds = given.get("who"), given.get("metric"), given.get("interval")
    if value is None or not isinstance(who, str) or not isinstance(name, str):
        return None
    found = [finite(bound) for bound in bounds] if isinstance(bounds, list) else []
    low, high = found if len(found) == 2 else (None, None)
    known = None if low is None or high is None else (low, high)
    return Score(who, name, value, known, rows if isinstance(rows, int) else None)


def of_two(values: Mapping[str, Any]) -> tuple[Score, ...]:
    """The scores of an older run: ``base`` and ``tuned``, by one metric."""
    name = str(values.get("metric") or "exact_match").replace(" ", "_")
    rows = values.get("rows")
    return read(
        [
            {"who": who, "metric": name, "value": values.get(who), "rows": rows}
            for who in (BASE, TUNED)
        ]
    )


def by_metric(scores: Iterable[Score]) -> dict[str, list[Score]]:
    """The scores by their metric, in the order in which they came."""
    found: dict[str, list[Score]] = {}
    for score in scores:
        found.setdefault(score.metric, []).append(score)
    return found


def line(scores: Sequence[Score]) -> str:
    """The scores of one metric: "base 10.0%, tuned 50.0% (exact match on 2 ...)"."""
    told = ", ".join(f"{score.who} {score.written}" for score in scores)
    title, rows = metric(scores[0].metric).title.en, scores[0].rows
    on = "" if rows is None else f" on {rows} held-out rows"
    return f"{told} ({title}{on})"


def brief(scores: Iterable[Score], arrow: str) -> str:
    """All scores in a table's cell: "10% → 50%" where base and tuned model have one."""
    found = by_metric(scores)
    told = {name: brief_of(each, arrow) for name, each in found.items()}
    if len(told) < 2:
        return "".join(told.values())
    return "; ".join(f"{metric(n).title.en} {text}" for n, text in told.items())


def brief_of(scores: Sequence[Score], arrow: str) -> str:
    """The scores of one metric in a table's cell."""
    values = {score.who: metric(score.metric).short(score.value) for score in scores}
    if [*values] == [BASE, TUNED]:
        return f" {arrow} ".join(values.values())
    return ", ".join(f"{who} {value}" for who, value in values.items())
