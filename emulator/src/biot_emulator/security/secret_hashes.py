"""Passwords and secret keys, of which only a hash is ever stored."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from biot_emulator.errors import EmulatorError

__all__ = ["TooManySecrets", "hash_secret", "is_secret"]

_COST = 2**14
_SALT_BYTES = 16
#: Each takes 16 MB, and a processor: one of them stays free for everybody else.
_MAX_AT_ONCE = max(1, min(4, (os.cpu_count() or 1) - 1))
_MAX_WAITING = 256


class TooManySecrets(EmulatorError):
    """More secrets are waiting to be checked than may wait."""


class _Turns:
    """Lets a few threads in at once, and some more wait for it."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for a turn. Raises TooManySecrets."""
        if not self._places.acquire(blocking=False):
            raise TooManySecrets("Too many secrets are being checked: try again later")
        try:
            with self._turns:
                yield
        finally:
            self._places.release()


_turns = _Turns(_MAX_AT_ONCE, _MAX_WAITING)
#: Stands for the secret of somebody who has none, so that it takes as long to find out.
_NOBODY = f"{bytes(_SALT_BYTES).hex()}:{bytes(64).hex()}"


def hash_secret(secret: str, *, like: str | None = None) -> str:
    """Hash a secret with a salt, by scrypt.

    Args:
        secret: The secret.
        like: A hash of another secret of the same holder, whose salt is used, so that both are checked at once.
    """
    salt = _parts(like)[0] if like else os.urandom(_SALT_BYTES)
    return f"{salt.hex()}:{_scrypt(secret, salt).hex()}"


def is_secret(secret: str, stored_hashes: Sequence[str]) -> bool:
    """Whether a secret has one of these hashes; as slow where there are none.

    Raises:
        TooManySecrets: Too many are being checked at the moment.
    """
    expected = [_parts(stored) for stored in stored_hashes or [_NOBODY]]
    with _turns.take():
        hashes = {salt: _scrypt(secret, salt) for salt in {salt for salt, _ in expected}}
    matches = [hmac.compare_digest(hashes[salt], stored) for salt, stored in expected]
    return any(matches) and bool(stored_hashes)


def _parts(stored_hash: str) -> tuple[bytes, bytes]:
    salt, _, expected = stored_hash.partition(":")
    return bytes.fromhex(salt), bytes.fromhex(expected)


def _scrypt(secret: str, salt: bytes) -> bytes:
    # A lone half of a surrogate pair, which JSON can carry, has no UTF-8 of its own.
    return hashlib.scrypt(secret.encode(errors="surrogatepass"), salt=salt, n=_COST, r=8, p=1)
