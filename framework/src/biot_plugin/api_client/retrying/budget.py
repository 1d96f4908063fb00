"""The stock of retries that all calls of a container share.

Where the platform is in trouble, each call that is tried four times makes it four times as busy, on as many machines as
Lambda runs. So a retry takes one from a stock, and ten calls that succeed at once put one back: a short trouble is
bridged, and a long one makes a container send a tenth more than it would without retries.
"""

from __future__ import annotations

import threading


class RetryBudget:
    """A stock of retries. Safe for several threads.

    Args:
        capacity: The greatest stock, with which it starts.
    """

    #: The stock of a container: a few calls with all of their attempts.
    CAPACITY = 20.0
    #: What a call that needed no retry puts back.
    RETURN = 0.1

    def __init__(self, capacity: float = CAPACITY) -> None:
        self._lock = threading.Lock()
        self._capacity = self._stock = capacity

    def spend(self) -> bool:
        """Take one retry from the stock; False where none is left."""
        with self._lock:
            if self._stock < 1:
                return False
            self._stock -= 1
            return True

    def restore(self) -> None:
        """Put back a part of a retry, for a call that needed none."""
        with self._lock:
            self._stock = min(self._stock + self.RETURN, self._capacity)
