"""The browser loads everything from this server, under a shared link as well.

Changes: ``Blocks.share``, which is read only to choose the document once an app is
launched: the one for a shared link loads Gradio's script, named by its version, from a
server elsewhere. A page that can run code should not run any from there, and it works
without internet.

For Gradio 6.31. Can go when ``launch`` has an option for it.
"""

from typing import Any


def serve_own_files(blocks: Any) -> None:
    """Have a launched app give the document that names files of its own server."""
    blocks.share = False
