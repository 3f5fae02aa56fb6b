"""What the report of all rows says, part by part, the most important first."""

from collections.abc import Iterator

from markupsafe import Markup

from webui.figures import duration, whole
from webui.page.frame import Page
from webui.page.tables import bars, each, figures, html_table, quiet
from webui.rows.report.duplicates import Place
from webui.rows.report.lengths import Lengths
from webui.rows.report.report import Report
from webui.text import Text

FIGURES = {
    "kept": Text("usable rows", "可用数据"),
    "rejected": Text("left out", "被排除"),
    "heldout": Text("held out", "留出"),
    "empty": Text("empty", "空数据"),
    "exact": Text("exact repeats", "完全重复"),
    "near": Text("near repeats", "近似重复"),
    "leaked": Text("held-out rows that are also trained on", "留出数据也在训练中"),
    "nearly": Text("held-out rows nearly trained on", "留出数据与训练数据近似"),
    "hidden": Text("rows that teach nothing", "学不到内容的数据"),
    "tokens": Text("tokens in the rows not held out", "未留出数据的 token"),
    "trained": Text("trained on", "参与训练"),
}
LENGTHS = Text("Length of a row in tokens", "每条数据的 token 数")
TRUNCATED = Text(
    "{} of the rows ({}) are longer than {} tokens and are cut (hatched); "
    "{} would hold 99 %.",
    "{} 条数据（{}）超过 {} 个 token 会被截断（斜线部分）；设为 {} 可完整容纳 99%。",
)
ALL_FIT = Text(
    "Every row fits into {} tokens; {} would hold 99 %.",
    "所有数据都在 {} 个 token 以内；设为 {} 即可容纳 99%。",
)
LABELS = Text("Labels", "标签")
LONGEST = Text("The longest rows", "最长的数据")
REASONS = Text("Why rows were left out", "排除原因")
WHERE, HOW_MANY, WHY = Text("where", "位置"), Text("rows", "条数"), Text("why", "原因")
TOKENS, BEGINS = Text("tokens", "token 数"), Text("begins with", "开头")
REPEATS = Text("Rows that repeat others", "重复的数据")
ROW, EARLIER, ALIKE = (
    Text("row", "数据"),
    Text("repeats", "重复于"),
    Text("alike", "相似"),
)
TOOK = Text("read in {}", "用时 {}")
TO_MEND = {
    "rejected": Text(
        "Rows that cannot be used are left out of the training. Download them, mend "
        "them, and upload the file again.",
        "无法使用的数据不参与训练。可下载后修正，再重新上传文件。",
    ),
    "hidden": Text(
        "In some rows no token counts for the loss, as their answer is empty or cut "
        "off: fill it in, or raise the longest sequence.",
        "有些数据没有任何 token 计入损失（回答为空或被截断）："
        "请补全回答，或调大最大序列长度。",
    ),
    "leaked": Text(
        "Held-out rows that are trained on make the result look better than it is: "
        "remove the repeats, or hold out by groups (More, Group by).",
        "留出数据若参与了训练，效果会显得虚高：请删除重复数据，"
        "或按分组留出（更多 → 分组依据）。",
    ),
    "exact": Text(
        "Rows that come several times are learned more strongly; remove the repeats "
        "unless you want that.",
        "多次出现的数据会被更强地学习；如非有意，请删除重复数据。",
    ),
}


def report_parts(page: Page, report: Report) -> Iterator[Markup]:
    """The parts of the report, the most important first."""
    yield figures([(page.say(FIGURES[n]), text) for n, text in report_figures(report)])
    yield from to_mend(page, report)
    yield from reasons(page, report)
    yield from lengths(page, report.lengths)
    yield from labels(page, report)
    yield from draw_repeats(page, report)
    yield quiet(page.say(TOOK).format(duration(report.seconds)))


def labels(page: Page, report: Report) -> Iterator[Markup]:
    """How often each label comes, where the format has labels."""
    shown = [
        (label.name, label.count, f"{whole(label.count)} ({label.share:.0%})")
        for label in report.labels[:20]
    ]
    if shown:
        yield folded(page.say(LABELS), bars(shown))


def report_figures(report: Report) -> Iterator[tuple[str, str]]:
    """What a glance should tell; what is zero and good stays away."""
    yield "kept", whole(report.train.kept + report.heldout.kept)
    if report.heldout.kept:
        yield "heldout", whole(report.heldout.kept)
    for name, count in spoiled(report).items():
        if count or name == "rejected":
            yield name, f"! {whole(count)}" if count else "0"
    yield "tokens", whole(report.lengths.tokens)
    share = report.lengths.trained / max(report.lengths.tokens, 1)
    yield "trained", f"{share:.0%}"


def spoiled(report: Report) -> dict[str, int]:
    """How many rows have which fault."""
    twins = report.duplicates
    return {
        "rejected": report.train.rejected + report.heldout.rejected,
        "empty": report.empty.count,
        "hidden": max(report.lengths.hidden - report.empty.count, 0),
        "exact": twins.exact.count,
        "near": twins.near.count,
        "leaked": twins.leaked.count,
        "nearly": twins.nearly_leaked.count,
    }


def to_mend(page: Page, report: Report) -> Iterator[Markup]:
    """For each kind of fault what it does, and what to do."""
    counts = spoiled(report)
    counts["hidden"] += counts["empty"]
    counts["leaked"] += counts["nearly"]
    told = [(page.say(text),) for name, text in TO_MEND.items() if counts[name]]
    if told:
        items = each("<li>{}</li>", told)
        yield Markup('<ul class="to-mend">{}</ul>').format(items)


def reasons(page: Page, report: Report) -> Iterator[Markup]:
    """Why rows were left out, and the first of them."""
    if not report.reasons:
        return
    counted = [(whole(r.rows), page.say(r.text)) for r in report.reasons]
    first = [(at(page, r.place), page.say(r.reason)) for r in report.rejections[:20]]
    yield folded(
        page.say(REASONS),
        html_table([page.say(HOW_MANY), page.say(WHY)], counted, numbers={0})
        + html_table([page.say(WHERE), page.say(WHY)], first),
    )


def lengths(page: Page, found: Lengths) -> Iterator[Markup]:
    """The histogram of lengths, what is cut, and the longest rows."""
    if not found.histogram:
        return
    limit, suggested = whole(found.max_length), whole(found.suggested)
    if found.longer:
        share = f"{found.longer_share:.1%}"
        text = page.say(TRUNCATED).format(whole(found.longer), share, limit, suggested)
    else:
        text = page.say(ALL_FIT).format(limit, suggested)
    yield Markup('<div class="pane-title">{}</div>').format(page.say(LENGTHS))
    yield histogram(found)
    yield quiet(text)
    longest = [
        (at(page, row.place), whole(row.tokens), row.beginning) for row in found.longest
    ]
    titles = [page.say(WHERE), page.say(TOKENS), page.say(BEGINS)]
    yield folded(page.say(LONGEST), html_table(titles, longest, numbers={1}))


def histogram(found: Lengths) -> Markup:
    """Upright bars; those of rows that are cut differ by more than their colour."""
    most = max(bin.rows for bin in found.histogram)
    rows = (
        (
            "cut" if bin.first > found.max_length else "whole",
            max(100 * bin.rows / most, 1 if bin.rows else 0),
            f"{whole(bin.first)}–{whole(bin.last)}: {whole(bin.rows)}",
        )
        for bin in found.histogram
    )
    shown = each('<div class="{}" style="height:{:.1f}%" title="{}"></div>', rows)
    first, last = whole(found.histogram[0].first), whole(found.histogram[-1].last)
    return Markup(
        '<div class="histogram" role="img" aria-label="{}">{}</div>'
        '<div class="axis"><span>{}</span><span>{}</span></div>'
    ).format(f"{first}–{last}", shown, first, last)


def draw_repeats(page: Page, report: Report) -> Iterator[Markup]:
    """The first rows that repeat others."""
    twins = report.duplicates
    kinds = {
        "exact": twins.exact,
        "near": twins.near,
        "leaked": twins.leaked,
        "nearly": twins.nearly_leaked,
    }
    rows = [
        (
            page.say(FIGURES[kind]),
            at(page, t.row),
            at(page, t.earlier),
            f"{t.similarity:.0%}",
        )
        for kind, found in kinds.items()
        for t in found.examples[:5]
    ]
    if rows:
        titles = ["", page.say(ROW), page.say(EARLIER), page.say(ALIKE)]
        yield folded(page.say(REPEATS), html_table(titles, rows, numbers={3}))


def at(page: Page, place: Place) -> str:
    """A row's place in words."""
    english = f"{place.file}, {place.unit.en} {place.number}"
    return page.say(Text(english, f"{place.file} 第 {place.number} {place.unit.zh}"))


def folded(title: str, inside: Markup) -> Markup:
    """Something to be opened on demand."""
    return Markup('<details class="output"><summary>{}</summary>{}</details>').format(
        title, inside
    )
