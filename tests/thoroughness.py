"""How often a test tries: in each run so often that a fault of every kind is met, in that of the matrix more often."""

from __future__ import annotations

import os

__all__ = ["tries"]

IS_THOROUGH = os.environ.get("THOROUGH") == "1"


def tries(each_run: int, thorough: int) -> int:
    """Return a number of rounds, examples, calls or bytes; `make test-template` has the greater one."""
    return thorough if IS_THOROUGH else each_run
