"""What goes to stdout: tables for people, tab-separated in a pipe, or one JSON."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table


def print_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows: a table on a terminal, elsewhere a line each with tabs between."""
    if sys.stdout.isatty():
        from rich.console import Console

        Console().print(plain_table(titles, rows))
    else:
        for row in rows:
            print("\t".join(row))


def plain_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> "Table":
    """Rows under their titles, without lines or colours."""
    from rich.markup import escape
    from rich.table import Table

    made = Table(*map(escape, titles), box=None, header_style="bold", pad_edge=False)
    for row in rows:
        made.add_row(*map(escape, row))
    return made


def print_json(value: Any) -> None:
    """Print one JSON document; the only thing that goes to stdout with ``--json``."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    # JSON has half a character as its escape; no terminal takes it as it is.
    print(text.encode(errors="backslashreplace").decode())
