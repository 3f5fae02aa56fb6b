"""The curves of the Train tab: what the browser asks for, and what it draws them in.

The browser keeps the curves and asks for what is new in pieces of at most 4 kB; nothing
of them goes through Gradio, whose redraws stay few and small.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from webui.figures import duration, in_bytes, whole
from webui.kernel.status import status
from webui.metrics import METRICS, metric
from webui.notebook.cells import kind_of
from webui.page.frame import Page
from webui.page.runs.learned import OLD
from webui.page.stamp import stamp_of
from webui.page.studio import Studio
from webui.page.view import View
from webui.runs import events
from webui.runs import folder as runs
from webui.runs.curve import Piece
from webui.runs.folder import RECIPE
from webui.runs.followed import Training, is_drawn
from webui.runs.trials import by_batch
from webui.text import Text

OFFERED = 40
FILLED = 1000  # bytes of names, beside which no rows are sent

LOW = {"height": 150, "zero": True}
# The charts that every training has, row by row, and what is said below a row; any
# other metric has a chart after these.
CHARTS: list[dict[str, Any]] = [
    {
        "charts": [{"name": "loss", "height": 270, "log": True, "smooth": True}],
        "aside": "losses",
    },
    {
        "charts": [
            {"name": "grad_norm", "log": True, "bands": True, "zero": True},
            {"name": "learning_rate", "zero": True},
        ],
        "aside": "norms",
    },
    {
        "charts": [
            {"name": "tokens_per_second", **LOW},
            {"name": "memory", "limit": True, "scale": 1e9, **LOW},
        ],
        "aside": "rates",
    },
]
TITLES = {name: metric.title for name, metric in METRICS.items() if metric.drawn} | {
    "loss": Text("Loss", "损失"),
    "learning_rate": Text("Learning rate", "学习率"),
    "grad_norm": Text("Gradient norm", "梯度范数"),
    "tokens_per_second": Text("Tokens per second, step by step", "每步的每秒 token 数"),
    "memory": Text("Memory, in GB", "内存（GB）"),
}
LABELS = {
    "evaluated": Text("evaluation", "评估"),
    "smoothing": Text("Smoothing", "平滑"),
    "none_smoothed": Text("off", "关闭"),
    "steps_smoothed": Text("mean of {} steps", "{} 步的平均值"),
    "log": Text("Log scale (loss, gradient norm)", "对数刻度（损失、梯度范数）"),
    "across": Text("Across", "横轴"),
    "step": Text("steps", "步"),
    "epoch": Text("epochs", "轮"),
    "seconds": Text("training time", "训练时间"),
    "reset": Text("Reset zoom", "还原缩放"),
    "over": Text("Lay other runs over", "叠加其他运行"),
    "none": Text("There is no other run yet.", "还没有其他运行。"),
    "healthy": Text("healthy", "正常"),
    "high": Text("high", "偏高"),
    "extreme": Text("far too high", "过高"),
    "card": Text("all there is", "总量"),
    "waiting": Text("The curves begin with the first step.", "第一步之后开始绘制。"),
    "how": Text(
        "Drag over a chart to zoom in, double-click to see all again. With the "
        "keyboard: arrows move the reading, + and − zoom, 0 shows all.",
        "在图上拖动可放大，双击还原。键盘：方向键移动读数，+ 和 − 缩放，0 还原。",
    ),
    "norms": Text(
        "The gradient norm says how hard a step pulls. Its bands are a rule of thumb "
        "and relative to this run's own median: up to 3 times it is healthy, over 10 "
        "times is far too high. Single spikes do no harm, gradient clipping cuts them; "
        "a norm that climbs and stays up asks for a lower learning rate.",
        "梯度范数表示每一步更新的力度。分区是经验法则，以本次运行自身的中位数为准："
        "不超过 3 倍为正常，超过 10 倍为过高。偶尔的尖峰无妨，梯度裁剪会将其削平；"
        "若持续上升并居高不下，请降低学习率。",
    ),
    "rates": Text(
        "Tokens are those that the model reads, questions and answers alike, without "
        "padding. The chart has each step's own rate; the figure above, and that in "
        "Runs, is of the whole training, its evaluations and checkpoints included.",
        "token 指模型读入的全部 token（问题与回答都算，不含填充）。图中是每一步的速度；"
        "上方和“运行记录”中的数字是整个训练的平均值，包括评估和保存检查点的时间。",
    ),
    "old": OLD,
    "losses": Text(
        "The faint line is each step's loss, which jumps from batch to batch. The "
        "strong one is the mean of as many steps around each as stand beside "
        "“Smoothing”; it ends where the faint one does. Circles are evaluations on "
        "the watched rows: when they rise while the line falls, it learns the rows by "
        "heart. ▲ marks a spike above the picture.",
        "浅线是每一步的损失，随批次跳动；深线是每一步前后若干步的平均值（步数见“平滑”），"
        "终点与浅线相同。圆点是在评估数据上的评估："
        "如果曲线下降而圆点上升，说明模型在死记硬背。▲ 表示超出图面的尖峰。",
    ),
}


def frame_of_curves(page: Page) -> str:
    """Where the browser draws; it holds every word that is drawn, and never changes."""
    labels, titles = (
        {name: page.say(text) for name, text in texts.items()}
        for texts in (LABELS, TITLES)
    )
    return str(
        Markup(
            '<div id="curves" data-labels="{}" data-titles="{}" data-charts="{}"></div>'
        ).format(
            *(json.dumps(each, ensure_ascii=False) for each in (labels, titles, CHARTS))
        )
    )


def watched(page: Page, view: View) -> Markup:
    """Which run the browser draws, whether it goes on, what may lie over it."""
    run, now = view.run, view.kernel
    newest = runs.folders(view.studio.kernel.runs)[: OFFERED + 1]
    names = [f.name for f in newest if f != run]
    return Markup(
        '<span data-run="{}" data-live="{}" data-mark="{}" data-others="{}"'
        ' data-overlaid="{}" data-card="{}" data-sweep="{}"></span>'
    ).format(
        run.name if run else "",
        "1" if run and now.word == "busy" and now.run == run else "",
        events.size(run) if run else 0,
        json.dumps(names[:OFFERED], ensure_ascii=False),
        json.dumps(view.studio.overlaid, ensure_ascii=False),
        view.studio.memory,
        "1" if view.is_sweep else "",
    )


def run_folder(root: Path, name: str) -> Path | None:
    """The folder of the run with this id; None for any other name."""
    plain = Path(name).name == name and not name.startswith(".")
    folder = root / name
    # os.path's own answers no to what can be no name, such as one of 5,000 letters.
    return folder if plain and os.path.isfile(folder / RECIPE) else None


@dataclass(frozen=True)
class Asked:
    """What a browser knows of a run's curves: so many steps (``known``) and evaluations
    (``heard``) of one generation; and the part that it wants in more detail."""

    generation: int = -1
    shape: int = 0
    known: int = 0
    heard: int = 0
    first: float | None = None
    last: float | None = None


EVERYTHING = Asked()  # to be told


def curve_news(
    studio: Studio, folder: Path, asked: Asked = EVERYTHING
) -> dict[str, Any]:
    """What is new of a run's curves for a browser that knows so much of them.

    Names are told to who knows another shape; so many that they fill an answer come
    without rows.
    """
    followed = studio.follow(folder)
    with followed.lock:
        curve = followed.curve
        if asked.generation != curve.generation:
            asked = replace(asked, known=0, heard=0)
        said = {} if asked.shape == curve.shape else curve.described
        detail, alone = asked.first is not None, len(json.dumps(said)) > FILLED
        seen, unseen = Piece([], asked.known, alone), Piece([], asked.heard, False)
        if not alone:
            seen = curve.piece(asked.known, asked.first, asked.last)
            unseen = unseen if detail else curve.marks(asked.heard)
        found = {
            **said,
            "generation": curve.generation,
            "shape": curve.shape,
            "from": asked.known,
            "known": seen.known,
            "heard": unseen.known,
            "more": seen.more or unseen.more,
            "rows": seen.rows,
            "marks": unseen.rows,
        }
        if detail or found["more"]:
            return found
        training, steps = followed.training, followed.pace.steps
        found["median"] = followed.median_norm
        evaluated = bool(curve.evaluations["step"])
        found["old"] = evaluated and by_batch(followed.history)
        step = steps[-1] if steps else 0
        names = curve.metrics
    return found | going(studio, folder, training, step, names)


def going(
    studio: Studio,
    folder: Path,
    training: Training | None,
    step: float,
    names: Sequence[str],
) -> dict[str, Any]:
    """How the training stands, and the page: for the end of an answer.

    ``step`` is how many seconds one takes, by which the browser asks ``again``. The
    figures of metrics come in the order of their ``names``, which the browser knows.
    """
    now = status(studio.kernel)
    busy = now.word == "busy" and now.run == folder
    live = busy and bool(kind_of(now.busy.get("cell")).trainings)
    total = training.max_steps if training else 0
    figures = figures_of(training, live, studio.memory) if training else {}
    return {
        "stamp": stamp_of(studio, now),
        "live": busy,
        "again": round(studio.turns.next(step, booked=busy), 1),
        "share": round(100 * training.step / max(total, 1), 1) if training else 0,
        "measured": [figures.pop(name, "") for name in names],
        "figures": figures,
    }


def figures_of(training: Training, live: bool, memory: int) -> dict[str, str]:
    """The figures of a training as they are shown, by name."""
    left = "–"
    if live and training.left is not None:
        left = duration(max(training.left - (time.time() - training.at), 0))
    memory_used = training.figure("memory")
    used = f"{in_bytes(memory_used)} / {in_bytes(memory)}" if memory_used else "–"
    figures = {name: written(training, name) for name in (*FIRST, *further(training))}
    return {
        "step": f"{whole(training.step)} / {whole(training.max_steps)}",
        **figures,
        "left": left,
        "took": duration(training.seconds),
        "memory": used,
    }


# The figures of every training, in the order in which they stand.
FIRST = (
    "epoch",
    "loss",
    "eval_loss",
    "learning_rate",
    "grad_norm",
    "tokens_per_second",
)


def further(training: Training) -> list[str]:
    """What else a trainer measures."""
    return [
        name
        for name in training.figures
        if name not in (*FIRST, "memory")
        and is_drawn(name)
        and training.figure(name) is not None
    ]


def written(training: Training, name: str) -> str:
    """A metric's last value as it is shown."""
    return metric(name).written(training.figure(name))
