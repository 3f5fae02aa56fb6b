"""Gradio knows a Colab by the shell of its own process, and the page has another one.

Changes: ``gradio.utils.colab_check`` looks at Colab's environment instead. The page
then takes its address from the browser's, not from the server's: Colab's proxy passes
on a name of the runtime's own network. And it offers downloads as Colab's frame allows.

For Gradio 6.31. Can go when Gradio looks at the environment itself.
"""

import os

MARK = "COLAB_RELEASE_TAG"  # set in every process of a Colab runtime


def in_colab() -> bool:
    """Whether this process runs on a Colab."""
    return MARK in os.environ


def know_colab() -> None:
    """Let Gradio see that it runs on a Colab, in a process beside the notebook."""
    from gradio import utils

    utils.colab_check = in_colab
