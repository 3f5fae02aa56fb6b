"""What `tunebook plan` prints for a person."""

from collections.abc import Iterable
from dataclasses import asdict

from webui.commands import plan_structure
from webui.commands.data_text import say_quoted
from webui.commands.planned import Plan
from webui.counts.memory.fit import Fit
from webui.counts.parameters.count import Count
from webui.counts.parameters.grid import Grid
from webui.counts.parameters.structure import Node
from webui.figures import in_bytes, whole
from webui.recipe.copies import copy_of
from webui.recipe.methods import Method, Source, explained
from webui.rows.prepare.told import split_sentence


def show(found: Plan, text: str | None) -> None:
    """Print everything to stdout; the part of the structure that has ``text`` in it."""
    show_method(explained(found.recipe))
    if copy := copy_of(found.recipe.model):
        say_quoted(f"loads       {copy}, which holds the experts in 4 bits")
    if found.count:
        show_count(found.count)
    if found.grid:
        show_grid(found.grid)
    if found.structure and text is not None:
        show_structure(found.structure, text)
    if found.card:
        say_quoted(f"card        {found.card.title.en}, {in_bytes(found.card.memory)}")
    if found.fit:
        show_fit(found.fit)
    if found.rows:
        say_quoted(f"rows        {split_sentence(found.rows).en}")
    if found.rates:
        say_quoted(f"training    {found.rates.text.en}")
    if found.preview:
        for warning in found.preview.warnings:
            say_quoted(f"note        {warning.text.en}")
    for problem in found.problems:
        say_quoted(f"problem     {problem}")


def show_method(methods: Iterable[Method]) -> None:
    """What learns, in a sentence each, and who found it."""
    for number, told in enumerate(methods):
        word = "with" if number else "method"
        say_quoted(f"{word:12}{told.title.en}: {told.sentence.en}")
        say_quoted(f"{'':12}{cited(told.source)}, {told.source.url}")


def cited(source: Source) -> str:
    """A paper in one line."""
    return f"{source.authors} {source.year}, {source.title}"


def show_count(count: Count) -> None:
    """The exact counts, as a whole and by module type."""
    share = f"{whole(count.trainable)} of {whole(count.total)}"
    say_quoted(f"parameters  {share} learn ({count.percent:.4f} %)")
    say_quoted(f"  {whole(count.base)} in the base, without an adapter")
    say_quoted(f"  {whole(count.before)} learn as Unsloth loads it, before any adapter")
    if count.packed is not None:
        say_quoted(
            f"  {whole(count.packed)} in the base as its 4-bit weights are packed"
        )
    if count.note:
        say_quoted(f"note        {count.note.en}")
    wide = max(map(len, ("module", *count.all_by_module)))
    say_quoted(f"  {'module':{wide}}{'learn':>15}{'of':>17}")
    for name, number in count.all_by_module.items():
        learning = whole(count.by_module.get(name, 0))
        say_quoted(f"  {name:{wide}}{learning:>15}{whole(number):>17}")


def show_grid(grid: Grid) -> None:
    """How many learn with other ranks and targets."""
    titles = "".join(f"{rank:>15}" for rank in grid.ranks)
    say_quoted(f"{'grid':20}{titles}  (rank)")
    for row in grid.rows:
        figures = "".join(f"{whole(number):>15}" for number in row.trainable)
        say_quoted(f"  {row.title.en:18}{figures}")


def show_structure(root: Node, text: str) -> None:
    """The tree, or the part that was asked for."""
    say_quoted("structure")
    tree = plan_structure.matching_modules(root, text)
    for line in plan_structure.module_lines(tree, 1) if tree else ():
        say_quoted(line)
    if tree is None:
        say_quoted(f"  No module has {text!r} in its name.")


def show_fit(fit: Fit) -> None:
    """The estimate in its parts, the verdict, and what to change."""
    memory, verdict = fit.verdict.memory, fit.verdict
    low, high = in_bytes(memory.low), in_bytes(memory.high)
    say_quoted(
        f"memory      about {in_bytes(memory.total)} at its peak ({low} to {high})"
    )
    if verdict.measured is not None:
        took = in_bytes(verdict.measured)
        say_quoted(
            f"  corrected by a run of these settings and rows here, which took {took}"
        )
    for name, part in asdict(memory).items():
        say_quoted(f"  {name:16}{in_bytes(part):>15}")
    say_quoted(f"verdict     {verdict.text.en}")
    say_quoted(f"  {'largest batch':18}{verdict.largest_batch:>13}")
    say_quoted(f"  {'longest sequence':18}{fit.longest_sequence:>13} tokens")
    for number, step in enumerate(fit.remedies.steps, 1):
        changes = ", ".join(f"{path}={value}" for path, value in step.values.items())
        about = in_bytes(step.memory.total)
        say_quoted(f"remedy {number:<4} {step.text.en} Then about {about}. ({changes})")
    if fit.remedies.text:
        say_quoted(f"advice      {fit.remedies.text.en}")
