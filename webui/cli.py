"""The command line: `tunebook` opens the page; whatever it can do, a command can."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pkgutil import resolve_name

from webui.collecting import uncollected
from webui.commands.options import parser

STANDALONE = ("-h", "--help", "--version")


# Where each command is; imported when it is asked for, so that help comes at once.
COMMANDS = {
    "page": "machine:page",
    "run": "training:run",
    "resume": "training:resume",
    "train-on": "training:train_on",
    "plan": "plan:plan",
    "data": "data:data",
    "script": "export:write_script",
    "notebook": "export:write_notebook",
    "sweep": "training:sweep",
    "compare": "compare:compare",
    "demo": "demo:demo",
    "queue": "queue:queued",
    "runs": "listing:runs",
    "recipes": "listing:recipes",
    "doctor": "machine:doctor",
    "starter": "machine:starter",
    "unpack": "unpack:unpack",
}


# What is heavy for these is imported by a helper process, from the first moment on.
PLANNED = ("plan", "data", "script", "notebook", "run", "sweep")


def tunebook() -> int:
    """The program: a command, with the planner's help, which ends with it."""
    import multiprocessing

    from webui.planner import process as planner

    if is_planned(sys.argv[1:]):
        planner.warm()
    try:
        return main()
    finally:
        # Python would wait until it has answered or imported everything.
        planner.stop()
        for helper in multiprocessing.active_children():
            helper.kill()


def is_planned(given: Sequence[str]) -> bool:
    """Whether a command line will ask the planner."""
    return bool({*given[:1]} & {*PLANNED}) and not {*given} & {*STANDALONE}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 only when all went well."""
    given = sys.argv[1:] if argv is None else argv
    arguments = parser().parse_args(with_command(given))
    try:
        code = command(arguments.command)(arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nLeft.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader has gone; Python's last flush must not complain of it either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        return tell_error(error)


def with_command(given: Sequence[str]) -> list[str]:
    """The words of the command line; without a command it is the page that opens."""
    if given and (not given[0].startswith("-") or given[0] in STANDALONE):
        return list(given)
    return ["page", *given]


def command(name: str) -> Callable[[argparse.Namespace], int]:
    """The function of a command."""
    with uncollected():
        found: Callable[[argparse.Namespace], int] = resolve_name(
            f"webui.commands.{COMMANDS[name]}"
        )
    return found


def tell_error(error: Exception) -> int:
    """Say what went wrong in a sentence; what nobody expected goes to the log too."""
    from webui.errors import UserError

    if isinstance(error, UserError):
        print(as_sentence(str(error)), file=sys.stderr)
    elif isinstance(error, OSError) and error.filename:
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
    else:
        kind = type(error).__name__
        print(f"Something unexpected happened ({kind}: {error})", file=sys.stderr)
        print(keep_traceback(), file=sys.stderr)
    return 1


def as_sentence(text: str) -> str:
    """A text that begins as a sentence does; a path or a field stays as it is."""
    word = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if word.isalpha() else text


def keep_traceback() -> str:
    """Append the current traceback to the log; return where it is."""
    from webui.settings import home

    log = home() / "tunebook.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(traceback.format_exc())
    except OSError:
        return traceback.format_exc()
    return f"The details are in {log}."


if __name__ == "__main__":
    sys.exit(tunebook())
