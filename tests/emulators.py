"""What makes the emulators that tests start and stop by the hundred quick, where no test is about it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest

from biot_emulator.security import secret_hashes
from biot_emulator.security.signing_key import SigningKey

__all__ = ["quick_emulators"]

# More than one emulator, or all rotations of a test, use.
_KEYS = 8


@contextmanager
def quick_emulators() -> Iterator[None]:
    """Share signing keys between the emulators of this process, hash secrets at little cost, and stop at once."""
    import uvicorn.server

    from tests.prompt_server import PromptServer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SigningKey, "generate", _shared_keys().__next__)
        patch.setattr(secret_hashes, "_COST", 2**4)
        patch.setattr(uvicorn, "Server", PromptServer)
        patch.setattr(uvicorn.server, "asyncio", _Impatient())
        yield


@cache
def _shared_keys() -> Iterator[SigningKey]:
    return itertools.cycle([SigningKey.generate() for _ in range(_KEYS)])


class _Impatient:
    """`asyncio` for a server that looks ten times as often whether its last connections are over."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 10)
