"""How long and how often a request that may succeed later is repeated."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from biot_plugin_cli.registry.errors import RegistryUnreachable, TooManyRequests, UntrustedCertificate

__all__ = ["Attempts", "Backoff"]

T = TypeVar("T")

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
            with attempts:
                return request()


class Attempts:
    """The attempts at one thing: a context that takes an error which may pass for a reason to wait.

    After as many errors as there are pauses, the last one is raised.

    Args:
        backoff: The pauses between them.
    """

    def __init__(self, backoff: Backoff) -> None:
        self._backoff = backoff
        self._failed = 0

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, RegistryUnreachable | TooManyRequests) or not self._may_repeat(error):
            return False
        self._backoff.sleep(max(self._backoff.pauses[self._failed], error.retry_after or 0))
        self._failed += 1
        return True

    def succeeded(self) -> None:
        """Start counting anew, as after a part that was transferred."""
        self._failed = 0

    def _may_repeat(self, error: RegistryUnreachable | TooManyRequests) -> bool:
        is_permanent = isinstance(error, UntrustedCertificate) or (error.retry_after or 0) > _LONGEST
        return not is_permanent and self._failed < len(self._backoff.pauses)
