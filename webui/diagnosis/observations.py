"""What a training shows of itself while it runs, in plain words, and what to change."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from webui.diagnosis import tendencies
from webui.diagnosis.change import (
    Change,
    change_to,
    clip,
    fewer_checkpoints,
    first_valid,
    lower_rate,
    raise_rate,
    usual_rate,
)
from webui.diagnosis.tendencies import Shift, numbers
from webui.figures import brief, in_bytes, whole
from webui.recipe import Recipe
from webui.recipe.objectives import objective_of
from webui.recipe.updates import warm_up
from webui.runs import learned_before
from webui.runs.curve import Curve
from webui.runs.events import (
    Begun,
    Evaluated,
    Event,
    LearnedBefore,
    Moved,
    NoRoom,
    Saved,
    Step,
    Stops,
    current,
    last,
)
from webui.runs.followed import drawn, unseen
from webui.runs.moving import is_faint, movement, too_faint
from webui.runs.stops import runs_on
from webui.text import Text

# Of the events themselves only so many are looked at, from each end.
FIRST_EVENTS, LAST_EVENTS = 200, 2000


@dataclass(frozen=True)
class Observation:
    """Something to know of a training: at which step, and the change that helps."""

    kind: str
    step: int
    text: Text
    change: Change | None = None


def observations(history: Sequence[Event], recipe: Recipe) -> list[Observation]:
    """What the events of a run show; the trials of a sweep show nothing here."""
    some = list(history[-LAST_EVENTS:])
    if len(history) > LAST_EVENTS:
        some = [*history[: min(FIRST_EVENTS, len(history) - LAST_EVENTS)], *some]
    some = [event for event in current(some) if getattr(event, "trial", None) is None]
    return observed(curve_of(some), some, recipe)


def curve_of(history: Sequence[Event]) -> Curve:
    """The figures of a training from its events."""
    curve = Curve()
    for event in history:
        if isinstance(event, Step):
            curve.add_step({"step": event.step} | drawn(event.figures.items()))
        elif isinstance(event, Evaluated):
            curve.add_evaluation({"step": event.step} | unseen(event.logs))
    return curve


def observed(
    curve: Curve, others: Sequence[Event], recipe: Recipe
) -> list[Observation]:
    """What a training's curve and its other events show, the most urgent first."""
    found: list[Observation] = []
    for rule in (climbing, exploding, worse_on_unseen, still, slower):
        found += rule(curve, others, recipe)
    # A loss that runs away is told once.
    if any(each.kind == "climbing" for each in found):
        found = [each for each in found if each.kind not in ("still", "exploding")]
    if is_faint(movement(last(others, Moved))):
        found = [each for each in found if each.kind != "still"]
    for told in (no_room, smaller_batch, faint, never_stops, watches_learned):
        found += told(others, recipe)
    silent = objective_of(recipe).not_observed
    return [each for each in found if each.kind not in silent]


def climbing(
    curve: Curve, others: Sequence[Event], recipe: Recipe
) -> Iterator[Observation]:
    if moved := tendencies.climbing(curve.logged("loss")):
        low, now = brief(moved.before, 3), brief(moved.now, 3)
        yield Observation(
            "climbing",
            curve.last_step,
            Text(
                f"The loss climbed from {low} to {now}: the steps are too large, and "
                "what was learned is being lost. Stop, and lower the learning rate.",
                f"损失从 {low} 升到 {now}：更新幅度过大，学到的内容正在丢失。"
                "请停止并降低学习率。",
            ),
            first_valid(recipe, lower_rate(recipe)),
        )


def exploding(
    curve: Curve, others: Sequence[Event], recipe: Recipe
) -> Iterator[Observation]:
    limit = recipe.training.max_grad_norm
    if moved := tendencies.exploding(curve.logged("grad_norm"), limit):
        usual, now = brief(moved.before, 2), brief(moved.now, 3)
        times = whole(moved.now / max(moved.before, 1e-9))
        yield Observation(
            "exploding",
            curve.last_step,
            Text(
                f"The gradient norm went up to {now}, {times} times its median of "
                f"{usual}. Clipping holds single ones back; so many say that the steps "
                "are too large.",
                f"梯度范数升到 {now}，约为中位数 {usual} 的 {times} 倍。"
                "裁剪能压住个别尖峰；接连出现说明更新幅度过大。",
            ),
            first_valid(recipe, clip(recipe)),
        )


def worse_on_unseen(
    curve: Curve, others: Sequence[Event], recipe: Recipe
) -> Iterator[Observation]:
    found = tendencies.worse_on_unseen(
        curve.evaluated("step"), curve.evaluated("loss"), seen_since_best(curve)
    )
    if found is None:
        return
    step, (best, now) = found
    yield Observation(
        "overfitting",
        step,
        Text(
            f"On the watched rows the loss was lowest at step {step} "
            f"({brief(best, 3)}) and is {brief(now, 3)} now, while it falls on the "
            "training rows: the model learns these by heart. The best is that of then; "
            "stop, or end with it.",
            f"在评估数据上，损失在第 {step} 步最低（{brief(best, 3)}），"
            f"现在是 {brief(now, 3)}，而训练损失仍在下降：模型在死记训练数据。"
            "最佳结果在那一步；可停止训练，或以最佳结果结束。",
        ),
        change_to(
            recipe,
            {
                "evaluation.keep_best": True,
                "evaluation.patience": recipe.evaluation.patience or 2,
            },
        ),
    )


def seen_since_best(curve: Curve) -> Shift:
    """The mean training loss about the best evaluation, and now."""
    steps, losses = curve.logged("step"), curve.logged("loss")
    unseen = np.asarray(curve.evaluated("loss")[-tendencies.LAST :], dtype=float)
    if not len(unseen) or not np.isfinite(unseen).any():
        return Shift(0.0, 0.0)
    best = curve.evaluated("step")[-tendencies.LAST :][int(np.nanargmin(unseen))]
    place, width = bisect_right(steps, best), 2 * tendencies.BLOCK
    before = numbers(losses[max(0, place - width) : place])
    now = numbers(losses[-width:])
    if not len(before) or not len(now):
        return Shift(0.0, 0.0)
    return Shift(float(np.mean(before)), float(np.mean(now)))


def still(
    curve: Curve, others: Sequence[Event], recipe: Recipe
) -> Iterator[Observation]:
    total = begun.max_steps if (begun := last(others, Begun)) else 0
    warmup = warm_up(recipe.training.warmup_steps, total)
    if moved := tendencies.still(curve.logged("loss"), total, warmup):
        before, now = brief(moved.before, 3), brief(moved.now, 3)
        yield Observation(
            "still",
            curve.last_step,
            Text(
                f"The loss hardly moves: {before} at first, {now} now. The learning "
                "rate may be too low, or there is little in these rows that the model "
                "does not know.",
                f"损失几乎没有变化：起初 {before}，现在 {now}。"
                "可能学习率过低，或这些数据对模型来说没有多少新内容。",
            ),
            first_valid(recipe, raise_rate(recipe)),
        )


def slower(
    curve: Curve, others: Sequence[Event], recipe: Recipe
) -> Iterator[Observation]:
    if recipe.training.group_by_length:
        return  # its batches differ in speed by design
    if moved := tendencies.slower(curve.logged("tokens_per_second")):
        before, now = brief(moved.before, 3), brief(moved.now, 3)
        yield Observation(
            "slower",
            curve.last_step,
            Text(
                f"It became slower: {now} tokens a second, {before} at first. Another "
                "program may use the device, or it is hot or saves power.",
                f"速度下降：现在每秒 {now} 个 token，起初为 {before}。"
                "可能有其他程序占用设备，或设备过热、处于省电模式。",
            ),
        )


def no_room(others: Sequence[Event], recipe: Recipe) -> Iterator[Observation]:
    """A checkpoint that was left out, unless a later one found room."""
    left_out, saved = last(others, NoRoom), last(others, Saved)
    if left_out is None or (saved and saved.time > left_out.time):
        return
    needed, free = in_bytes(left_out.needed or 0), in_bytes(left_out.free or 0)
    step = left_out.step
    yield Observation(
        "no_room",
        step,
        Text(
            f"The checkpoint of step {step} was left out: it needs {needed}, and the "
            f"disk has {free}. The training goes on, but could only resume from an "
            "earlier one. Delete runs that you no longer need.",
            f"第 {step} 步的检查点未保存：需要 {needed}，磁盘剩余 {free}。"
            "训练仍在进行，但只能从更早的检查点继续。请删除不再需要的运行。",
        ),
        first_valid(recipe, fewer_checkpoints(recipe)),
    )


def watches_learned(others: Sequence[Event], recipe: Recipe) -> Iterator[Observation]:
    """Watched rows that the run which is trained on has learned."""
    if warned := last(others, LearnedBefore):
        yield Observation(LearnedBefore.tag, 0, learned_before.told(warned))


def smaller_batch(others: Sequence[Event], recipe: Recipe) -> Iterator[Observation]:
    """A batch that the trainer itself made smaller."""
    training = recipe.training
    begun = last(others, Begun) or Begun()
    batch = begun.effective.get("batch_size") or training.batch_size
    if not training.auto_batch_size or batch >= training.batch_size:
        return
    count = -(-training.batch_size * training.gradient_accumulation // batch)
    yield Observation(
        "smaller_batch",
        0,
        Text(
            f"Memory was not enough for batches of {training.batch_size} rows, so it "
            f"trains with {batch}. Each step sees fewer rows than you asked for; add "
            "up more batches to make up for it.",
            f"内存放不下每批 {training.batch_size} 条数据，已自动改为 {batch} 条。"
            "每步看到的数据比设置的少；可增加梯度累积来弥补。",
        ),
        change_to(
            recipe,
            {"training.batch_size": batch, "training.gradient_accumulation": count},
        ),
    )


def faint(others: Sequence[Event], recipe: Recipe) -> Iterator[Observation]:
    """Weights that move, but too little to teach anything."""
    event = last(others, Moved)
    if event and is_faint(movement(event)):
        told = too_faint(movement(event))
        way = first_valid(recipe, usual_rate(recipe))
        yield Observation(
            "faint",
            event.step,
            Text(
                f"The weights move, but {told.en}. Raise the learning rate.",
                f"权重虽有变化，{told.zh}。请提高学习率。",
            ),
            way,
        )


def never_stops(others: Sequence[Event], recipe: Recipe) -> Iterator[Observation]:
    """The model was asked a training prompt, and did not end its answer by itself."""
    if text := runs_on(last(others, Stops)):
        step = last(others, Step)
        yield Observation("never_stops", step.step if step else 0, text)
