"""Python code as lines of escaped HTML, coloured on the server."""

from collections.abc import Iterator

from markupsafe import Markup
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

# The code is shown as it is, whatever stands at its beginning and end.
LEXER = PythonLexer(stripnl=False, ensurenl=False)
# Kinds of tokens that have a look of their own.
LOOKS: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "comment"),
    (String, "text"),
    (Number, "number"),
    (Keyword, "word"),
    (Operator.Word, "word"),
    (Name.Function, "named"),
    (Name.Class, "named"),
    (Name.Decorator, "named"),
)


def lines_of(code: str) -> list[str]:
    """The lines of a code; only a line feed ends one, as in Python's own reading."""
    return code.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def coloured(code: str) -> list[Markup]:
    """Each line of a code as HTML."""
    lines = [Markup("")]
    for look, text in runs(code):
        first, *more = text.split("\n")
        lines[-1] += marked(look, first)
        lines += [marked(look, part) for part in more]
    return lines


def runs(code: str) -> Iterator[tuple[str, str]]:
    """The code in pieces of one look each, as long as they can be."""
    look, text = "", ""
    for kind, part in LEXER.get_tokens("\n".join(lines_of(code))):
        own = look_of(kind)
        if own != look and text:
            yield look, text
            text = ""
        look, text = own, text + part
    if text:
        yield look, text


def look_of(kind: _TokenType) -> str:
    """How a kind of token looks; empty for plain text."""
    return next((look for known, look in LOOKS if kind in known), "")


def marked(look: str, text: str) -> Markup:
    """A piece of a line in its look."""
    if not text or not look:
        return Markup.escape(text)
    return Markup('<span class="{}">{}</span>').format(f"c-{look}", text)
