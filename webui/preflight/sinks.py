"""Whether the places that a training also logs to can be reached: before it starts."""

import netrc
import os
import sys
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from webui.recipe import Recipe
from webui.recipe.problems import Problem
from webui.runs.summary import installed
from webui.text import Text

FIELD = "watch.report_to"
WANDB_HOST = "api.wandb.ai"
QUIET = ("offline", "disabled", "dryrun")  # of WANDB_MODE: nothing is sent


def sink_problems(recipe: Recipe) -> Iterator[Problem]:
    """What keeps the chosen sinks from working, each in one sentence."""
    for name in recipe.watch.report_to:
        if installed(name) is None:
            yield Problem(FIELD, missing(name))
        elif name == "wandb" and not knows_key(os.environ):
            yield Problem(FIELD, NO_KEY)


def missing(name: str) -> Text:
    """A sink that is not installed, and the command that installs it."""
    command = f"{sys.executable} -m pip install {name}"
    return Text(
        f"has {name}, which is not installed: {command}",
        f"含有 {name}，但尚未安装：{command}",
    )


def knows_key(environment: Mapping[str, str]) -> bool:
    """Whether Weights & Biases has a key here, or is told to send nothing."""
    if environment.get("WANDB_MODE") in QUIET or environment.get("WANDB_API_KEY"):
        return True
    host = environment.get("WANDB_BASE_URL", f"https://{WANDB_HOST}")
    try:
        # Where `wandb login` keeps it.
        return netrc.netrc().authenticators(urlsplit(host).netloc) is not None
    except (OSError, netrc.NetrcParseError):
        return False


NO_KEY = Text(
    "has wandb, which has no key here: run `wandb login`, set WANDB_API_KEY, or set "
    "WANDB_MODE=offline, and restart the page and the kernel.",
    "含有 wandb，但没有密钥：请运行 `wandb login`、设置 WANDB_API_KEY，"
    "或设置 WANDB_MODE=offline，然后重新启动页面和内核。",
)
