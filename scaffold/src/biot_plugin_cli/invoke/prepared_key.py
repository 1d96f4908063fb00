"""The key that signs the tokens of what is invoked, made by another process while this one loads its command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from biot_emulator.security.separate_key import SeparateKey

__all__ = ["making_key", "prepared_key"]

_prepared: ContextVar[SeparateKey | None] = ContextVar("key", default=None)


@contextmanager
def making_key() -> Iterator[None]:
    """Have a key made, which is there for all that is invoked within the context; nothing is where that is not safe."""
    key = SeparateKey.start()
    token = _prepared.set(key)
    try:
        yield
    finally:
        _prepared.reset(token)
        if key:
            key.close()


def prepared_key() -> SeparateKey | None:
    """Return the key that was made meanwhile; None if there is none."""
    return _prepared.get()
