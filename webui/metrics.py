"""What is measured, by name: its title, its unit, and which way is better.

A metric that nobody declared is shown by its own name, and drawn like any other.
"""

from dataclasses import dataclass
from typing import Literal

from webui.figures import brief, duration, in_bytes, whole
from webui.text import Text

Unit = Literal["", "share", "bytes", "seconds", "count"]
Better = Literal["smaller", "larger", ""]

# What the name of a metric begins with where it was measured on rows set aside.
UNSEEN = "eval_"


@dataclass(frozen=True)
class Metric:
    """A figure by name. ``better`` is empty where neither direction is.

    ``drawn`` says whether it has a curve of its own; ``folded`` how one point of a
    curve stands for several steps, and ``spread`` which extremes stay beside it.
    """

    name: str
    title: Text
    unit: Unit = ""
    better: Better = ""
    digits: int = 4
    drawn: bool = True
    folded: Literal["mean", "last", "highest"] = "mean"
    spread: tuple[Literal["low", "high"], ...] = ("low", "high")

    def written(self, value: float | None) -> str:
        """A value as a person reads it; a dash for none."""
        if value is None:
            return "–"
        match self.unit:
            case "share":
                return f"{value:.1%}"
            case "bytes":
                return in_bytes(value)
            case "seconds":
                return duration(value)
            case "count":
                return whole(value)
        return brief(value, self.digits)

    def short(self, value: float) -> str:
        """A value in a table: a share without decimals."""
        return f"{value:.0%}" if self.unit == "share" else self.written(value)

    @property
    def unseen(self) -> bool:
        """Whether it was measured on rows that are set aside."""
        return self.name.startswith(UNSEEN)


# What trainers log beside what is shown: it stays in the events.
QUIET = (
    "epoch",
    "num_tokens",
    "entropy",
    "mean_token_accuracy",
    "runtime",
    "samples_per_second",
    "steps_per_second",
    "num_input_tokens_seen",
    "total_flos",
)

METRICS = {
    metric.name: metric
    for metric in (
        Metric("loss", Text("loss", "损失"), better="smaller"),
        Metric("eval_loss", Text("evaluation loss", "评估损失"), better="smaller"),
        Metric(
            "learning_rate",
            Text("learning rate", "学习率"),
            digits=3,
            folded="last",
            spread=(),
        ),
        Metric(
            "grad_norm", Text("gradient norm", "梯度范数"), digits=3, spread=("high",)
        ),
        Metric(
            "tokens_per_second",
            Text("tokens per second", "每秒 token 数"),
            better="larger",
            spread=(),
        ),
        Metric(
            "memory",
            Text("memory", "内存"),
            "bytes",
            "smaller",
            folded="highest",
            spread=(),
        ),
        Metric("exact_match", Text("exact match", "完全匹配率"), "share", "larger"),
        Metric(
            "tokens_guessed",
            Text("tokens guessed", "猜中的 token 比例"),
            "share",
            "larger",
        ),
        *(Metric(name, Text(name, name), digits=3, drawn=False) for name in QUIET),
    )
}


def metric(name: str) -> Metric:
    """The metric of a name; one that nobody declared has the name as its title.

    On rows set aside it is the same metric, as far as nothing else is declared.
    """
    known = METRICS.get(name)
    if known is None and name.startswith(UNSEEN):
        seen = metric(name.removeprefix(UNSEEN))
        return Metric(name, Text(name, name), seen.unit, seen.better, drawn=seen.drawn)
    return known or Metric(name, Text(name, name))
