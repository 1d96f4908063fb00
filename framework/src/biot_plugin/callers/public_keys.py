"""The platform's public keys: fetched early, cached, and fetched again after a rotation."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from biot_plugin.callers.first_fetch import FirstFetch
from biot_plugin.callers.key_service import KeysUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    Fetch = Callable[[], Sequence[RSAPublicKey]]

#: A key of 2048 bits, the shortest that is accepted, makes signatures of this many bytes.
_MIN_SIGNATURE = 256
#: How many refused tokens are remembered.
_MAX_REMEMBERED = 100


class PublicKeys:
    """The current and the previous public key, cached for the life of the container.

    A signature that matches no cached key may have been made with a newer key, or may be forged: nothing in a token
    tells which before the newer key is fetched. So such fetches are rationed. Each takes one from a small stock, and
    each genuine token puts one back: a container that serves the platform can afford to look for a new key when some
    garbage came before, while garbage alone cannot make the plugin flood the platform. An empty stock gets one back
    after a while, so that a flood delays a new key by seconds at most; and each fetch brings the new key for all.

    No fetch is spent on a token that arrived before the keys did, that was refused a moment ago, or whose signature is
    too short.

    Args:
        fetch: Fetches the keys from the platform, newest first; raises `KeysUnavailable`.
        clock: Monotonic seconds.
        sleep: Waits for seconds.
    """

    #: Seconds until an empty stock of fetches gets one back.
    REFETCH_FLOOR = 5.0
    #: The greatest stock.
    MAX_STOCK = 2
    #: Seconds that an event waits for the first keys: most of the three that the platform's samples have for all of it.
    PATIENCE = 2.5
    #: Seconds for which a prefetch goes on while the platform is in trouble: the end of init waits for three of them,
    #: and the first event for the rest.
    PREFETCH_SECONDS = 3.0 + PATIENCE

    def __init__(
        self,
        fetch: Fetch,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._prefetching: threading.Thread | None = None
        self.use(fetch)

    def prefetch(self, start: Callable[[threading.Thread], object] = threading.Thread.start) -> None:
        """Fetch the keys in the background. If that fails, the first event tries again.

        Args:
            start: Starts the thread.
        """
        self._prefetching = threading.Thread(target=self._prefetch, name="biot-public-keys", daemon=True)
        start(self._prefetching)

    def use(self, fetch: Fetch) -> None:
        """Get the keys from another source from now on, as tests do that sign their own tokens."""
        self._fetch = fetch
        self._keys: Sequence[RSAPublicKey] = ()
        self._prefetching = None
        self._first_fetch = FirstFetch(lambda: self._clock(), self._sleep)
        self._stock = 1
        self._restocked_at = float("-inf")
        self._refused: dict[bytes, float] = {}

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether one of the keys signed `message` (RSASSA-PKCS1-v1_5 with SHA-512).

        Raises:
            KeysUnavailable: No key is cached, and none can be fetched now.
        """
        from biot_plugin.callers.signature import is_signed_by

        keys, is_new = self._current()
        is_genuine = is_signed_by(keys, message, signature)
        if not is_genuine and not is_new and len(signature) >= _MIN_SIGNATURE:
            is_genuine = is_signed_by(self._newer_than(keys, signature), message, signature)
        if is_genuine:
            self._stock = min(self._stock + 1, self.MAX_STOCK)
        return is_genuine

    def _current(self) -> tuple[Sequence[RSAPublicKey], bool]:
        """The cached keys, and whether they had to be fetched just now."""
        until = self._clock() + self.PATIENCE
        # Each of several threads that arrive here at once waits.
        if (prefetching := self._prefetching) is not None:
            prefetching.join(self.PATIENCE)
            self._prefetching = None
        if keys := self._keys:  # Without the lock: a fetch for a forged token must not hold up the genuine ones.
            return keys, False
        with self._lock:
            is_new = not self._keys
            if is_new:
                self._keys = self._first_fetch.run(self._fetch, until, patient=False)
            return self._keys, is_new

    def _newer_than(self, keys: Sequence[RSAPublicKey], signature: bytes) -> Sequence[RSAPublicKey]:
        """The keys that replaced `keys`; fetched unless another thread did so, or there is no fetch to spend."""
        with self._lock:
            if self._keys is keys and self._spend(signature):
                try:
                    self._keys = self._fetch()
                except KeysUnavailable:
                    return ()
            return () if self._keys is keys else self._keys

    def _spend(self, signature: bytes) -> bool:
        """Take a fetch from the stock for a token, unless it had one a moment ago."""
        now = self._clock()
        if now < self._refused.get(signature, now):
            return False
        if not self._stock and now < self._restocked_at:
            return False
        self._stock = max(self._stock - 1, 0)
        self._restocked_at = now + self.REFETCH_FLOOR
        if len(self._refused) >= _MAX_REMEMBERED:
            self._refused.clear()
        self._refused[signature] = self._restocked_at
        return True

    def _prefetch(self) -> None:
        try:
            keys = self._first_fetch.run(self._fetch, self._clock() + self.PREFETCH_SECONDS, patient=True)
        except KeysUnavailable:
            return
        from biot_plugin.callers.signature import is_signed_by

        # OpenSSL prepares what it needs with the first signature: half of what the first event would cost.
        is_signed_by(keys[:1], b"", bytes(keys[0].key_size // 8))
        with self._lock:
            self._keys = self._keys or keys
