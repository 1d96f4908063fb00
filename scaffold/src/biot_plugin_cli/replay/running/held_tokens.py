"""Tokens that are valid when an event happened, and the same in each run of it."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from biot_emulator import TokenIssuer
from biot_emulator.security.tokens import TOKEN_SECONDS

if TYPE_CHECKING:
    from biot_emulator.security.token_scopes import TokenKind

__all__ = ["HeldTokens"]

# The plugin's own log-in outlives all events, whenever they happened.
_END_OF_TIME = 4_102_444_800
_TIMES = ("exp", "iat", "nbf")
_RANDOM_CLAIMS = ("jti", "sub", "refreshTokenId")


class HeldTokens(TokenIssuer):
    """Signs with keys of this process alone, as `invoke` does; the time is that of an event."""

    def __init__(self) -> None:
        super().__init__()
        self._instant = 0
        self._random = random.Random(0)  # noqa: S311 - the same in each run
        self._claims: dict[str, Any] = {}
        self._recorded: dict[str, Any] = {}

    def hold(self, seconds: int, seed: int, claims: Mapping[str, Any] | None = None) -> None:
        """Sign for another event from now on.

        Args:
            seconds: When it happens, in seconds since 1970.
            seed: What all ids in its tokens follow from.
            claims: The claims of the caller, as they were recorded.
        """
        # What it says of time is that of another event, as all times in a recording.
        self._claims = {name: value for name, value in (claims or {}).items() if name not in _TIMES}
        self._instant = seconds
        self._random.seed(seed)

    def sign_for(self, kind: TokenKind) -> str:
        """Sign a token of the event's caller: handlers decide by its claims, and call the platform with its ids."""
        self._recorded = self._claims
        try:
            return super().sign_for(kind)
        finally:
            self._recorded = {}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Sign claims, with ids and an expiry that are the same in each run."""
        own = {name: str(uuid.UUID(int=self._random.getrandbits(128), version=4)) for name in _RANDOM_CLAIMS}
        held = {name: own[name] for name in _RANDOM_CLAIMS if name in claims or name == "jti"}
        return super().sign({"exp": self._instant + TOKEN_SECONDS, **claims, **held, **self._recorded})

    def sign_until(self, claims: Mapping[str, Any], seconds: int) -> tuple[str, str]:  # noqa: ARG002 - as the other
        """Sign a token for the plugin's own service user, which outlives all events."""
        return self.sign({**claims, "exp": _END_OF_TIME}), "2100-01-01T00:00:00.000Z"
