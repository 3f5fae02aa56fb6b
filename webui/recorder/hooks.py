"""Hooks into transformers and Optuna, inside the kernel: progress and a soft stop.

They see every Trainer that a cell makes, so that the cells stay plain. A hook
draws no random numbers: the losses equal those of the exported script.
"""

import math
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webui.metrics import UNSEEN
from webui.recorder import counted, learned, memory, moved, packing, room, samples
from webui.runs import checkpoints
from webui.runs.events import (
    BY_BATCH,
    BY_TOKEN,
    Begun,
    Evaluated,
    Moved,
    NoRoom,
    Ranked,
    Sampled,
    Saved,
    Step,
    Trial,
)
from webui.runs.moving import is_faint

if TYPE_CHECKING:
    from webui.recorder.recorder import Recorder


NUMBERS = {"loss": "the loss", "grad_norm": "the gradient norm"}


def install_callback(recorder: "Recorder") -> None:
    """Add our callback to every Trainer to come, and silence the progress tables."""
    import transformers.trainer
    from transformers import TrainerCallback

    class Progress(TrainerCallback):
        """Writes events, prints a line now and then, and watches for the stop flag."""

        def on_train_begin(  # type: ignore
            self, args, state, control, model=None, train_dataloader=None, **_
        ):
            self.objective = learned.objective_in(recorder.run_folder)
            self.rows_in_one = packing.rows_in_one(train_dataloader)
            self.clock, self.tokens = time.monotonic(), 0.0
            recorder.emit(
                Begun(
                    trial=recorder.trial,
                    max_steps=state.max_steps,
                    losses=BY_TOKEN if self.objective.by_token else BY_BATCH,
                    effective=effective_settings(args, state, model)
                    | packing.in_effect(train_dataloader),
                    **parameter_counts(model),
                )
            )
            counted.hold_to_plan(model, recorder.planned, recorder.tried)
            self.refuse(moved.all_warm_up(args, state.max_steps), control)
            self.watched = moved.Watched(model)
            self.sampled = -1
            self.sample(state)

        def refuse(self, told: str, control) -> None:  # type: ignore
            """End a training that teaches nothing; of a sweep, this trial."""
            if told and not recorder.in_trials:
                raise moved.NothingLearned(told)
            control.should_training_stop |= bool(told)

        def on_pre_optimizer_step(self, args, state, control, optimizer=None, **_):  # type: ignore
            self.watched.look(optimizer)

        def on_optimizer_step(self, args, state, control, optimizer=None, **_):  # type: ignore
            if self.watched.compare(optimizer):
                self.judge(args, state.global_step + 1, control)

        def judge(self, args, step: int, control) -> None:  # type: ignore
            """Tell how much moved, and end the training where nothing does."""
            figures = self.watched.figures()
            told = self.watched.verdict(figures, args.learning_rate)
            teaches = not told and not is_faint(figures)
            trial = recorder.trial
            recorder.emit(Moved(trial=trial, step=step, teaches=teaches, **figures))
            if not recorder.stop_asked:
                self.refuse(told, control)

        def on_log(self, args, state, control, logs=None, model=None, **_):  # type: ignore
            logs = logs or {}
            kind = logged_kind(logs)
            if kind is None:
                return
            recorder.emit(
                kind(
                    trial=recorder.trial,
                    step=state.global_step,
                    max_steps=state.max_steps,
                    **self.rates(args, logs),
                    memory=memory.in_use(),
                    logs=dict(logs),
                )
            )
            if told := lost(logs, state.global_step, scaled=args.fp16):
                if not recorder.in_trials:
                    raise FloatingPointError(told)
                control.should_training_stop = True  # a trial; others go on
            # About twenty lines for the notebook, whatever the length of the run.
            every = max(1, state.max_steps // 20)
            if kind is Step and state.global_step % every == 0:
                print(progress_line(state, logs), flush=True)
            # Each step is logged before it is saved, and after all that ask for it.
            self.look_for_room(args, state, control, model)

        def rates(self, args, logs: dict[str, Any]) -> dict[str, Any]:  # type: ignore
            """Tokens (padding not counted) and rows per second since the last step."""
            tokens, now = logs.get("num_tokens"), time.monotonic()
            if tokens is None:
                return {"tokens_per_second": None, "samples_per_second": None}
            seconds = max(now - self.clock, 1e-9)
            rows = args.train_batch_size * args.gradient_accumulation_steps
            rows *= self.rows_in_one
            rate = (tokens - self.tokens) / seconds
            self.clock, self.tokens = now, tokens
            return {
                "tokens_per_second": round(rate, 1),
                "samples_per_second": round(rows / seconds, 2),
            }

        def on_evaluate(self, args, state, control, eval_dataloader=None, **_):  # type: ignore
            if recorder.in_trials:
                return
            self.sample(state)
            # Other rows have no labels, by which each would have a loss of its own.
            self.rank(state, eval_dataloader if self.objective.by_token else None)
            self.clock = time.monotonic()  # no step's own time

        def on_train_end(self, args, state, control, **_):  # type: ignore
            recorder.trainings += state.global_step > 0
            self.judge(args, state.global_step, control)
            self.sample(state)

        def sample(self, state) -> None:  # type: ignore
            """Let the model answer the sample prompts, once at a step."""
            watch = recorder.watch
            if watch.get("code") and self.sampled != state.global_step:
                self.sampled = state.global_step
                self.show(Sampled, state, "answers", samples.answer_samples)

        def rank(self, state, loader: Any) -> None:  # type: ignore
            """Show which rows the model knows best and worst."""
            if recorder.watch.get("ranked_rows") and loader is not None:
                step = state.global_step
                self.show(Ranked, state, "rows", samples.ranked, loader, step)

        def show(  # type: ignore
            self, kind: Any, state, name: str, made: Callable[..., Any], *more: Any
        ) -> None:
            """An event that costs the model some work, and must not end a training."""
            try:
                told = made(recorder.watch, recorder.shell.user_ns, *more)
                recorder.emit(kind(step=state.global_step, **{name: told}))
            except Exception:
                recorder.write_log(traceback.format_exc())

        def on_step_end(self, args, state, control, **_):  # type: ignore
            if recorder.stop_asked:
                control.should_training_stop = control.should_save = True

        def on_epoch_end(self, args, state, control, model=None, **_):  # type: ignore
            self.look_for_room(args, state, control, model)

        def look_for_room(self, args, state, control, model) -> None:  # type: ignore
            """Leave out a checkpoint for which the disk has no room, and go on."""
            if not control.should_save:
                return
            kind = str(getattr(args.optim, "value", args.optim))
            found = room.for_checkpoint(Path(args.output_dir).parent, model, kind)
            if not found.enough:
                control.should_save = False
                step, needed = state.global_step, found.needed
                recorder.emit(NoRoom(step=step, needed=needed, free=found.free))

        def on_save(self, args, state, control, **_):  # type: ignore
            name = f"checkpoint-{state.global_step}"
            taken = checkpoints.bytes_of(Path(args.output_dir) / name)
            recorder.emit(
                Saved(
                    checkpoint=name,
                    step=state.global_step,
                    bytes=taken,
                    peak_memory=memory.peak(),
                )
            )

    trainer = transformers.trainer
    ours = [c for c in trainer.DEFAULT_CALLBACKS if c.__name__ != Progress.__name__]
    trainer.DEFAULT_CALLBACKS = [*ours, Progress]
    trainer.DEFAULT_PROGRESS_CALLBACK = TrainerCallback


def logged_kind(logs: Mapping[str, Any]) -> type[Step | Evaluated] | None:
    """What a trainer logs: a step, an evaluation, or the summary at its end."""
    if any(name.startswith(UNSEEN) for name in logs):
        return Evaluated
    return Step if "loss" in logs else None


def lost(logs: dict[str, Any], step: int, *, scaled: bool) -> str:
    """What is no number any more, and at which step; empty when all is well.

    ``scaled`` gradients (fp16) may overflow now and then: that step is left out.
    """
    named = {"loss": "the loss"} if scaled else NUMBERS
    for key, name in named.items():
        value = logs.get(key)
        if value is not None and not math.isfinite(value):
            return f"{name} is {value} at step {step}"
    return ""


def progress_line(state: Any, logs: dict[str, Any]) -> str:
    """One line of the training's output."""
    return (
        f"step {state.global_step}/{state.max_steps}  loss {logs['loss']:.4f}"
        f"  learning rate {logs.get('learning_rate', 0):.2e}"
    )


def effective_settings(args: Any, state: Any, model: Any) -> dict[str, Any]:
    """What took effect, beside what the recipe asked for, after every silent change."""
    precision = "bf16" if args.bf16 else "fp16" if args.fp16 else "none"
    return {
        "device": str(model.device),
        "base_precision": str(model.dtype).removeprefix("torch."),
        "loaded_in_8bit": bool(getattr(model, "is_loaded_in_8bit", False)),
        "loaded_in_4bit": bool(getattr(model, "is_loaded_in_4bit", False)),
        **packing_of_weights(model),
        "mixed_precision": precision,
        "optimizer": str(getattr(args.optim, "value", args.optim)),
        "gradient_checkpointing": bool(
            args.gradient_checkpointing
            or getattr(model, "is_gradient_checkpointing", False)
        ),
        "batch_size": state.train_batch_size or args.per_device_train_batch_size,
        "gradient_accumulation": args.gradient_accumulation_steps,
        "learning_rate": args.learning_rate,
        "steps": state.max_steps,
        "seed": args.seed,
    }


def packing_of_weights(model: Any) -> dict[str, Any]:
    """How 4-bit weights are packed; nothing for weights that are whole."""
    states = (getattr(w, "quant_state", None) for w in model.parameters())
    state = next((s for s in states if s is not None), None)
    if state is None:
        return {}
    return {"quant_type": state.quant_type, "double_quant": state.nested}


def parameter_counts(model: Any) -> dict[str, int]:
    """Parameters of the loaded model, those that learn and all; packed ones packed."""
    sizes = [(p.numel(), p.requires_grad) for p in model.parameters()]
    return {
        "trainable": sum(size for size, trained in sizes if trained),
        "total": sum(size for size, _ in sizes),
    }


def install_sweep(recorder: "Recorder") -> None:
    """Make Optuna tell of every trial that ends, and stop when asked."""
    import optuna

    if hasattr(optuna.Study.optimize, "tells"):
        return
    optimize = optuna.Study.optimize

    def tell(study: Any, trial: Any) -> None:
        recorder.emit(
            Trial(
                trial=trial.number,
                params=trial.params,
                value=trial.value,
                metric=(study.metric_names or [Trial.metric])[0],
                direction=study.direction.name.lower(),
            )
        )
        if recorder.stop_asked:
            study.stop()

    def optimize_and_tell(
        study: Any, objective: Any, *args: Any, **kwargs: Any
    ) -> None:
        def noted(trial: Any) -> Any:
            recorder.optuna_trial = trial  # by then, nothing is chosen for it yet
            return objective(trial)

        kwargs["callbacks"] = [*(kwargs.get("callbacks") or []), tell]
        optimize(study, noted, *args, **kwargs)

    optimize_and_tell.tells = True  # type: ignore[attr-defined]
    optuna.Study.optimize = optimize_and_tell
