"""How long and how often a request that may succeed later is repeated."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from biot_plugin_cli.registry.errors import RegistryUnreachable, TooManyRequests, UntrustedCertificate

__all__ = ["Attempts", "Backoff", "Transient"]

T = TypeVar("T")

Transient = (RegistryUnreachable, TooManyRequests)
"""The errors after which the same request may succeed."""

# A registry that asks for more has its reasons, and somebody who waits should know them.
_LONGEST = 60.0


@dataclass(frozen=True, slots=True)
class Backoff:
    """The pauses between attempts.

    Attributes:
        pauses: Seconds before each repetition; their number limits the repetitions.
        sleep: Waits for so many seconds.
    """

    pauses: tuple[float, ...] = (0.5, 1.5, 4.0, 10.0)
    sleep: Callable[[float], None] = time.sleep

    def repeat(self, request: Callable[[], T]) -> T:
        """Send a request until it succeeds, fails permanently, or has been repeated often enough."""
        attempts = Attempts(self)
        while True:
            try:
                return request()
            except Transient as error:
                attempts.pause(error)


class Attempts:
    """The attempts at one thing.

    Args:
        backoff: The pauses between them.
    """

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._failed = 0

    def succeeded(self) -> None:
        """Start counting anew, as after a part that was transferred."""
        self._failed = 0

    def pause(self, error: RegistryUnreachable | TooManyRequests) -> None:
        """Wait before the next attempt.

        Args:
            error: Why the last one failed; raised if there is no other one.
        """
        pauses = self._backoff.pauses
        longer = error.retry_after or 0
        if isinstance(error, UntrustedCertificate) or self._failed >= len(pauses) or longer > _LONGEST:
            raise error
        self._backoff.sleep(max(pauses[self._failed], longer))
        self._failed += 1
