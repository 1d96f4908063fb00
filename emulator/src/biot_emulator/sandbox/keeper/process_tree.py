"""The descendants of a process, and their memory, as Linux lists them."""

from __future__ import annotations

import os

__all__ = ["descendants", "memory"]


def descendants(pid: int) -> list[int] | None:
    """Return the ids of all processes below a process; None where this system does not list them."""
    if not os.path.exists(f"/proc/{pid}/task/{pid}/children"):  # noqa: PTH110
        return None
    below: list[int] = []
    pids = [pid]
    while pids:
        pids = [child for parent in pids for child in _children(parent)]
        below += pids
    return below


def memory(pid: int) -> int:
    """Return the resident memory of all processes below a process, in bytes; 0 where this system does not list them."""
    return sum(map(_resident_bytes, descendants(pid) or ()))


def _resident_bytes(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:  # noqa: PTH123
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        # It ended meanwhile.
        return 0


def _children(pid: int) -> list[int]:
    children: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:  # noqa: PTH123
                children += map(int, file.read().split())
    except OSError:
        # It ended meanwhile, and its children have another parent.
        return children
    return children
