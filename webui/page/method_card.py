"""What the chosen method is: a folded explanation below its field."""

from markupsafe import Markup

from webui.page.frame import Page
from webui.recipe import Recipe
from webui.recipe.methods import Method, explained
from webui.text import Text

CARD = Markup(
    '<details class="method"><summary>{question}</summary><p>{sentence}</p>'
    "<p><code>{formula}</code></p><p>{label} {when}</p>"
    '<p class="quiet">{source_label} <a href="{url}" target="_blank" '
    'rel="noopener noreferrer">{source}</a></p></details>'
)
WHEN = Text("When to choose it:", "何时选用：")
SOURCE = Text("Source:", "出处：")


def explained_html(page: Page, recipe: Recipe) -> Markup:
    """The recipe's method and its variants, each folded, in the page's language."""
    cards = (method_card(page, method) for method in explained(recipe))
    return Markup("").join(cards)


def method_card(page: Page, method: Method) -> Markup:
    """One method; nothing is fetched until the reader opens the source's link."""
    title, source = page.say(method.title), method.source
    return CARD.format(
        question=page.say(Text(f"What is {title}?", f"什么是 {title}？")),
        sentence=page.say(method.sentence),
        formula=method.formula,
        label=page.say(WHEN),
        when=page.say(method.when),
        source_label=page.say(SOURCE),
        url=source.url,
        source=f"{source.authors}: {source.title}, {source.year}",
    )
