"""A file is put where Gradio gives it away, before Gradio would do so.

Leans on ``gradio.processing_utils.save_file_to_cache`` and
``gradio.utils.get_upload_folder``, which Gradio calls on its event loop for a file that
lies elsewhere: a large one would hold the loop.

For Gradio 6.31. Can go when a download is copied in a thread, or served where it lies.
"""

from pathlib import Path

from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder


def served(file: Path) -> str:
    """A copy of a file among those that Gradio serves, under its content's hash."""
    return str(save_file_to_cache(file, cache_dir=get_upload_folder()))
