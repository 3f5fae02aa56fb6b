"""Where a run lies, and what of it can be taken away: one link for each part."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from markupsafe import Markup

from webui.errors import UserError
from webui.figures import in_bytes
from webui.models.here import model_here
from webui.notebook.rows import expected
from webui.notebook.script import recipe_script
from webui.page.frame import Page
from webui.page.runs.further import known_entry
from webui.page.tables import each, heading
from webui.page.take_away import LARGE
from webui.page.view import View
from webui.runs import folder as runs
from webui.runs.kept import Part, blocks, kept, zipped
from webui.text import Text

ROUTE = "/run-file"
SCRIPT_FILE = Path(__file__).with_name("files.js")
SCRIPT = "script"

TITLES = {
    "adapter": Text("Adapter", "适配器"),
    "notebook": Text("Executed notebook", "已执行的笔记本"),
    SCRIPT: Text("Script", "脚本"),
    "recipe": Text("Recipe", "配方"),
    "rows": Text("Rows", "数据"),
    "log": Text("Log", "日志"),
    "events": Text("Events", "事件"),
    "summary": Text("Summary", "摘要"),
}
SHORT = ("adapter", "notebook", SCRIPT, "log")
WHERE = Text("Its files", "文件")
COPY, COPIED = Text("Copy the path", "复制路径"), Text("Copied", "已复制")
KEPT = Text("Kept of this run:", "该运行已保存：")
MORE = Text("all its files are in Runs", "全部文件在“运行记录”中")
NO_SWEEP_ADAPTER = Text(
    "a sweep keeps none; take its best settings and train once more",
    "超参数搜索不保存适配器；请采用最佳设置再训练一次",
)
NOT_YET = Text("not yet: the run goes on", "尚无：运行仍在进行")
CUT_OFF = Text("none: the run ended before it", "无：运行在此之前已结束")
TOO_LARGE = Text(
    "{}: too much for a browser; they are in its folder", "{}：太大，请到文件夹中取用"
)


def copy_script() -> str:
    """What the browser runs when the links are there."""
    return SCRIPT_FILE.read_text(encoding="utf-8")


def run_files(page: Page, view: View, name: str | None) -> Markup:
    """The chosen run's folder, and each part of it as a link, or why there is none."""
    entry = known_entry(page, name)
    if entry is None:
        return Markup("")
    run = entry.run
    rows = each(
        "<li>{}</li>",
        ((told(page, run, part, title),) for part, title in TITLES.items()),
    )
    return heading(page.say(WHERE)) + Markup(
        '<p class="folder"><code>{0}</code> <button type="button" data-copy="{0}"'
        ' data-copied="{2}">{1}</button></p><ul class="taken">{3}</ul>'
    ).format(run.folder, page.say(COPY), page.say(COPIED), rows)


def told(page: Page, run: runs.Run, name: str, title: Text) -> Markup:
    """One part as a link with its size, or why it cannot be taken."""
    part, why = offered(run, name)
    if why is None:
        return link(page, run.folder, name, part, title)
    reason = page.say(why).format(sized(part.bytes) if part else "")
    return Markup('<span class="quiet">{} ({})</span>').format(page.say(title), reason)


def offered(run: runs.Run, name: str) -> tuple[Part | None, Text | None]:
    """A part of a run, and why it is not offered."""
    if name == SCRIPT:
        return beside_script(run.folder), None
    part = kept(run.folder, name)
    if part is None:
        if name == "adapter" and run.kind == "sweep":
            return None, NO_SWEEP_ADAPTER
        return None, NOT_YET if run.status == "running" else CUT_OFF
    if name == "rows" and part.bytes > LARGE:
        return part, TOO_LARGE
    return part, None


def beside_script(run: Path) -> Part:
    """What a run's script reads beside it; nothing where that is too much to pack."""
    parts = (kept(run, "rows"), kept(run, "parent"))
    files = {name: file for part in parts if part for name, file in part.files.items()}
    found = Part(SCRIPT, files, packed=bool(files))
    return found if found.bytes <= LARGE else Part(SCRIPT, {}, packed=False)


def link(page: Page, run: Path, name: str, part: Part | None, title: Text) -> Markup:
    """A link that takes a part; its size stands beside it before one presses."""
    size = sized(part.bytes) if part and part.files else ""
    form = "ZIP" if part and part.packed else ""
    beside = ", ".join(filter(None, (form, size)))
    asked = urlencode({"run": run.name, "what": name})
    return Markup('<a href="{}?{}" download>{}</a>{}').format(
        ROUTE.removeprefix("/"),
        asked,
        page.say(title),
        Markup(' <span class="quiet">({})</span>').format(beside) if beside else "",
    )


def kept_line(page: Page, view: View) -> Markup:
    """After a training: its main files in one line, below what it shows."""
    if view.run is None or view.is_sweep or not view.ended:
        return Markup("")
    run = runs.read_run(view.run)
    links = [
        link(page, run.folder, name, part, TITLES[name])
        for name in SHORT
        for part, why in (offered(run, name),)
        if why is None
    ]
    return Markup('<p class="kept">{} {} · <span class="quiet">{}</span></p>').format(
        page.say(KEPT), Markup(" · ").join(links), page.say(MORE)
    )


def sized(number: int) -> str:
    """Bytes of a file; the small ones in KB."""
    return in_bytes(number) if number >= 1_000_000 else f"{-(-number // 1000)} KB"


# ---- what the route answers


def answer(folder: Path | None, name: str) -> Any:
    """A part of a run as a file to be saved; 404 for what is not there."""
    from starlette.responses import JSONResponse, StreamingResponse

    taken = None
    with contextlib.suppress(UserError):  # a script's; the page says so elsewhere
        taken = part_of(folder, name) if folder and name in TITLES else None
    if taken is None:
        return JSONResponse({"error": "there is no such file"}, status_code=404)
    called, body, size = taken
    headers = as_file(called) | ({"Content-Length": str(size)} if size else {})
    return StreamingResponse(body, headers=headers)


def part_of(run_folder: Path, name: str) -> tuple[str, Iterator[bytes], int] | None:
    """What a part of a run is called, its bytes, and how many where that is known.

    Raises:
        UserError: for a script that cannot be written.
    """
    run = runs.read_run(run_folder)
    part, why = offered(run, name)
    if part is None or why is not None:
        return None
    texts = {f"{run.id}.py": script_of_run(run)} if name == SCRIPT else {}
    if part.packed:
        return f"{run.id}-{name}.zip", zipped(part.files, texts), 0
    for called, text in texts.items():
        return called, iter([text.encode("utf-8", "backslashreplace")]), 0
    ((called, file),) = part.files.items()
    return f"{run.id}-{called}", blocks(file, part.bytes), part.bytes


def script_of_run(run: runs.Run) -> str:
    """The script of a run's own recipe and rows, with what was edited by hand.

    Raises:
        UserError: when its recipe cannot be read, or code by hand is none.
    """
    recipe = runs.recipe_of_run(run)
    rows = runs.kept_rows(run.folder) or expected(recipe)
    edits, model = runs.edits_of_run(run.folder), model_here(recipe.model)
    return recipe_script(recipe, rows, f"{run.id}.py", model=model, edits=edits)


def as_file(name: str) -> dict[str, str]:
    """The headers of what a browser is to save under a name, and never to show."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
