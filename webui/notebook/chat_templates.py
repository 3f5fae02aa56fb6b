"""Chat templates of known families, by name: how a conversation becomes one text.

Each writes what was said unchanged, and only ever adds to the end: the text of the
first messages begins the text of all of them, and with ``add_generation_prompt`` it
ends where the answer begins. The mask finds the answers in this way.
"""

from pathlib import Path

from webui.recipe import Recipe

FOLDER = Path(__file__).parent / "chat_templates"


def read_template(path: Path) -> str:
    """A template that stands alone: what all share, then its own text."""
    shared = (FOLDER / "_said.jinja").read_text(encoding="utf-8")
    return shared + path.read_text(encoding="utf-8")


TEMPLATES: dict[str, str] = {
    path.stem: read_template(path) for path in sorted(FOLDER.glob("[!_]*.jinja"))
}

# What a base model without a template of its own gets: Zephyr's, without functions.
# Its marks are plain text, so no token has to be added and trained from nothing, and
# its answers end with the tokenizer's own end token, which stops the model: so any
# model can learn to stop.
BASE = (FOLDER / "_base.jinja").read_text(encoding="utf-8").rstrip()


def chat_template(recipe: Recipe) -> str | None:
    """The template that replaces the model's own, if any does."""
    if recipe.data.template == "custom":
        return recipe.data.custom_template
    return TEMPLATES.get(recipe.data.template)
