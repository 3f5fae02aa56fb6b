"""The commands about this machine: the page, the doctor, the starter model."""

import os
import sys
from argparse import Namespace
from dataclasses import asdict
from typing import Any

from webui.address import check_place
from webui.commands.given import recipe_path
from webui.commands.output import print_json
from webui.commands.progress import say_progress
from webui.kernel import stopping
from webui.kernel.kernel import this_kernel
from webui.kernel.process import KernelError
from webui.kernel.status import status


def page(arguments: Namespace) -> int:
    """Open the page in the browser, and serve it until Ctrl-C."""
    from webui.app import launch
    from webui.planner import process as planner

    check_place(arguments.host, arguments.port)
    if not arguments.recipe:
        bring_starter()
    say_progress("Opening the page (about 5 seconds) ...")
    try:
        launch(
            recipe_path(arguments.recipe) if arguments.recipe else None,
            host=arguments.host,
            port=arguments.port,
            share=arguments.share,
            auth=arguments.auth,
            inbrowser=not arguments.no_browser and has_display(),
            max_upload_mb=arguments.max_upload,
            root_path=arguments.root_path,
        )
    finally:
        # Python would wait until it has answered or imported everything.
        planner.stop()
    return 0


def bring_starter() -> None:
    """Fetch the model that the first page trains, once; without it the page opens."""
    from webui.starter import StarterError, ensure_starter

    try:
        ensure_starter(say_progress)
    except StarterError as error:
        say_progress(f"{error} Until then, choose another model on the page.")


def has_display() -> bool:
    """Whether a browser would open in a window, and not inside this terminal."""
    if sys.platform == "darwin":
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def doctor(arguments: Namespace) -> int:
    """Say what is missing and how to mend it; 0 when nothing required is."""
    from webui.doctor import examine, report

    if arguments.end_kernel:
        return end_kernel()
    if arguments.fix:
        mend()
    findings = examine()
    if arguments.json:
        plain = [asdict(finding) for finding in findings]
        print_json({"findings": plain, "kernel": kernel_state()})
    else:
        print(report(findings))
        if status(this_kernel()).word in ("idle", "busy"):
            print(kernel_line())
    return 0 if all(each.ok for each in findings if each.required) else 1


def mend() -> None:
    """Install the packages that fit; never beneath a training that runs.

    Raises:
        KernelError: when the kernel is busy.
    """
    from webui.install import install

    if status(this_kernel()).word == "busy":
        raise KernelError.of(
            "A training runs on the packages that would be exchanged: wait for its "
            "end, or stop it, and try again.",
            "有训练正在使用要更换的软件包：请等它结束或停止它，然后重试。",
        )
    install(say_progress)


def kernel_state() -> dict[str, Any]:
    """How the kernel stands, for a machine."""
    now = status(this_kernel())
    run = str(now.run) if now.run else None
    return {"status": now.word, "pid": now.pid, "run": run, "busy": now.busy}


def kernel_line() -> str:
    """How the kernel stands, and how to end it, for a person."""
    now = status(this_kernel())
    if now.word in ("none", "dead"):
        return "No kernel runs."
    doing = f"runs {now.busy.get('cell')}" if now.busy else "is idle"
    where = f" (last run: {now.run.name})" if now.run else ""
    return (
        f"A kernel, process {now.pid}, {doing}{where}; "
        "`tunebook doctor --end-kernel` ends it and frees its memory."
    )


def end_kernel() -> int:
    """End the kernel, whatever it does; a run that it leaves is closed."""
    kernel = this_kernel()
    if status(kernel).word in ("none", "dead"):
        say_progress("No kernel runs.")
    else:
        stopping.end(kernel)
        say_progress("The kernel was ended, and its memory is free.")
    return 0


def starter(arguments: Namespace) -> int:
    """Fetch the starter model, if it is not there."""
    from webui.starter import ensure_starter

    print(ensure_starter(say_progress))
    return 0
