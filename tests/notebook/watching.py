"""Watch a trainer as the kernel does: what moved, and whether it would be stopped."""

from typing import Any

from webui.recorder.moved import Watched, all_warm_up


def watch(trainer: Any) -> dict[str, Any]:
    """What is told of a training to come, filled in while it goes on."""
    from transformers import TrainerCallback

    told: dict[str, Any] = {"verdicts": []}

    class Watches(TrainerCallback):
        def on_train_begin(self, args, state, control, model=None, **_):  # type: ignore
            told["verdicts"].append(all_warm_up(args, state.max_steps))
            self.watched = Watched(model)

        def on_pre_optimizer_step(self, args, state, control, optimizer=None, **_):  # type: ignore
            self.watched.look(optimizer)

        def on_optimizer_step(self, args, state, control, optimizer=None, **_):  # type: ignore
            if self.watched.compare(optimizer):
                self.judge(args)

        def on_train_end(self, args, state, control, **_):  # type: ignore
            self.judge(args)

        def judge(self, args):  # type: ignore
            told["figures"] = self.watched.figures()
            verdict = self.watched.verdict(told["figures"], args.learning_rate)
            told["verdicts"].append(verdict)

    trainer.add_callback(Watches())
    return told
