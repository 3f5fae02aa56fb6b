"""The light routes of the code pane: which field decides what, and the whole script."""

from typing import Any

from webui.notebook.cells import SHOWN
from webui.notebook.rows import Rows
from webui.page.code.decided import Decided, Shown, decided_by
from webui.page.code.marks import Numbered, shared_out
from webui.page.code.other_values import controls
from webui.page.code.pane import mark_of, shown_codes
from webui.page.code.says import said
from webui.page.no_code import no_code
from webui.page.patches.guarded import add_guarded
from webui.page.studio import Studio
from webui.page.take_away import script_of
from webui.page.view import View, view_of
from webui.recipe import Recipe

FIELDS_OF_CODE, WHOLE_CODE = "/code-fields", "/code-whole"
FRESH = {"Cache-Control": "no-store"}

Known = dict[tuple[str, ...], tuple[list[Decided], Numbered]]


def add_code_routes(app: Any, studio: Studio) -> None:
    """Answer the panes' questions, each in a thread of its own."""
    from starlette.responses import JSONResponse, PlainTextResponse

    def fields(cells: str, field: str = "", language: str = "en") -> JSONResponse:
        names = tuple(name for name in cells.split(",") if name in SHOWN)
        answer = answered(studio, names, field, language)
        return JSONResponse(answer, headers=FRESH)

    def whole(language: str = "en") -> PlainTextResponse:
        view = view_of(studio)
        if problems := no_code(view):
            lines = (
                getattr(each.message, language, each.message.en) for each in problems
            )
            return PlainTextResponse("\n".join(lines), 409, headers=FRESH)
        return PlainTextResponse(
            script_of(view.recipe, view.rows, view.edits), headers=FRESH
        )

    add_guarded(app, FIELDS_OF_CODE, fields)
    add_guarded(app, WHOLE_CODE, whole)


def answered(
    studio: Studio, names: tuple[str, ...], field: str, language: str
) -> dict[str, Any]:
    """What one field, or each, decides in the code of these cells as it is now."""
    view = view_of(studio)
    codes = shown_codes(view, names)
    by_hand = any(view.cells[name].is_edited for name in names)
    known = known_of(studio, view.recipe, view.rows)
    asked = (mark_of(shown_codes(view, SHOWN)), *names, field)
    if asked not in known:
        known[asked] = found(view, names, field)
    decided, numbered = known[asked]
    answer: dict[str, Any] = {
        "mark": mark_of(codes),
        "fields": {
            each.control.ids[0]: told(studio, each, numbered, by_hand, language)
            for each in decided
            if field or each.found
        },
    }
    if not field:
        sizes = {c.control.ids[0]: (c.size, numbered.spans(c)) for c in decided}
        answer["lines"] = shared_out(sizes)
    return answer


def known_of(studio: Studio, recipe: Recipe, rows: Rows) -> Known:
    """What was found for this recipe on these rows; nothing of another is kept."""
    held = studio.decided
    if held is None or held[0] is not recipe or held[1] != rows:
        held = studio.decided = recipe, rows, {}
    return held[2]


def found(
    view: View, names: tuple[str, ...], field: str
) -> tuple[list[Decided], Numbered]:
    """What fields decide in these cells; of a single one, in all others as well."""
    every = [c for c in controls(view.recipe) if not field or field in c.ids]
    wanted = SHOWN if field else names
    codes = {name: view.cells[name].code for name in wanted}
    shown = Shown(view.recipe, view.rows, codes)
    # No field has a say in what was edited by hand.
    formed = [name for name in wanted if not view.cells[name].is_edited]
    decided = decided_by(shown, every, formed)
    here = {name: codes[name] for name in names}
    for each in decided if field else ():
        having = {*each.tokens, *(added.cell for added in each.adds)}
        each.elsewhere = tuple(n for n in SHOWN if n in having and n not in here)
    return decided, Numbered(here, shown.tokens)


def told(
    studio: Studio, decided: Decided, numbered: Numbered, by_hand: bool, language: str
) -> dict[str, Any]:
    """One field for the browser: its title, its place, what it decides."""
    control, spans = decided.control, numbered.spans(decided)
    lines = sorted({span.line for span in spans})
    added = [] if lines else numbered.added(decided)
    place = studio.places.get(control.ids[0])
    return {
        "title": getattr(control.title, language, control.title.en),
        "path": control.path,
        "ids": control.ids,
        "place": place._asdict() if place else None,
        "spans": spans,
        "behind": [each.behind for each in added],
        "note": getattr(said(decided, lines, added, by_hand=by_hand), language, ""),
    }
