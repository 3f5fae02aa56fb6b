"""The kernel's ports are open to all of this machine; it hears its owner alone."""

import json
from pathlib import Path

from webui.kernel import process
from webui.kernel.client import CONNECTION, await_answer, connect, execute
from webui.kernel.kernel import this_kernel
from webui.kernel.status import lock


def test_what_is_not_signed_does_not_run(tunebook_home: Path) -> None:
    kernel = this_kernel()
    mark = tunebook_home / "mark"
    with lock(kernel):
        process.start_process(kernel)
    try:
        file = kernel.folder / CONNECTION
        assert len(json.loads(file.read_text())["key"]) == 64
        assert file.stat().st_mode & 0o077 == 0
        with connect(kernel) as stranger:
            stranger.session.key = b""
            execute(stranger, f"open({str(mark)!r}, 'w').close()")
        with connect(kernel) as owner:
            assert await_answer(owner, execute(owner, "1"), 30)
        assert not mark.exists()
        with connect(kernel) as owner:
            made = execute(owner, f"open({str(mark)!r}, 'w').close()")
            assert await_answer(owner, made, 30)
        assert mark.exists()
    finally:
        process.end(kernel)
