"""Fetches the platform's keys while there are none: not often, and not at the moment of all other containers.

Where the platform is in trouble, a container that has just started goes on asking while init waits, and then its first
event: it would fail for want of a key. Later events ask once, and again only where the platform names a moment with
`Retry-After` that is not too late for the event. Nobody asks before a moment that was named.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from biot_plugin.callers.key_service import KeysUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    Fetch = Callable[[], Sequence[RSAPublicKey]]

#: The part of the time for a last attempt in which it is made: the platform has had the rest to come back.
_LAST_PART = 0.25


class FirstFetch:
    """Decides when the keys are fetched while there are none.

    Args:
        clock: Monotonic seconds.
        sleep: Waits for seconds.
    """

    #: Seconds between two attempts: at most these after the first failure, doubled with each further one up to the
    #: ceiling, and randomised: many containers must not keep a platform down that comes back.
    RETRY_FLOOR = 1.0
    RETRY_CEILING = 3.0
    #: The ceiling while init or the first event waits.
    PATIENT_CEILING = 2.0

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], object]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._failures = 0
        self._is_named = False
        self._pause = 0.0
        #: Nobody asks before the first moment, and nobody without a reason before the second.
        self._earliest = self._usual = float("-inf")

    def run(self, fetch: Fetch, until: float, *, patient: bool) -> Sequence[RSAPublicKey]:
        """Fetch the keys, in several attempts where that may help.

        Args:
            fetch: Fetches them once.
            until: The moment after which no attempt is begun.
            patient: Whether to try again also where the platform is in trouble and names no moment.

        Raises:
            KeysUnavailable: The last attempt failed, or it is too early for one.
        """
        while True:
            self._wait(until, patient=patient)
            try:
                keys = fetch()
            except KeysUnavailable as error:
                self._note(error, patient=patient)
                may_help = self._is_named or (patient and error.retry_after is not None)
                if not may_help or self._earliest > until:
                    raise
            else:
                self._failures = 0
                return keys

    def _wait(self, until: float, *, patient: bool) -> None:
        """Wait for the moment of the next attempt. Raises KeysUnavailable."""
        now = self._clock()
        if now >= self._usual:
            return
        if not (self._is_named or patient) or self._earliest > until:
            raise KeysUnavailable("the last attempt failed a moment ago")
        moment = self._usual
        if moment + self._pause > until:  # There is no time for a further attempt after this one.
            moment = until - random.uniform(0, _LAST_PART) * (until - self._earliest)  # noqa: S311
        self._sleep(max(0.0, moment - now))

    def _note(self, error: KeysUnavailable, *, patient: bool) -> None:
        """Set the moments of the next attempt."""
        ceiling = self.PATIENT_CEILING if patient else self.RETRY_CEILING
        half = min(self.RETRY_FLOOR * 2**self._failures, ceiling) / 2
        self._failures = min(self._failures + 1, 10)
        self._is_named = bool(error.retry_after)
        self._pause = error.retry_after or half
        self._earliest = self._clock() + self._pause
        self._usual = self._earliest + random.uniform(0, half)  # noqa: S311
