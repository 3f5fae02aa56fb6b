"""How a demo looks and what its page's script is: the owner's page, and little more."""

from pathlib import Path

from webui.page import theme

FOLDER = Path(__file__).parent


def style() -> str:
    """The page's style sheet, and the demo's own."""
    return theme.style(owner=False) + (FOLDER / "demo.css").read_text(encoding="utf-8")


def script() -> str:
    """What the browser runs once, when the page is there."""
    files = theme.FOLDER / "language.js", FOLDER / "demo.js"
    texts = [file.read_text(encoding="utf-8") for file in files]
    return "() => {\n" + "\n".join(texts) + "\n}"
