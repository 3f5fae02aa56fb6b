"""`tunebook demo`: show strangers one run, the base beside it, and nothing else."""

import sys
from argparse import Namespace
from pathlib import Path

from webui.commands.machine import has_display
from webui.demo.source import CELLS
from webui.demo.words import SENTENCE
from webui.kernel.kernel import this_kernel
from webui.runs import folder as runs
from webui.text import Text


def demo(arguments: Namespace) -> int:
    """Show a run or an exported adapter until its time is over."""
    from webui.demo.limits import Limits
    from webui.demo.serve import Place, serve
    from webui.demo.source import find_source

    found = find_source(this_kernel().runs, arguments.run)
    tell_by_hand(found.adapter.parent)
    source = found.asked_with(arguments.system)
    place = Place(
        host=arguments.host,
        port=arguments.port,
        share=arguments.share,
        root_path=arguments.root_path,
        inbrowser=not arguments.no_browser and has_display(),
    )
    limits = Limits(tokens=arguments.tokens, seconds=arguments.seconds)
    said = sentence_of(arguments.sentence, arguments.sentence_zh)
    serve(source, place, limits, sentence=said, hours=arguments.hours)
    return 0


def tell_by_hand(run: Path) -> None:
    """Say which code by hand of a run a demo leaves out: it runs the form's."""
    if names := [name for name in runs.edits_of_run(run) if name in CELLS]:
        told = "Edited by hand in this run, and not in its demo: " + ", ".join(names)
        print(told, file=sys.stderr)


def sentence_of(english: str | None, chinese: str | None) -> Text:
    """The owner's sentence: said in one language, it stands on both pages."""
    one = english or chinese
    return Text(english or one, chinese or one) if one else SENTENCE
