"""Tokens that are valid when an event happened, and the same in each run of it."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from typing import Any

from biot_emulator import TokenIssuer
from biot_emulator.security.tokens import TOKEN_SECONDS

__all__ = ["HeldTokens"]

# The plugin's own log-in outlives all events, whenever they happened.
_END_OF_TIME = 4_102_444_800
_RANDOM_CLAIMS = ("jti", "sub", "refreshTokenId")


class HeldTokens(TokenIssuer):
    """Signs with keys of this process alone, as `invoke` does; the time is that of an event."""

    def __init__(self) -> None:
        super().__init__()
        self._instant = 0
        self._random = random.Random(0)  # noqa: S311 - the same in each run

    def hold(self, seconds: int, seed: int) -> None:
        """Sign for another event from now on.

        Args:
            seconds: When it happens, in seconds since 1970.
            seed: What all ids in its tokens follow from.
        """
        self._instant = seconds
        self._random.seed(seed)

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Sign claims, with ids and an expiry that are the same in each run."""
        own = {name: str(uuid.UUID(int=self._random.getrandbits(128), version=4)) for name in _RANDOM_CLAIMS}
        held = {name: own[name] for name in _RANDOM_CLAIMS if name in claims or name == "jti"}
        return super().sign({"exp": self._instant + TOKEN_SECONDS, **claims, **held})

    def sign_until(self, claims: Mapping[str, Any], seconds: int) -> tuple[str, str]:  # noqa: ARG002 - as the other
        """Sign a token for the plugin's own service user, which outlives all events."""
        return self.sign({**claims, "exp": _END_OF_TIME}), "2100-01-01T00:00:00.000Z"
