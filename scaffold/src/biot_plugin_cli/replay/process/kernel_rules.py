"""Linux's own rule that no TCP connection is made but to some ports: libraries in C keep to it too, and all children.

It is Landlock, which any process may bind itself with, and which kernels have from version 6.7 on. Where there is none,
what goes through Python is still checked by `ClosedNetwork`.
"""

from __future__ import annotations

import os
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ctypes

__all__ = ["forbid_connections"]

# The same numbers on all machines that Lambda has.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_SET_NO_NEW_PRIVILEGES = 38
_VERSION_OF_CONNECTIONS, _ASK_VERSION = 4, 1
_CONNECT_TCP, _RULE_OF_PORT = 2, 2


def forbid_connections(ports: list[int]) -> bool:
    """Forbid this process, and all that it starts, to connect to other ports; return whether the system does so.

    It holds for the thread that calls this and for those that it starts from now on.
    """
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        return _restrict(libc, ports)
    except (ImportError, OSError, AttributeError):
        return False


def _restrict(libc: ctypes.CDLL, ports: list[int]) -> bool:
    if libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION) < _VERSION_OF_CONNECTIONS:
        return False
    handled = struct.pack("=QQ", 0, _CONNECT_TCP)
    rules = libc.syscall(_CREATE_RULESET, handled, len(handled), 0)
    if rules < 0:
        return False
    try:
        for port in ports:
            if libc.syscall(_ADD_RULE, rules, _RULE_OF_PORT, struct.pack("=QQ", _CONNECT_TCP, port), 0) != 0:
                return False
        libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)
