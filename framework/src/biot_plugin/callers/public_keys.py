"""The platform's public keys as a plugin holds them: fetched early, kept, and renewed on rotation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512

from biot_plugin.callers.key_service import KeysUnavailable

Fetch = Callable[[], Sequence[RSAPublicKey]]


class PublicKeys:
    """The current and the previous public key, cached for the life of the container.

    A signature that no key fits may come from a key newer than ours, so it causes one fetch; but it may as well be
    forged, so such fetches keep a floor between them: a flood of forged tokens cannot make the plugin hammer the
    platform.

    Args:
        fetch: Gets the keys from the platform, newest first; raises `KeysUnavailable`.
        clock: Monotonic seconds.
    """

    #: Seconds between two fetches that failing signatures may cause.
    REFETCH_FLOOR = 30.0
    #: Seconds between two attempts while there is no key at all.
    RETRY_FLOOR = 1.0
    #: Seconds that the first event waits for a fetch that is still under way.
    PREFETCH_PATIENCE = 2.0

    def __init__(self, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: Sequence[RSAPublicKey] = ()
        self._lock = threading.Lock()
        self._not_before = float("-inf")
        self._prefetching: threading.Thread | None = None

    def prefetch(self) -> None:
        """Starts to fetch the keys in the background. A failure is not fatal: the first event tries again."""
        self._prefetching = threading.Thread(target=self._prefetch, name="biot-public-keys", daemon=True)
        self._prefetching.start()

    def use(self, fetch: Fetch) -> None:
        """Takes the keys from elsewhere from now on, as tests do that sign their own tokens."""
        self._fetch = fetch
        self._keys = ()
        self._prefetching = None
        self._not_before = float("-inf")

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether one of the keys signed `message` (RSASSA-PKCS1-v1_5 with SHA-512).

        Raises:
            KeysUnavailable: There is no key, and none can be had now.
        """
        keys = self._current()
        return _signed_by(keys, message, signature) or _signed_by(self._newer_than(keys), message, signature)

    def _current(self) -> Sequence[RSAPublicKey]:
        # Of several threads that come here at once, each waits.
        if (prefetching := self._prefetching) is not None:
            prefetching.join(self.PREFETCH_PATIENCE)
            self._prefetching = None
        with self._lock:
            if not self._keys:
                self._renew(self.RETRY_FLOOR)
                self._not_before = float("-inf")
            return self._keys

    def _newer_than(self, keys: Sequence[RSAPublicKey]) -> Sequence[RSAPublicKey]:
        """Keys that took the place of `keys`, fetched unless another thread did it or the floor forbids it."""
        with self._lock:
            if self._keys is keys and self._clock() >= self._not_before:
                try:
                    self._renew(self.REFETCH_FLOOR)
                except KeysUnavailable:
                    return ()
            return () if self._keys is keys else self._keys

    def _renew(self, floor: float) -> None:
        now = self._clock()
        if now < self._not_before:
            raise KeysUnavailable("the last attempt failed a moment ago")
        self._not_before = now + floor
        self._keys = self._fetch()

    def _prefetch(self) -> None:
        try:
            keys = self._fetch()
        except KeysUnavailable:
            return
        with self._lock:
            self._keys = self._keys or keys


def _signed_by(keys: Sequence[RSAPublicKey], message: bytes, signature: bytes) -> bool:
    return any(_fits(key, message, signature) for key in keys)


def _fits(key: RSAPublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, message, PKCS1v15(), SHA512())
    except InvalidSignature:
        return False
    return True
