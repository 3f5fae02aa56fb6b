"""The commands and their options, as argparse declares them."""

import argparse
import os
from pathlib import Path
from typing import Any

from webui import __version__
from webui.access import Login, parse_login
from webui.address import parse_root

DESCRIPTION = (
    "Fine-tune a language model in your browser on one small GPU, and keep the "
    "notebook. Without a command, the page opens."
)
BY_ID = "its id or shown name, or how its id begins or ends"
RECIPE = (
    "a recipe's YAML file, the name of one that came along (tunebook recipes), or of a "
    "run (tunebook runs), whose own recipe it then is"
)

MOST_HOURS = 168  # a week
MOST_TOKENS = 8192  # as in recipe/sections/compare.py

PRESETS = ("quick", "balanced", "careful")  # as in recipe/presets.py


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    top = argparse.ArgumentParser(prog="tunebook", description=DESCRIPTION)
    top.add_argument("--version", action="version", version=f"tunebook {__version__}")
    commands = top.add_subparsers(
        dest="command", required=True, metavar="COMMAND", title="commands"
    )

    def add(name: str, help: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help)

    add_page(add("page", "open the page in the browser (what `tunebook` alone does)"))
    for name, help, machine in (
        ("run", "train a recipe and score it on its held-out rows", True),
        (
            "plan",
            "count parameters and estimate memory before anything is loaded",
            True,
        ),
        ("script", "write a recipe or a run as one Python file", False),
        ("notebook", "write a recipe or a run as a Jupyter notebook", False),
        ("sweep", "try the recipe's sweep settings, one adapter after the other", True),
    ):
        add_recipe(add(name, help), machine=machine)
    add_plan(commands.choices["plan"])
    again = add("resume", "go on with a run that was cut off or stopped")
    again.add_argument("run", metavar="RUN", help=BY_ID)
    add_json(again)
    add_train_on(add("train-on", "train further from a finished run, as a new run"))
    for name in ("run", "sweep", "train-on"):
        help = "wait in the queue where the kernel is busy, instead of failing"
        add_flag(commands.choices[name], "--queue", help)
    for name in ("script", "notebook"):
        commands.choices[name].add_argument(
            "-o", "--output", type=Path, metavar="FILE", help="instead of stdout"
        )
    add_data(add("data", "look at rows as they will be trained on, and check them all"))
    add_compare(add("compare", "let the base and the tuned model of a run answer"))
    add_demo(add("demo", "show strangers a run beside its base, and nothing else"))
    add_queue(add("queue", "list what waits for the kernel, change it, or run it"))
    add_runs(add("runs", "list the runs with their main figures, or delete one"))
    add_json(add("recipes", "list the recipes that came along"))
    add_doctor(add("doctor", "say what is missing here and how to mend it"))
    add("starter", "fetch the starter model once")
    unpack = add("unpack", "turn a GGUF file into a folder that can be trained, once")
    unpack.add_argument("file", type=Path, metavar="FILE.gguf", help="on this machine")
    return top


def add_page(page: argparse.ArgumentParser) -> None:
    """The page's address and who may open it."""
    page.add_argument("recipe", nargs="?", metavar="RECIPE", help=RECIPE)
    page.add_argument("--host", default="127.0.0.1", help="address to listen on")
    page.add_argument("--port", type=port, help="default: the first free one from 7860")
    add_flag(page, "--share", "a public link by Gradio")
    page.add_argument(
        "--auth",
        type=login,
        default=os.environ.get("TUNEBOOK_AUTH") or None,
        metavar="USER:PASSWORD",
        help="who may open the page, also in TUNEBOOK_AUTH, where no list of processes "
        "shows it; made for you where others could reach it",
    )
    add_root_path(page)
    add_flag(page, "--no-browser", "open no browser")
    page.add_argument(
        "--max-upload", type=positive, default=512, metavar="MB", help="default: 512"
    )


def add_root_path(page: argparse.ArgumentParser) -> None:
    """Under which path or address a proxy shows what is served."""
    page.add_argument(
        "--root-path",
        type=root_path,
        metavar="PATH",
        help="where a proxy shows it, such as /tools/tunebook, or the whole address; "
        "on JupyterHub it is known",
    )


def add_recipe(found: argparse.ArgumentParser, *, machine: bool) -> None:
    """A recipe, and settings on top of it."""
    found.add_argument("recipe", metavar="RECIPE", help=RECIPE)
    add_settings(found)
    found.add_argument(
        "--model",
        metavar="NAME",
        help="another base model; `starter` tries any recipe on a small one",
    )
    found.add_argument(
        "--preset",
        choices=PRESETS,
        help="a set of settings on top of the recipe, and below --set",
    )
    if machine:
        add_json(found)


def add_settings(found: argparse.ArgumentParser) -> None:
    """Values of single fields."""
    found.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SECTION.FIELD=VALUE",
        help="another value for one field, such as adapter.rank=32; may be repeated",
    )


def add_train_on(train_on: argparse.ArgumentParser) -> None:
    """Which run, and what has to be said again: its optimizer and schedule are over."""
    train_on.add_argument("run", metavar="RUN", help=BY_ID)
    train_on.add_argument(
        "--rate",
        required=True,
        metavar="RATE",
        help="the learning rate, often lower than before: the schedule starts anew",
    )
    train_on.add_argument(
        "--schedule", required=True, metavar="NAME", help="such as linear or cosine"
    )
    train_on.add_argument("--epochs", metavar="N", help="default: as many as before")
    train_on.add_argument(
        "--rows", action="append", metavar="FILE", help="other rows; may be repeated"
    )
    add_settings(train_on)
    add_json(train_on)


def add_plan(plan: argparse.ArgumentParser) -> None:
    """Which card, and what more to show."""
    plan.add_argument(
        "--card",
        default="here",
        metavar="CARD",
        help="t4, l4, v100-16, v100-32, rtx3060, rtx4090, a100-40, a100-80 or h100; "
        "default: here, this machine",
    )
    measure = "train two steps here first, and correct the memory by what they took"
    add_flag(plan, "--measure", measure)
    add_flag(plan, "--grid", "count over ranks and target modules")
    plan.add_argument(
        "--structure",
        nargs="?",
        const="",
        metavar="TEXT",
        help="the model as a tree; with TEXT, modules that have it in their names",
    )


def add_data(data: argparse.ArgumentParser) -> None:
    """Which rows, and what to overrule of what is detected."""
    data.add_argument(
        "files", nargs="*", metavar="FILE", help="rows; several are read in order"
    )
    data.add_argument("--hub", metavar="NAME", help="a data set of the hub instead")
    data.add_argument("--format", metavar="NAME", help="instead of the detected one")
    data.add_argument("--template", metavar="NAME", help="short for data.template")
    data.add_argument("--model", metavar="NAME", help="whose tokenizer; the starter's")
    data.add_argument(
        "--rows", type=positive, default=3, metavar="N", help="rows to show"
    )
    add_flag(data, "--quick", "without the report of all rows")
    add_settings(data)
    add_json(data)


def add_compare(compare: argparse.ArgumentParser) -> None:
    """Which run, and what to ask."""
    compare.add_argument("run", metavar="RUN", help=BY_ID)
    compare.add_argument("--prompt", metavar="TEXT", help="default: the recipe's own")
    add_flag(compare, "--score", "score both on the held-out rows as well")
    add_json(compare)


def add_demo(demo: argparse.ArgumentParser) -> None:
    """What to show, where, for how long, and how much strangers may ask."""
    demo.add_argument(
        "run",
        metavar="RUN",
        help=f"{BY_ID}; or the folder of an adapter",
    )
    demo.add_argument(
        "--system",
        metavar="TEXT",
        help="the system prompt; default: that of the training, where the adapter "
        "brings its recipe",
    )
    demo.add_argument("--share", action="store_true", help="a public link by Gradio")
    demo.add_argument("--host", default="127.0.0.1", help="address to listen on")
    demo.add_argument("--port", type=port, help="default: the first free one from 7860")
    add_root_path(demo)
    demo.add_argument("--no-browser", action="store_true", help="open no browser")
    demo.add_argument(
        "--hours", type=hours, default=8.0, metavar="N", help="then it ends; default: 8"
    )
    demo.add_argument(
        "--sentence", metavar="TEXT", help="what stands above it, in your words"
    )
    demo.add_argument(
        "--sentence-zh", metavar="TEXT", help="the same on the Chinese page"
    )
    demo.add_argument(
        "--tokens",
        type=tokens,
        default=200,
        metavar="N",
        help="the longest answer; default: 200",
    )
    demo.add_argument(
        "--seconds",
        type=positive,
        default=120,
        metavar="N",
        help="the longest time for both answers; default: 120",
    )


def add_queue(queue: argparse.ArgumentParser) -> None:
    """What to do with what waits."""
    add_json(queue)
    actions = queue.add_subparsers(dest="action", metavar="ACTION", title="actions")

    def action(name: str, help: str) -> argparse.ArgumentParser:
        found = actions.add_parser(name, help=help, description=help)
        # Given before the action, it must not be taken back here.
        add_json(found, default=argparse.SUPPRESS)
        return found

    action("list", "list what waits (what `tunebook queue` alone does)")
    added = action("add", "let a recipe wait at the end of the queue")
    add_recipe(added, machine=False)
    add_flag(added, "--sweep", "its sweep, not a run")
    named = [action("move", "change a place"), action("remove", "take one out")]
    for found in named:
        found.add_argument("id", metavar="ID", help=BY_ID)
    named[0].add_argument("way", choices=("up", "down", "first"))
    action("run", "work through the queue here, without a page")


def add_runs(runs: argparse.ArgumentParser) -> None:
    """List, compare two, say something about one, or delete one."""
    one = runs.add_mutually_exclusive_group()
    one.add_argument(
        "--diff",
        nargs=2,
        metavar=("A", "B"),
        help="the fields in which two runs' recipes differ",
    )
    one.add_argument("--star", metavar="RUN", help="mark this run with a star")
    one.add_argument("--unstar", metavar="RUN", help="take its star off")
    one.add_argument(
        "--note",
        nargs=2,
        metavar=("RUN", "TEXT"),
        help="what you want to remember of it; an empty TEXT removes it",
    )
    one.add_argument(
        "--rename",
        nargs=2,
        metavar=("RUN", "NAME"),
        help="the name to show; its folder keeps its own, an empty NAME shows that",
    )
    one.add_argument("--delete", metavar="RUN", help="delete this run for good")
    add_flag(runs, "--yes", "without asking")
    add_json(runs)


def add_doctor(doctor: argparse.ArgumentParser) -> None:
    """Look, mend, or end the kernel."""
    add_flag(doctor, "--fix", "install what fits, and keep the torch that is here")
    add_flag(doctor, "--end-kernel", "end the kernel and free its memory")
    add_json(doctor)


def add_json(found: argparse.ArgumentParser, **options: Any) -> None:
    """For a machine that reads it."""
    add_flag(found, "--json", "one JSON document on stdout", **options)


def add_flag(
    found: argparse.ArgumentParser, name: str, help: str, **options: Any
) -> None:
    """An option that is there or not."""
    found.add_argument(name, action="store_true", help=help, **options)


def login(text: str) -> Login:
    """USER:PASSWORD, refused with what is wrong with it."""
    try:
        return parse_login(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def hours(text: str) -> float:
    """A time that a demo may be open: no longer than a shared link is."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= MOST_HOURS:
        wanted = f"a number of hours above 0, at most {MOST_HOURS}"
        raise argparse.ArgumentTypeError(f"{text} is not {wanted}")
    return found


def root_path(text: str) -> str:
    """A path or an address, refused with how to write it."""
    try:
        return parse_root(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def port(text: str) -> int:
    """A port that a server can listen on."""
    return at_most(text, 65_535)


def tokens(text: str) -> int:
    """The longest answer that a recipe may ask for."""
    return at_most(text, MOST_TOKENS)


def at_most(text: str, most: int) -> int:
    """A whole number from 1 to another."""
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(
            f"{text} is not a whole number from 1 to {most}"
        )
    return int(text)


def positive(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)
