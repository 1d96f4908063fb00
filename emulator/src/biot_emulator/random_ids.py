"""Random ids for what is recorded and passed on: the system is asked for the bytes of many of them at once.

Each question to the system lets another thread have the interpreter, and a call has half a dozen ids.
"""

from __future__ import annotations

import os
from collections import deque

__all__ = ["random_hex", "random_uuid"]

_ID_BYTES = 16
_IDS = 256

_unused: deque[bytes] = deque()
# Otherwise both processes would have the same ones.
os.register_at_fork(after_in_child=_unused.clear)


def random_hex() -> str:
    """Return 16 random bytes, as 32 hexadecimal digits."""
    if not _unused:
        many = os.urandom(_ID_BYTES * _IDS)
        _unused.extend(many[start : start + _ID_BYTES] for start in range(0, len(many), _ID_BYTES))
    try:
        return _unused.pop().hex()
    except IndexError:
        # Another thread has taken the last one.
        return random_hex()


def random_uuid() -> str:
    """Return a random UUID, of version 4."""
    text = random_hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
