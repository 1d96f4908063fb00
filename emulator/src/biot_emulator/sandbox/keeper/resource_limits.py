"""Lambda's limits of what a plugin's process, and what it starts, may have open, start and leave behind."""

from __future__ import annotations

import resource

__all__ = ["set_limits"]

_MAX_FILES = 1024
_MAX_PROCESSES = 1024
_NO_CORE = 0


def set_limits(*, own_users: bool) -> None:
    """Limit this process, and whatever it becomes or starts.

    Args:
        own_users: Whether it has a user namespace of its own. In any other, all the processes and threads of the user
            would count, also those that have nothing to do with the plugin.
    """
    _limit(resource.RLIMIT_NOFILE, _MAX_FILES)
    # A dump would have what the plugin had in memory: patients' data, and its secrets.
    _limit(resource.RLIMIT_CORE, _NO_CORE)
    if own_users:
        _limit(resource.RLIMIT_NPROC, _MAX_PROCESSES)


def _limit(kind: int, most: int) -> None:
    _, highest = resource.getrlimit(kind)
    allowed = most if highest == resource.RLIM_INFINITY else min(most, highest)
    resource.setrlimit(kind, (allowed, allowed))
