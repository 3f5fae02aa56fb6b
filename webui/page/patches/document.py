"""Gradio's own words are in the language of the page, and the document names it.

Gradio takes the language of its words ("Drop File Here") from the browser, and its
document is always an English one. Adds a script to the document, before Gradio's own:
the template ``frontend/index.html`` of ``gradio.routes.templates``. Leans on Gradio's
asking ``navigator.language`` first; what the browser prefers is still to be found in
``navigator.languages``.

For Gradio 6.31. Can go when a page of an app can have a language of its own.
"""

from gradio.routes import templates
from jinja2 import ChoiceLoader, DictLoader

TEMPLATE = "frontend/index.html"
SCRIPT = """<script>{
  const chinese = location.pathname.replace(/\\/$/, '').endsWith('/zh');
  document.documentElement.lang = chinese ? 'zh' : 'en';
  const language = { get: () => (chinese ? 'zh-CN' : 'en'), configurable: true };
  Object.defineProperty(navigator, 'language', language);
}</script>"""


def speak_the_pages_language() -> None:
    """Have each document of Gradio's say its words in the language of its page."""
    environment = templates.env
    assert environment.loader is not None
    source = environment.loader.get_source(environment, TEMPLATE)[0]
    if SCRIPT in source:
        return
    ours = source.replace("<head>", f"<head>{SCRIPT}", 1)
    environment.loader = ChoiceLoader(
        [DictLoader({TEMPLATE: ours}), environment.loader]
    )
