"""`tunebook unpack`: a GGUF file becomes a folder that can be trained."""

import shlex
from argparse import Namespace

from webui.commands.progress import say_progress
from webui.figures import duration
from webui.models.unpack import start
from webui.planner.job import Progress
from webui.text import Text

LOOK = 0.5  # seconds between two looks at the progress


def unpack(arguments: Namespace) -> int:
    """Unpack the file, print the folder, and say what can be done with it."""
    folder = str(start(arguments.file).finish(LOOK, Teller().tell))
    print(folder)
    say_progress(f"Next: tunebook run starter-extract --model {shlex.quote(folder)}")
    return 0


class Teller:
    """Says each stage once, and about every tenth of a long one."""

    def __init__(self) -> None:
        self.last: tuple[Text, int] | None = None

    def tell(self, now: Progress) -> None:
        """Say how far it is, where that is news."""
        tenth = int(10 * (now.share or 0))
        if self.last == (now.stage, tenth):
            return
        self.last = (now.stage, tenth)
        words = now.stage.en.capitalize()
        if now.share:
            words += f": {now.share:.0%}"
        if now.seconds_left is not None:
            words += f", about {duration(now.seconds_left)} left"
        say_progress(f"{words} ...")
