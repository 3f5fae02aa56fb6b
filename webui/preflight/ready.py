"""Whether a recipe can be trained here: asked before the kernel is."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from webui.counts.memory.cards import Card, this_machine
from webui.counts.packing import packing_problem
from webui.counts.parameters.unfit import kind_unfit
from webui.errors import PlannerError
from webui.models.failures import CodeWantedError
from webui.models.pickles import pickle_problem
from webui.models.pretrained import read_config, read_tokenizer
from webui.models.sizes import disk_problem
from webui.planner.process import ask
from webui.preflight.disk_room import room_problem
from webui.preflight.judged import judgement
from webui.preflight.learning_rates import rate_problems
from webui.preflight.machine import this_card
from webui.preflight.on_cpu import cpu_problem
from webui.preflight.sinks import sink_problems
from webui.recipe import Recipe
from webui.recipe.combinations import device_rules
from webui.recipe.parts import Part
from webui.recipe.problems import Problem, RecipeError
from webui.rows.each import files_of, source_records
from webui.rows.named_columns import column_problems
from webui.rows.prepare.ask import prepared
from webui.rows.prepare.learned import held_out_learned, overlap
from webui.rows.preview import check_rows
from webui.rows.reading.sources import records
from webui.rows.split_check import refuse_split
from webui.runs.parent import parent_problems
from webui.text import Text

Stage = list[tuple[str, Callable]]  # field, question

# A device on which every number takes four bytes, and one that lacks only bf16.
WIDEST = this_machine(0, has_bf16=False)
OLD_GPU = this_machine(0, has_bf16=False, kind="cuda")

ACCEPT = Text(
    "Mend it, or set data.accept_warnings to train all the same.",
    "请修正，或将 data.accept_warnings 设为 true 后继续训练。",
)


def ready(recipe: Recipe, root: Path, *, sweep: bool = False) -> Recipe:
    """The recipe itself, refused here when its data would fail or teach nothing.

    So is one whose adapter does not fit its model, with ``sweep`` in any of its trials;
    that asks for what this machine's device cannot do, that logs to what is not here,
    or whose checkpoints find no room on the disk of ``root``, the folder of all runs.

    Raises:
        RecipeError: with everything that is wrong.
    """
    problems = [*parent_problems(recipe, root), *data_problems(recipe)]
    problems += misfits(recipe, sweep=sweep)
    problems += [*problems_here(recipe), *sink_problems(recipe)]
    problems = [*dict.fromkeys(problems)] or row_problems(recipe, root, sweep=sweep)
    if problems := problems or room_problems(recipe, root):
        raise RecipeError(problems)
    return recipe


def problems_anywhere(recipe: Recipe, root: Path) -> list[Problem]:
    """What keeps a recipe from being trained on any machine: for code to take away."""
    problems = [*parent_problems(recipe, root), *data_problems(recipe, here=False)]
    return [*problems, *misfits(recipe)] or row_problems(recipe, root)


def data_problems(recipe: Recipe, *, here: bool = True) -> list[Problem]:
    """What is wrong with the recipe's rows, seen in the first of them.

    What cannot be read at all is told first; then the model; then what the rows hold.
    Whether the model has room on the disk is asked only if it will be loaded ``here``.
    """
    parts: dict[Part, str] = {"train": rows_field(recipe, "train")}
    if recipe.split.by == "file":
        parts["heldout"] = rows_field(recipe, "heldout")
    stages: list[Stage] = [
        [(path, partial(readable, part=part)) for part, path in parts.items()],
        [("data.columns", column_problems)],
        *model_stages(here=here),
        [("data.packing", partial(packing_problem, on_gpu=False))],
        [(path, partial(blocking, part=part)) for part, path in parts.items()],
    ]
    return first_problems(recipe, stages)


def misfits(recipe: Recipe, *, sweep: bool = False) -> list[Problem]:
    """What of the recipe's adapter its model has no place for, as the plan says it."""
    return [*judgement(recipe, sweep=sweep).problems]


def row_problems(recipe: Recipe, root: Path, *, sweep: bool = False) -> list[Problem]:
    """What is wrong with any of the rows, or with the rates at which so many are
    learned: all are read and prepared for this."""
    field = rows_field(recipe, "train")
    try:
        rows = prepared(recipe)
    except PlannerError as error:
        return [Problem(error.path or field, error.text)]
    if learned := learned_problems(recipe, root, rows.key):
        return learned
    rates = rate_problems(recipe, rows.train, rows.form == "pieces", sweep=sweep)
    if recipe.data.accept_warnings:
        return rates
    return [Problem(field, with_way_out(Text(*text))) for text in rows.stops] + rates


def learned_problems(recipe: Recipe, root: Path, key: str) -> list[Problem]:
    """Held-out rows that the run which is trained on has learned."""
    found = overlap(recipe, root, key)
    if found is None or not found.heldout:
        return []
    return [Problem("split.by", held_out_learned(found, recipe.adapter.from_run))]


def model_ready(recipe: Recipe) -> Recipe:
    """The recipe itself, refused here when its model cannot be loaded.

    Raises:
        RecipeError: with what is wrong.
    """
    here = [p for p in problems_here(recipe) if p.path.startswith("model.")]
    if problems := [*first_problems(recipe, model_stages()), *here]:
        raise RecipeError(problems)
    return recipe


def problems_here(recipe: Recipe) -> list[Problem]:
    """What this machine's device cannot do of the recipe.

    It is asked only where the recipe wants what some device lacks: that takes seconds.
    """
    try:
        if any(problems_on(recipe, card) for card in (WIDEST, OLD_GPU)):
            return problems_on(recipe, this_card())
    except PlannerError:
        pass  # what keeps Unsloth from loading, the kernel's start tells better
    return []


def problems_on(recipe: Recipe, card: Card) -> list[Problem]:
    """What a card cannot do of the recipe, whatever its memory.

    Raises:
        PlannerError: if the planner gives no answer.
    """
    kind = None if card.is_gpu else ask(cpu_problem, recipe)
    packs = ask(packing_problem, recipe, card.is_gpu) if recipe.data.packing else None
    found = [("model.name", kind), ("data.packing", packs)]
    told = [Problem(path, text) for path, text in found if text]
    return [*device_problems(recipe, card), *told]


def room_problems(recipe: Recipe, root: Path) -> list[Problem]:
    """Why what the run leaves does not fit the disk of the runs; empty if it does.

    This machine is asked only where the widest numbers would not fit: that takes
    seconds. What cannot be counted is left to the kernel, which looks again before
    each checkpoint.
    """
    try:
        if ask(room_problem, recipe, WIDEST, root) is None:
            return []
        problem = ask(room_problem, recipe, this_card(), root)
    except PlannerError:
        return []
    return [Problem("training.keep_checkpoints", problem)] if problem else []


def device_problems(recipe: Recipe, card: Card) -> list[Problem]:
    """Which of the recipe's settings a card lacks."""
    name = card.title.en
    rules = device_rules(recipe, name, has_bf16=card.has_bf16, has_gpu=card.is_gpu)
    return [*rules]


def model_stages(*, here: bool = True) -> list[Stage]:
    """Whether the model can be read; its weights; whether there is room; its kind."""
    room = (disk_problem,) if here else ()
    questions = (model_known, pickle_problem, *room, kind_unfit)
    return [[("model.name", question)] for question in questions]


def first_problems(recipe: Recipe, stages: Sequence[Stage]) -> list[Problem]:
    """What is wrong in the first stage in which anything is."""
    for stage in stages:
        problems = [
            Problem(path, text)
            for path, question in stage
            for text in planner_findings(question, recipe)
        ]
        if problems:
            return problems
    return []


def planner_findings(question: Callable, recipe: Recipe) -> Sequence[Text]:
    """What the planner's process finds wrong: nothing, one thing, or several."""
    try:
        found = ask(question, recipe) or ()
    except PlannerError as error:
        found = error.text
    return [found] if isinstance(found, Text) else found


def rows_field(recipe: Recipe, part: Part) -> str:
    """The field that names where these rows come from."""
    if recipe.data.source == "hub":
        return "data.hub_dataset" if part == "train" else "split.hub_split"
    return "data.train_files" if part == "train" else "split.files"


def with_way_out(text: Text) -> Text:
    """A blocking warning, and what the user can do about it."""
    return Text(f"{text.en} {ACCEPT.en}", f"{text.zh}{ACCEPT.zh}")


def readable(recipe: Recipe, part: Part) -> None:
    """Look at the first row of each source.

    Raises:
        PlannerError: if one cannot be read at all.
    """
    files = files_of(recipe, part)
    for file in files:
        next(records(Path(file)))
    if not files:
        next(source_records(recipe, part), None)


def model_known(recipe: Recipe) -> None:
    """Read the model's tokenizer, and its configuration where there is one.

    Raises:
        PlannerError: if the tokenizer cannot be read, or the model wants to run code.
    """
    try:
        read_config(recipe.model)
    except CodeWantedError:
        raise
    except PlannerError:
        pass  # the tokenizer says so in its own way; alone, it will do for the rows
    read_tokenizer(recipe.model)


def kind_problems(recipe: Recipe) -> list[Problem]:
    """Why this kind of model cannot be trained, or not with such rows."""
    problems = [Problem("model.name", text) for text in kind_unfit(recipe)]
    if text := packing_problem(recipe, on_gpu=False):
        problems.append(Problem("data.packing", text))
    return problems


def blocking(recipe: Recipe, part: Part) -> list[Text]:
    """What stops a training before it starts.

    Raises:
        PlannerError: if no row can be used at all, or trained on.
    """
    found = check_rows(recipe, part)
    if part == "heldout":
        return []  # these rows are asked, never trained on
    refuse_split(recipe, [row.row for row in found.kept], found.total)
    if recipe.data.accept_warnings:
        return []
    return [with_way_out(w.text) for w in found.warnings if w.blocks]
