"""A GGUF file becomes a folder that can be trained, in a process of its own.

Page and planner stay quick meanwhile. What is unpacked once is found again.
"""

from pathlib import Path

from webui.errors import PlannerError
from webui.files import new_scratch
from webui.models.gguf import unpacked_folder
from webui.models.unpack_work import STAGES, WRITTEN, unpacked_offline
from webui.planner.job import Gauge, Job
from webui.settings import models_folder
from webui.text import Text

UNPACKING = Text("The unpacking", "解包")


def start(file: Path) -> Job[Path]:
    """Begin to unpack a GGUF file; its folder is there at once if that was done before.

    Why a file cannot be unpacked is the job's result.
    """
    file = file.expanduser().absolute()
    try:
        target = unpacked_folder(file)
        if (target / WRITTEN).is_file():
            return Job(UNPACKING, target)
        scratch = scratch_folder()
    except PlannerError as error:
        return Job(UNPACKING, error)
    gauge, job = Gauge(STAGES), Job[Path](UNPACKING)
    args = (file, scratch, target, gauge)
    job.begin(unpacked_offline, *args, gauge=gauge, scratch=scratch)
    return job


def scratch_folder() -> Path:
    """A folder beside the models for one in the making.

    Raises:
        PlannerError: if nothing can be written there.
    """
    folder = models_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return new_scratch(folder, "unpack-")
    except OSError as error:
        why = error.strerror or error
        raise PlannerError.of(
            f"{folder} cannot be written ({why}); set TUNEBOOK_HOME to a folder "
            "that you may write.",
            f"无法写入 {folder}（{why}）；请把 TUNEBOOK_HOME 设为可写的文件夹。",
        ) from error
