"""The table of runs: HTML whose titles sort, whose stars mark, whose names choose."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path

from markupsafe import Markup

from webui.figures import duration, in_bytes, whole
from webui.notebook.edits import titles_of
from webui.page.language import MARKS, STATES, Language
from webui.page.runs.running import live
from webui.page.tables import each
from webui.runs import entries
from webui.runs.entries import Entry, columns_of, metric_of
from webui.runs.notes import short
from webui.runs.scores import brief as brief_scores
from webui.text import Text

SCRIPT = Path(__file__).with_name("table.js")

TITLES = {
    "id": Text("run", "运行"),
    "status": Text("how it ended", "结果"),
    "rank": Text("rank", "秩"),
    "learning_rate": Text("rate", "学习率"),
    "data": Text("data", "数据"),
    "steps": Text("steps", "步数"),
    "last_loss": Text("last loss", "最终损失"),
    "best_eval_loss": Text("best evaluation loss", "最佳评估损失"),
    "score": Text("base → tuned", "基座 → 微调"),
    "duration": Text("took", "用时"),
    "trainable": Text("trained parameters", "训练的参数"),
    "tokens_per_second": Text("tokens per second", "每秒 token 数"),
    "peak_memory": Text("peak memory", "内存峰值"),
}
# Shown only where they are asked for: all together are wider than most screens.
MORE = ("trainable", "tokens_per_second", "peak_memory")
SWEEP = Text("sweep, {} trials", "超参数搜索，{} 次试验")
SWEEP_OF_ONE = Text("sweep, 1 trial", "超参数搜索，1 次试验")
HOW = {"last": Text("last", "最终"), "best": Text("best", "最佳")}
NEWEST = "-id"

STAR, UNSTAR = Text("Mark with a star", "加星标"), Text("Take the star off", "取消星标")
STARRED = Text("star", "星标")
NOTE_LENGTH, NAME_LENGTH = 90, 40

# How figures are written that are no metrics.
FORMATS: dict[str, Callable[[float], str]] = {
    "rank": whole,
    "trainable": whole,
    "steps": whole,
    "peak_memory": in_bytes,
    "duration": duration,
}


def table_script() -> str:
    """What the browser runs when the table is there."""
    return SCRIPT.read_text(encoding="utf-8")


def in_language(text: Text, language: Language) -> str:
    """A text in a language."""
    return text.zh if language == "zh" else text.en


def listing(
    found: Sequence[Entry],
    language: Language,
    *,
    order: str,
    chosen: str | None,
    left_out: Collection[str] = MORE,
) -> Markup:
    """The table of these runs; ``order`` is the column, or one after ``-``."""
    columns = [name for name in every_column(found) if name not in left_out]
    shown = tuple(name for name in columns if name not in FIRST)
    head = Markup("").join(
        title(column, order, language) for column in ("star", *FIRST, *shown)
    )
    rows = (run_row(each, language, each.id == chosen, shown) for each in found)
    return Markup(
        '<div class="scroll"><table class="plain runs"><thead><tr>{}</tr>'
        "</thead><tbody>{}</tbody></table></div>"
    ).format(head, Markup("").join(rows))


def every_column(found: Sequence[Entry]) -> tuple[str, ...]:
    """The columns of some runs: those that nobody declared stand behind the losses."""
    names = [*TITLES]
    place = names.index("score")
    return (*names[:place], *columns_of(found), *names[place:])


def title_of(column: str) -> Text:
    """What a column is called."""
    if column == "star":
        return STARRED
    if column in TITLES:
        return TITLES[column]
    said, called = HOW[column.partition("_")[0]], metric_of(column).title
    return Text(f"{said.en} {called.en}", f"{said.zh}{called.zh}")


def title(column: str, order: str, language: Language) -> Markup:
    """A column's title, a button that sorts by it; pressed again, the other way."""
    falling, is_it = order.startswith("-"), order.removeprefix("-") == column
    arrow = ("↓" if falling else "↑") if is_it else "↕"
    called = in_language(title_of(column), language)
    sorted_so = ("descending" if falling else "ascending") if is_it else "none"
    return Markup(
        '<th class="{}" aria-sort="{}"><button type="button" data-do="sort"'
        ' data-value="{}"{}>{}&nbsp;<span class="sorts" aria-hidden="true">{}</span>'
        "</button></th>"
    ).format(
        kind(column),
        sorted_so,
        column,
        Markup(' aria-label="{}"').format(called) if column == "star" else "",
        "★" if column == "star" else called,
        arrow,
    )


def turned(column: str, order: str) -> str:
    """The order after a press on a title: its usual one, or the other way round."""
    if order.removeprefix("-") == column:
        return column if order.startswith("-") else f"-{column}"
    return f"-{column}" if falls(column) else column


def falls(column: str) -> bool:
    """Whether one looks for the highest first: the newest run, the best figure."""
    return column in ("id", "score", "star") or metric_of(column).better == "larger"


def kind(column: str) -> str:
    """The class of a column: words or a number."""
    return {"star": "", "id": "long", "status": "long", "data": "long data"}.get(
        column, "num"
    )


@lru_cache(maxsize=4096)
def run_row(
    entry: Entry, language: Language, chosen: bool, columns: tuple[str, ...]
) -> Markup:
    """One run; a run that did not change is not written again."""
    figures = map(partial(figure, entry), columns)
    cells = [name_button(entry, language), state(entry, language), *figures]
    return Markup("<tr{}><td>{}</td>{}</tr>").format(
        Markup(' aria-current="true"') if chosen else "",
        star(entry, language),
        each(
            "<td class='{}'>{}</td>",
            zip(map(kind, (*FIRST, *columns)), cells, strict=True),
        ),
    )


FIRST = tuple(TITLES)[:2]


def star(entry: Entry, language: Language) -> Markup:
    """The star of a run, a button that sets it or takes it off."""
    about = entry.about
    return Markup(
        '<button type="button" class="star" data-do="star" data-value="{}"'
        ' aria-pressed="{}" title="{}" aria-label="{}: {}">{}</button>'
    ).format(
        entry.id,
        "true" if about.star else "false",
        in_language(UNSTAR if about.star else STAR, language),
        in_language(STARRED, language),
        entry.title,
        "★" if about.star else "☆",
    )


def edited_by_hand(names: Iterable[str]) -> Text:
    """Which cells of a run were edited by hand."""
    titles = titles_of(names)
    return Text(
        f"✎ {entries.BY_HAND.en}: {titles.en}", f"✎ {entries.BY_HAND.zh}：{titles.zh}"
    )


def name_button(entry: Entry, language: Language) -> Markup:
    """The name of a run, a button that chooses it, and below what it is."""
    about = entry.about
    named = (entry.id if about.name else "", Path(entry.model).name, entry.method)
    lines = [" · ".join(filter(None, named))]
    if entry.trials is not None:
        told = in_language(SWEEP_OF_ONE if entry.trials == 1 else SWEEP, language)
        lines.insert(0, told.format(entry.trials))
    if entry.edited:
        lines.append(in_language(edited_by_hand(entry.edited), language))
    if entry.parent:
        lines.append(f"↳ {entry.parent}")
    if about.note:
        lines.append(short(about.note, NOTE_LENGTH))
    return Markup(
        '<button type="button" class="name" data-do="choose" data-value="{}">'
        "<bdi>{}</bdi></button>{}"
    ).format(
        entry.id,
        entry.title,
        each('<div class="under"><bdi>{}</bdi></div>', ((line,) for line in lines)),
    )


def state(entry: Entry, language: Language) -> str:
    """How a run stands, with a mark."""
    status = entry.run.status
    word = (
        in_language(STATES[status], language) if status in STATES else short(status, 20)
    )
    return f"{MARKS.get(status, '')} {word}"


def figure(entry: Entry, column: str) -> str:
    """One figure of a run, or a dash."""
    if column == "score":
        return brief_scores(entry.scores, "→") or "–"
    if column == "data":
        names = [short(name, NAME_LENGTH) for name in entry.settings.data]
        return " ".join([*names[:1], *([f"+{len(names) - 1}"] * (len(names) > 1))])
    value = entry.figures.get(column)
    written = FORMATS.get(column, metric_of(column).written)
    return live(entry, column, "–" if value is None else written(value))
