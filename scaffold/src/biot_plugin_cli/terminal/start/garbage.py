"""The search for garbage, which a command that is about to end has next to none of."""

from __future__ import annotations

import atexit
import gc

__all__ = ["collect_rarely"]

# A command loads some hundred modules: with the usual 700, all that they have made is searched through again and again.
_OBJECTS = 50_000


def collect_rarely() -> None:
    """Search for garbage only after many more objects have been made than usual, and not at the end."""
    _, *others = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *others)
    # An interpreter that ends searches through all objects several times, of which the system takes the memory anyway.
    atexit.register(gc.freeze)
