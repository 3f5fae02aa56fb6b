"""`tunebook compare`: the base and the tuned model of a run answer one prompt."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from webui.commands import follow, progress
from webui.commands.output import print_json
from webui.commands.training import print_failure
from webui.kernel import jobs, process, stopping
from webui.kernel.kernel import Kernel, this_kernel
from webui.kernel.live import listen
from webui.kernel.status import Status, status
from webui.notebook.cells.compare import ANSWERS
from webui.recipe import Recipe
from webui.recipe.checks import check
from webui.recipe.paths import with_value
from webui.runs import events, folder, scores
from webui.runs.events import Failed, Scored, last
from webui.runs.folder import Run
from webui.runs.scores import Score


def compare(arguments: Namespace) -> int:
    """Print both answers as they come, and with ``--score`` both held-out scores."""
    run = folder.find(this_kernel().runs, arguments.run)
    recipe = recipe_to_ask(folder.recipe_of_run(run), arguments.prompt)
    upto = "score" if arguments.score else "compare"
    _, offset = events.read(run.folder)
    with follow.kernel() as kernel:
        heard = hear(kernel, recipe, run, upto, quiet=arguments.json)
        now = status(kernel)
        failed = comparison_failure(kernel, run.folder, offset, now, upto)
    if failed:
        print_failure(failed)
        return 1
    scored = last(events.read(run.folder, offset)[0], Scored)
    print_answers(
        arguments, run, heard, pieces_of(now), scored.scores if scored else ()
    )
    return 0


def recipe_to_ask(recipe: Recipe, prompt: str | None) -> Recipe:
    """The run's own recipe, with the prompt of the command line."""
    if prompt is None:
        return recipe
    return check(with_value(recipe.model_dump(), "compare.prompt", prompt))


def hear(kernel: Kernel, recipe: Recipe, run: Run, upto: str, *, quiet: bool) -> str:
    """Let the kernel answer; print what it says unless quiet, and return that."""
    if status(kernel).word in ("none", "dead"):
        progress.say_progress("Starting the kernel ...")
    heard = ""
    try:
        with jobs.comparing(kernel, recipe, run.folder, upto=upto) as client:
            for pane, text in listen(kernel, client):
                if pane in ANSWERS:
                    heard += text or f"\n{pane}:\n"
                    if not quiet:
                        say = text or f"\n{pane}:"
                        print(say, end="" if text else "\n", flush=True)
                elif pane and not text:
                    progress.say_progress(f"{pane} ...")
    except KeyboardInterrupt:
        stopping.stop(kernel, wait=True)
        raise
    return heard


def comparison_failure(
    kernel: Kernel, run: Path, offset: int, now: Status, upto: str
) -> Failed | None:
    """The event that says why the comparison failed; None when it did not."""
    if now.word in ("none", "dead"):
        cell, code = now.busy.get("cell"), process.exit_code(kernel)
        return Failed(error="KernelDied", cell=cell, code=code)
    if now.cells.get(upto, {}).get("status") == "finished":
        return None
    other = Failed(cell=upto, error="Stopped", message="it was stopped.")
    return last(events.read(run, offset)[0], Failed) or other


def pieces_of(now: Status) -> dict[str, str]:
    """Both answers as the kernel recorded them: live text may have been lost."""
    pieces = now.cells.get("compare", {}).get("pieces", [])
    return {n: text.strip() for n, text in zip(ANSWERS, pieces[1:], strict=False)}


def print_answers(
    arguments: Namespace,
    run: Run,
    heard: str,
    answers: dict[str, str],
    scored: Sequence[Score],
) -> None:
    """Print what was not heard live: recorded answers, scores, or all as JSON."""
    if arguments.json:
        listed = [asdict(score) for score in scored]
        print_json({"run": run.id, "answers": answers, "scores": listed})
        return
    if not heard:
        for name, text in answers.items():
            print(f"\n{name}:\n{text}")
    for found in scores.by_metric(scored).values():
        print(f"\nscore: {scores.line(found)}")
    sys.stdout.flush()
