"""`tunebook compare`: the base and the tuned model of a run answer one prompt."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

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
from webui.runs import events, folder
from webui.runs.events import Event
from webui.runs.folder import Run
from webui.runs.summary import EXACT, SCORE, last


def compare(arguments: Namespace) -> int:
    """Print both answers as they come, and with ``--score`` both held-out scores."""
    run = folder.find(this_kernel().runs, arguments.run)
    recipe = asked(folder.recipe_of(run), arguments.prompt)
    upto = "score" if arguments.score else "compare"
    _, offset = events.read(run.folder)
    with follow.kernel() as kernel:
        heard = hear(kernel, recipe, run, upto, quiet=arguments.json)
        now = status(kernel)
        failed = failure(kernel, run.folder, offset, now, upto)
    if failed:
        print_failure(failed)
        return 1
    scored = last(events.read(run.folder, offset)[0], "scored")
    tell(arguments, run, heard, pieces_of(now), scored)
    return 0


def asked(recipe: Recipe, prompt: str | None) -> Recipe:
    """The run's own recipe, with the prompt of the command line."""
    if prompt is None:
        return recipe
    return check(with_value(recipe.model_dump(), "compare.prompt", prompt))


def hear(kernel: Kernel, recipe: Recipe, run: Run, upto: str, *, quiet: bool) -> str:
    """Let the kernel answer; print what it says unless quiet, and return that."""
    if status(kernel).word in ("none", "dead"):
        progress.say("Starting the kernel ...")
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
                    progress.say(f"{pane} ...")
    except KeyboardInterrupt:
        stopping.stop(kernel, wait=True)
        raise
    return heard


def failure(
    kernel: Kernel, run: Path, offset: int, now: Status, upto: str
) -> Event | None:
    """The event that says why the comparison failed; None when it did not."""
    if now.word in ("none", "dead"):
        died: Event = {"error": "KernelDied", "cell": now.busy.get("cell")}
        return died | {"code": process.exit_code(kernel)}
    if now.cells.get(upto, {}).get("status") == "finished":
        return None
    other = {"cell": upto, "error": "Stopped", "message": "it was stopped."}
    return last(events.read(run, offset)[0], "failed") or other


def pieces_of(now: Status) -> dict[str, str]:
    """Both answers as the kernel recorded them: live text may have been lost."""
    pieces = now.cells.get("compare", {}).get("pieces", [])
    return {n: text.strip() for n, text in zip(ANSWERS, pieces[1:], strict=False)}


def tell(
    arguments: Namespace,
    run: Run,
    heard: str,
    answers: dict[str, str],
    scored: dict[str, Any],
) -> None:
    """Print what was not heard live: recorded answers, scores, or all as JSON."""
    if arguments.json:
        scores = {k: scored.get(k) for k in SCORE} if scored else None
        print_json({"run": run.id, "answers": answers, "score": scores})
        return
    if not heard:
        for name, text in answers.items():
            print(f"\n{name}:\n{text}")
    if scored:
        print(
            f"\nscore: base {scored['base']:.1%}, tuned {scored['tuned']:.1%} "
            f"({scored.get('metric') or EXACT} on {scored['rows']} held-out rows)"
        )
    sys.stdout.flush()
