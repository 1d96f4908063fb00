"""The platform's public keys: fetched early, cached, and fetched again after a rotation."""

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

    A signature that matches no cached key may have been made with a newer key, so it triggers one fetch. It may also be
    forged, so there is a minimum interval between such fetches: a flood of forged tokens cannot make the plugin flood
    the platform.

    Args:
        fetch: Fetches the keys from the platform, newest first; raises `KeysUnavailable`.
        clock: Monotonic seconds.
    """

    #: Minimum seconds between two fetches that failed signatures trigger.
    REFETCH_FLOOR = 30.0
    #: Minimum seconds between two attempts while no key is cached.
    RETRY_FLOOR = 1.0
    #: Seconds that the first event waits for a prefetch that is still running.
    PREFETCH_PATIENCE = 2.0

    def __init__(self, fetch: Fetch, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: Sequence[RSAPublicKey] = ()
        self._lock = threading.Lock()
        self._not_before = float("-inf")
        self._prefetching: threading.Thread | None = None

    def prefetch(self) -> None:
        """Start to fetch the keys in the background. If that fails, the first event tries again."""
        self._prefetching = threading.Thread(target=self._prefetch, name="biot-public-keys", daemon=True)
        self._prefetching.start()

    def use(self, fetch: Fetch) -> None:
        """Get the keys from another source from now on, as tests do that sign their own tokens."""
        self._fetch = fetch
        self._keys = ()
        self._prefetching = None
        self._not_before = float("-inf")

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether one of the keys signed `message` (RSASSA-PKCS1-v1_5 with SHA-512).

        Raises:
            KeysUnavailable: No key is cached, and none can be fetched now.
        """
        keys = self._current()
        return _is_signed_by(keys, message, signature) or _is_signed_by(self._newer_than(keys), message, signature)

    def _current(self) -> Sequence[RSAPublicKey]:
        # Each of several threads that arrive here at once waits.
        if (prefetching := self._prefetching) is not None:
            prefetching.join(self.PREFETCH_PATIENCE)
            self._prefetching = None
        with self._lock:
            if not self._keys:
                self._renew(self.RETRY_FLOOR)
                self._not_before = float("-inf")
            return self._keys

    def _newer_than(self, keys: Sequence[RSAPublicKey]) -> Sequence[RSAPublicKey]:
        """The keys that replaced `keys`; fetched unless another thread did so, or the last fetch was too recent."""
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


def _is_signed_by(keys: Sequence[RSAPublicKey], message: bytes, signature: bytes) -> bool:
    return any(_matches(key, message, signature) for key in keys)


def _matches(key: RSAPublicKey, message: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, message, PKCS1v15(), SHA512())
    except InvalidSignature:
        return False
    return True
