"""What `tunebook data` prints for a person: tokens with their masks, and figures."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from webui.figures import duration, whole
from webui.notebook.rows import Rows
from webui.planner.job import Progress
from webui.recipe import Recipe
from webui.rows.detection.found import Found
from webui.rows.prepare.told import split_sentence
from webui.rows.preview import Preview, PreviewRow
from webui.rows.report.report import Report

# Where there is no colour, these stand around what is trained on.
OPEN, CLOSE = "\u27e6", "\u27e7"
# A terminal obeys control characters; a file's must not reach it.
PICTURES = {n: chr(0x2400 + n) for n in range(32) if chr(n) not in "\n\t"} | {
    n: "\u2421" for n in range(127, 160)
}
BLOCKS = "\u2587"


def show(
    recipe: Recipe,
    seen: Found,
    shown: Preview,
    report: Report | None,
    rows: Rows | None,
    yaml: str,
) -> None:
    """Print everything to stdout."""
    for name, file in zip(recipe.data.train_files, seen.files, strict=False):
        say_quoted(f"{name}: {file.line.en}")
    if seen.detection and seen.detection.format == recipe.data.format:
        why, sure = seen.detection.why.en, seen.detection.sure
        say_quoted(f"format      {recipe.data.format} ({sure}: {why})")
    else:
        say_quoted(f"format      {recipe.data.format} (as you said)")
    say_quoted(f"\n{yaml}\n")
    for row in shown.rows:
        show_row(row)
    for warning in shown.warnings:
        say_quoted(f"{'warning' if warning.blocks else 'note':12}{warning.text.en}")
    for reason in shown.reasons:
        say_quoted(f"{'left out':12}{reason.en}")
    if report:
        show_report(report)
    if rows:
        say_quoted(f"{'split':12}{split_sentence(rows).en}")


def say_quoted(text: str) -> None:
    """Print a line that may quote a file."""
    print(text.translate(PICTURES))


def show_row(row: PreviewRow) -> None:
    """A row's tokens; what is trained on is underlined, or between marks."""
    from rich.console import Console
    from rich.text import Text

    say_quoted(
        f"{row.place.en}: {whole(row.length)} tokens, {row.share:.0%} trained on"
        + (f", cut from {whole(row.whole)}" if row.truncated else "")
    )
    console = Console(soft_wrap=True, highlight=False)
    text = Text()
    trained = False
    for token in row.tokens:
        if not console.is_terminal and token.trained != trained:
            text.append(OPEN if token.trained else CLOSE)
        trained = token.trained
        style = "green underline" if trained else "dim"
        text.append(token.text.translate(PICTURES), style)
    if trained and not console.is_terminal:
        text.append(CLOSE)
    if sum(len(token.ids) for token in row.tokens) < row.length:
        text.append(" ...")
    console.print(text, end="\n\n")


def show_report(report: Report) -> None:
    """The figures of all rows."""
    lengths, twins = report.lengths, report.duplicates
    used = report.train.kept + report.heldout.kept
    read = report.train.read + report.heldout.read
    figures = {
        "rows": f"{whole(used)} of {whole(read)} can be used",
        "empty": whole(report.empty.count),
        "repeats": f"{whole(twins.exact.count)} exact, {whole(twins.near.count)} near",
        "leaks": f"{whole(twins.leaked.count)} held-out rows are training rows, "
        f"{whole(twins.nearly_leaked.count)} nearly",
        "tokens": f"{whole(lengths.tokens)} in the rows not held out, "
        f"{whole(lengths.trained)} trained on",
        "too long": f"{whole(lengths.longer)} rows ({lengths.longer_share:.1%}) have "
        f"more than {whole(lengths.max_length)} tokens; {whole(lengths.suggested)} "
        "would hold 99 %",
    }
    for name, text in figures.items():
        say_quoted(f"{name:12}{text}")
    show_lengths(report)
    for label in report.labels[:10]:
        say_quoted(
            f"{'label':12}{label.name}: {whole(label.count)} ({label.share:.0%})"
        )
    for reason in report.reasons[:10]:
        say_quoted(f"{'left out':12}{whole(reason.rows)} rows: {reason.text.en}")
    for rejection in report.rejections[:10]:
        place = rejection.place
        say_quoted(
            f"  {place.file}, {place.unit.en} {place.number}: {rejection.reason.en}"
        )
    if report.reasons:
        say_quoted(f"{'':12}all of them, with reasons, are in {report.rejected_file}")


def show_lengths(report: Report) -> None:
    """The histogram of lengths, sideways."""
    bins = [bin for bin in report.lengths.histogram if bin.rows]
    most = max((bin.rows for bin in bins), default=0)
    for bin in bins:
        bar = BLOCKS * max(1, round(30 * bin.rows / most))
        say_quoted(
            f"{whole(bin.first):>8} to {whole(bin.last):>7}  {bar} {whole(bin.rows)}"
        )


@contextmanager
def report_bar() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)

        def tell(now: Progress) -> None:
            left = now.seconds_left
            wait = f", {duration(left)} left" if left is not None else ""
            told = f"{now.stage.en}, {whole(now.rows)} rows{wait}"
            bar.update(task, completed=now.share or 0, description=told)

        yield tell
