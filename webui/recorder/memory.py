"""How much memory the kernel holds now, and at its peak since the run began."""

import gc
import sys
from pathlib import Path
from typing import Any


def cuda() -> Any:
    """torch.cuda where a CUDA device is in use; None elsewhere. Imports nothing."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_available() else None


def in_use() -> int:
    """Bytes in use: of the GPU where there is one, else of this process."""
    if device := cuda():
        return int(device.memory_allocated())
    import psutil

    return int(psutil.Process().memory_info().rss)


def release() -> None:
    """Give back what nothing refers to any more."""
    gc.collect()
    if device := cuda():
        device.empty_cache()


def reset_peak() -> None:
    """Begin a new peak; where the system cannot, the process's whole life counts."""
    if device := cuda():
        device.reset_peak_memory_stats()
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def peak() -> int:
    """Bytes at the peak: of the GPU where there is one, else of this process."""
    if device := cuda():
        return int(device.max_memory_allocated())
    try:
        status = Path("/proc/self/status").read_text()
        line = next(x for x in status.splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        import resource

        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * 1024
