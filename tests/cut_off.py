"""What lies in the folder of a run whose kernel died."""

from pathlib import Path

from webui.kernel import closing
from webui.runs import checkpoints, events


def save(run: Path, step: int) -> None:
    """A whole checkpoint after a step, as far as a look at it can tell."""
    saved = run / checkpoints.FOLDER / f"checkpoint-{step}"
    saved.mkdir(parents=True)
    for name in (*checkpoints.NEEDED, checkpoints.WEIGHTS[0]):
        (saved / name).write_bytes(b"x")
    (saved / checkpoints.STATE).write_text(f'{{"global_step": {step}}}')
    events.append(run, events.Saved(checkpoint=saved.name, step=step, bytes=4))


def resume_and_die(run: Path, step: int, *, automatic: bool = True) -> None:
    """The events of a resume that came to nothing."""
    name = f"checkpoint-{step}"
    events.append(run, events.Resumed(step=step, checkpoint=name, automatic=automatic))
    closing.close(run, "train", 137)
