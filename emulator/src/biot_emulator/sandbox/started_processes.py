"""Which process the system has started last: as long as that is the same, there is none that nobody knows."""

from __future__ import annotations

import os

__all__ = ["last_started"]

#: Of the kernel itself: the load that says it too is made up in some containers, and late.
_LAST_ID = "/proc/sys/kernel/ns_last_pid"
_MOST_BYTES = 32


def last_started() -> bytes | None:
    """Return the id that a process, or a thread, has been given last; None where the system does not say that."""
    try:
        file = os.open(_LAST_ID, os.O_RDONLY)
    except OSError:
        return None
    try:
        return os.read(file, _MOST_BYTES) or None
    except OSError:
        return None
    finally:
        os.close(file)
