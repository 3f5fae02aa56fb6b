"""The frame that every tab is built in: cells, fields, watchers, one redraw."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr
from gradio.components import Component
from markupsafe import Markup, escape

from webui.errors import UserError
from webui.kernel.kernel import Kernel
from webui.kernel.status import status
from webui.notebook.edits import Edit, Edits
from webui.page.bind import (
    Binding,
    bind,
    commit_events,
    field_updates,
    tidied,
)
from webui.page.code.places import tab_of
from webui.page.draft import same, titled
from webui.page.edit import held
from webui.page.language import Language
from webui.page.stamp import stamp_of
from webui.page.studio import Studio
from webui.page.view import View, view_of
from webui.recipe import Recipe
from webui.recipe.problems import RecipeError
from webui.text import Text

Watcher = Callable[[View], Any]
Drawer = Callable[..., Any]

NOTICE = Text("Please note", "请注意")
UPLOAD = Text("Taking in what was uploaded", "读入上传的文件")
UNEXPECTED = Text(
    "Something went wrong here; the log of the server says what.",
    "出现意外错误；详情见服务器日志。",
)


@dataclass
class Seen:
    """What one browser tab has: the newest draft version, and what was sent last."""

    version: int = -1
    own: dict[str, int] = field(default_factory=dict)
    # Cells whose code is open to be edited: what that began from, and the form's code.
    opened: dict[str, tuple[Edit | None, str]] = field(default_factory=dict)
    sent: dict[int, int] = field(default_factory=dict)
    # Every part of it is still as it was built.
    is_new: bool = False


@dataclass
class Page:
    """One language's page while it is built: what is bound and what is watched."""

    studio: Studio
    language: Language
    seen: gr.State
    stamp: gr.Textbox
    bindings: list[Binding] = field(default_factory=list)
    watchers: list[tuple[Component, Watcher]] = field(default_factory=list)
    chosen: list[tuple[Component, Sequence[Component], Drawer]] = field(
        default_factory=list
    )
    # What a field changes is seen here first: the answer to its commit brings it.
    first: list[tuple[Component, Drawer]] = field(default_factory=list)
    # Wired when the page is whole: a button sends every field, of later tabs as well.
    later: list[Callable[[], Any]] = field(default_factory=list)
    # Where a cell's code is edited by hand, by the cell's name.
    editors: dict[str, Component] = field(default_factory=dict)

    def say(self, text: Text) -> str:
        """A text in this page's language."""
        return text.zh if self.language == "zh" else text.en

    @property
    def kernel(self) -> Kernel:
        """The kernel that this page's buttons give work."""
        return self.studio.kernel

    @property
    def edits(self) -> Edits:
        """The cells that are edited by hand."""
        return self.studio.draft.edits

    def view(self) -> View:
        """How everything stands now."""
        return view_of(self.studio)

    # ---- while building

    def field(
        self, path: str, changes: Callable[[View], dict[str, Any]] | None = None
    ) -> Component:
        """Place the component of a recipe field here; it commits when it is left.

        ``changes`` says what else of the component depends on the moment.
        """
        binding = bind(path, self.language)
        if changes is not None:
            binding = replace(binding, changes=lambda view: [changes(view)])
        self.add_binding(binding)
        return binding.components[0]

    def place(
        self, *lines: str, changes: Callable[[str], Any] = lambda path: None
    ) -> None:
        """Place fields, those of a line side by side; ``changes`` is of each path."""
        for line in lines:
            with gr.Row():
                for path in line.split():
                    self.field(path, changes(path))

    def add_binding(self, binding: Binding) -> None:
        """Make a binding part of the form and commit it whenever it is left."""
        self.bindings.append(binding)
        self.later.append(lambda: self.wire_commit(binding))

    def wire_commit(self, binding: Binding) -> None:
        """Put a field into the draft; the answer brings what stands in the same tab
        and is to show it first, before the page is redrawn."""
        path, tab = binding.field.path, tab_of(binding.components[0])
        numbers = [n for n, (part, _) in enumerate(self.first) if tab_of(part) == tab]

        def commit(seen: Seen | None, *values: Any) -> list[Any]:
            seen, draft = seen or Seen(), self.studio.draft
            value = binding.read(values)
            # Else the redraw that is on its way shows what is held.
            if binding.stale is None or not binding.stale(draft.recipe, value):
                seen.own[path] = draft.commit(path, value, self.beside(path, value))
            told = tidied(binding, values, wrong=path in draft.problems)
            news = self.first_news(seen, self.view(), numbers) if numbers else []
            return [seen, self.look(), *told, *news]

        # One event of all, for each has its weight in the page and at the start.
        gr.on(
            [event for each in binding.components for event in commit_events(each)],
            commit,
            [self.seen, *binding.components],
            [
                *(self.seen, self.stamp),
                *(binding.components if binding.tidy else ()),
                *(self.first[number][0] for number in numbers),
            ],
            trigger_mode="always_last",
            **QUIET,
        )

    def beside(self, path: str, value: Any) -> dict[str, Any]:
        """What other fields become with a value: another format keeps what it can."""
        if path != "data.format" or value == self.studio.draft.recipe.data.format:
            return {}
        return {"data.columns": self.view().columns_kept(value)}

    def watch(self, component: Component, watcher: Watcher) -> None:
        """Redraw a component from every view; it is sent only when it differs."""
        self.watchers.append((component, watcher))

    def watch_chosen(
        self, component: Component, choices: Sequence[Component], drawer: Drawer
    ) -> None:
        """Redraw a part that also depends on what this tab chose, as a row number.

        It is drawn from the page, a view and the choices, as HTML or as an update.
        """
        self.chosen.append((component, choices, drawer))

    def send_first(self, component: Component, drawer: Drawer) -> None:
        """Redraw an HTML part from every view, and at once when a field beside it in
        the same tab is committed."""
        self.first.append((component, drawer))

    def html(self, drawer: Drawer, **options: Any) -> gr.HTML:
        """An HTML part that is drawn from the page and every view; it escapes."""
        component = gr.HTML(**options)
        self.watch_chosen(component, [], drawer)
        return component

    def button(
        self,
        title: Text,
        name: str,
        action: Callable[..., Any] | None = None,
        inputs: Sequence[Component] = (),
        *,
        form: bool = True,
        shown: Callable[[View], bool] | None = None,
        **options: Any,
    ) -> gr.Button:
        """A small button, and what a press does; ``shown`` tells while it is there."""
        looks = {"size": "sm", "visible": shown is None, **options}
        button = gr.Button(self.say(title), elem_id=name, **looks)
        if action is not None:
            self.when_pressed(button, action, inputs, form=form, word=self.say(title))
        if shown is not None:
            self.watch(button, lambda view: gr.update(visible=shown(view)))
        return button

    def when_pressed(
        self,
        button: gr.Button,
        action: Callable[..., Any],
        inputs: Sequence[Component] = (),
        *,
        form: bool = True,
        word: str = "",
    ) -> None:
        """Run an action at a click, with the recipe that this form shows.

        With ``form``, the action gets the recipe first and then the inputs' values;
        the start is refused when another tab changed what this form shows. A problem
        is told in one sentence; whatever else happens goes to the log. ``word`` is how
        the strip calls a press that takes a while.
        """

        def act(seen: Seen | None, *values: Any) -> tuple[Seen, str]:
            seen = seen or Seen()
            chosen, rest = values[: len(inputs)], values[len(inputs) :]
            with self.studio.presses.one(word), self.problems_told():
                recipe = [self.commit_form(seen, rest)] if form else []
                action(*recipe, *chosen)
            return seen, self.look()

        def wire() -> None:
            button.click(
                act,
                [self.seen, *inputs, *(self.form if form else ())],
                [self.seen, self.stamp],
                trigger_mode="once",
                api_visibility="private",
                **SILENT,
            )

        self.later.append(wire)

    @property
    def looks(self) -> tuple[Any, ...]:
        """What follows an event that changed something: is the page to be redrawn?"""
        return self.look, None, self.stamp

    @property
    def form(self) -> list[Component]:
        """What a press sends: every field, in the order of the bindings, and the code
        that is being edited."""
        return [*self.fields, *self.editors.values()]

    @property
    def fields(self) -> list[Component]:
        """The components of every field, in the order of the bindings."""
        return [c for binding in self.bindings for c in binding.components]

    def when_uploaded(
        self, button: Component, action: Callable[[list[str]], Any]
    ) -> None:
        """Run an action with the paths of files that were just uploaded.

        The place to upload is empty again after it, for the next ones.
        """

        def act(files: list[str] | str | None) -> tuple[None, str]:
            with self.studio.presses.one(self.say(UPLOAD)), self.problems_told():
                if files:
                    action([files] if isinstance(files, str) else files)
            return None, self.look()

        shown = [button, self.stamp]
        button.upload(
            act,
            button,
            shown,
            trigger_mode="multiple",
            api_visibility="private",
            **SILENT,
        )

    def commit_form(self, seen: Seen, values: Sequence[Any]) -> Recipe:
        """Put everything that the form shows into the draft; the recipe to run."""
        form, rest = {}, list(values)
        for binding in self.bindings:
            mine, rest = (
                rest[: len(binding.components)],
                rest[len(binding.components) :],
            )
            form[binding.field.path] = binding.read(mine)
        draft = self.studio.draft
        draft.refuse_other_code(seen.version, seen.own)
        held.save_open(draft, seen, dict(zip(self.editors, rest, strict=True)))
        try:
            return draft.commit_form(form, seen.version, seen.own)
        finally:
            for path, value in form.items():
                if same(value, draft.shown(path)):  # else it was emptied: redraw it
                    seen.own[path] = draft.changed[path]

    @contextmanager
    def problems_told(self) -> Iterator[None]:
        """Tell a problem in one sentence instead of a traceback."""
        try:
            yield
        except RecipeError as error:
            self.warn("\n".join(self.say(titled(each)) for each in error.problems))
        except UserError as error:
            self.warn(self.say(error.text))
        except Exception:
            logging.getLogger("tunebook").exception("an action failed")
            self.warn(self.say(UNEXPECTED))
        while self.studio.draft.to_tell:
            self.tell(self.say(self.studio.draft.to_tell.pop()))

    def warn(self, sentence: str) -> None:
        """Show one sentence in the corner of the page for a while.

        Gradio takes it for HTML, and it may quote what a file or a user wrote.
        """
        lines = Markup("<br>").join(sentence.splitlines())
        gr.Warning(str(lines), title=self.say(NOTICE))

    def tell(self, sentence: str) -> None:
        """Show in the same way what was done."""
        gr.Info(str(escape(sentence)), title="Tunebook")

    # ---- while running

    def look(self) -> str:
        """The stamp of now. The page is redrawn only when it changes."""
        return stamp_of(self.studio, status(self.kernel))

    @property
    def drawn_parts(self) -> list[Component]:
        """What is drawn from every view, in the order of a redraw."""
        watched = [component for component, _ in self.watchers]
        chosen = [component for component, _, _ in self.chosen]
        return [*self.fields, *watched, *chosen]

    def begin(self) -> tuple[Seen, str]:
        """What a browser tab has that was just opened, and the stamp of now."""
        return Seen(is_new=True), self.look()

    def redraw(self, seen: Seen | None, *choices: Any) -> list[Any]:
        """All that differs from what this tab has; the rest is skipped."""
        seen = seen or Seen()
        draft = self.studio.draft
        version = draft.version  # before the view: what changes meanwhile comes next
        view = self.view()
        updates: list[Any] = []
        for binding in self.bindings:
            path = binding.field.path
            newer = draft.changed[path] > max(seen.version, seen.own.get(path, -1))
            shown = draft.as_shown(path)
            problem = draft.problems.get(path) or view.missing_columns.get(path)
            for update in field_updates(
                binding, view, shown, problem, self.language, with_value=newer
            ):
                if newer:  # what was typed since it was last sent is another value
                    seen.sent.pop(len(updates), None)
                updates.append(update)
        updates += [self.drawn(watcher, view) for _, watcher in self.watchers]
        rest = list(choices)
        for _, inputs, drawer in self.chosen:
            values, rest = rest[: len(inputs)], rest[len(inputs) :]
            updates.append(self.drawn_html(drawer, view, *values))
        seen.version = version
        first = self.first_news(seen, view, range(len(self.first)))
        news = only_news(seen.sent, updates)
        if seen.is_new:
            news = [*map(unlike_built, self.drawn_parts, news)]
            seen.is_new = False
        return [seen, *news, *first]

    def first_news(self, seen: Seen, view: View, numbers: Sequence[int]) -> list[Any]:
        """Of the parts that are sent first, those that this tab does not have so."""
        updates = [self.drawn_html(self.first[n][1], view) for n in numbers]
        # Counted from below, so that both ways of sending know of each other.
        return only_news(seen.sent, updates, [-1 - number for number in numbers])

    def drawn(self, watcher: Callable, *given: Any) -> Any:
        """One part of the page. If it cannot be drawn, the others still are."""
        try:
            return watcher(*given)
        except Exception:
            logging.getLogger("tunebook").exception("a part of the page failed")
            return gr.skip()

    def drawn_html(self, drawer: Drawer, view: View, *values: Any) -> Any:
        """An HTML part of the page; one that has nothing to say yet skips."""
        drawn = self.drawn(drawer, self, view, *values)
        return drawn if isinstance(drawn, dict) else gr.update(value=str(drawn))

    def follow(self, choice: Component) -> None:
        """Redraw at once all parts that depend on a choice, whenever it changes."""
        parts = [part for part in self.chosen if choice in part[1]]

        def draw(*values: Any) -> Any:
            view, rest, drawn = self.view(), list(values), []
            for _, choices, drawer in parts:
                mine, rest = rest[: len(choices)], rest[len(choices) :]
                drawn.append(self.drawn_html(drawer, view, *mine))
            return drawn if len(drawn) > 1 else drawn[0]

        inputs = [each for _, choices, _ in parts for each in choices]
        choice.change(draw, inputs, [part[0] for part in parts], **QUIET)

    def connect(self) -> None:
        """Wire the buttons, and the redraw that follows a new stamp.

        The browser asks for the stamp by itself, once a second (``clock.js``).
        """
        for wire in self.later:
            wire()
        choices = {id(each): each for _, some, _ in self.chosen for each in some}
        for choice in choices.values():
            self.follow(choice)
        first = [component for component, _ in self.first]
        outputs = [self.seen, *self.drawn_parts, *first]
        inputs = [choice for _, some, _ in self.chosen for choice in some]
        self.stamp.change(self.redraw, [self.seen, *inputs], outputs, **QUIET)


def unlike_built(component: Component, update: Any) -> Any:
    """Of an update, what a component is not already in the page by its building."""
    if not isinstance(update, dict):
        return update
    plain = str, bool, int, float, list, tuple, type(None)

    def is_built(name: str, value: Any) -> bool:
        built = getattr(component, name, component)
        return (
            isinstance(value, plain) and type(built) is type(value) and built == value
        )

    return {name: v for name, v in update.items() if not is_built(name, v)}


def only_news(
    sent: dict[int, int], updates: list[Any], numbers: Sequence[int] | None = None
) -> list[Any]:
    """The updates, with a skip for each that the tab was sent before; by its number
    among all that are sent, which is its place if none is given."""
    for place, update in enumerate(updates):
        number = numbers[place] if numbers is not None else place
        mark = hash(repr(update))
        if sent.get(number) == mark:
            updates[place] = gr.skip()
        sent[number] = mark
    return updates


# No output tells of a progress: each that might is gone through at every event.
SILENT: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": []}
QUIET: dict[str, Any] = {
    **SILENT,
    "queue": False,
    "concurrency_limit": None,
    "api_visibility": "private",
}
