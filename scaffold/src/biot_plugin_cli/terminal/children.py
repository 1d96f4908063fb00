"""The end of the processes that this one has started."""

from __future__ import annotations

from contextlib import suppress

__all__ = ["end_children"]


def end_children() -> None:
    """End them, and those that they have started.

    Otherwise they would go on, in folders that are being deleted: whoever waits for a process ends that one at most.
    """
    import psutil

    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            child.kill()
