"""Tokens that are sent by mail, and are good for one operation: to accept an invitation, or to set a new password."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from biot_emulator.api.errors import TokenNotValid
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store

__all__ = ["ACCEPT_INVITATION", "FORGOT_PASSWORD", "TemporaryTokens"]

ACCEPT_INVITATION = "ACCEPT_INVITATION"
FORGOT_PASSWORD = "FORGOT_PASSWORD"  # noqa: S105  an operation's name

_COLLECTION = "temporary-tokens"
_VALID = {ACCEPT_INVITATION: timedelta(days=7), FORGOT_PASSWORD: timedelta(hours=1)}

Document = dict[str, Any]


class TemporaryTokens:
    """The tokens that were sent, of which the state has hashes alone: one for each operation and person.

    Args:
        store: The state.
        clock: The platform's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def issue(self, operation: str, entity_id: str) -> str:
        """Make a token; the last one for the same is no longer valid."""
        token = secrets.token_urlsafe(32)
        expires = (self._clock.now() + _VALID[operation]).timestamp()
        document = {"hash": _hash(token), "operation": operation, "entityId": entity_id, "expires": expires}
        self._store.put(_COLLECTION, f"{operation}/{entity_id}", document)
        return token

    def check(self, token: str, operation: str, entity_id: str) -> None:
        """Check that a token is good for an operation.

        Raises:
            TokenNotValid: It is for something else, was used, or is expired.
        """
        document = self._store.get(_COLLECTION, f"{operation}/{entity_id}")
        is_known = document is not None and secrets.compare_digest(document["hash"], _hash(token))
        if document is None or not is_known or document["expires"] <= self._clock.now().timestamp():
            raise TokenNotValid("The token is not valid for this operation, or no longer: have a new one sent")

    def use_up(self, operation: str, entity_id: str) -> None:
        """Forget the token for an operation."""
        self._store.delete(_COLLECTION, f"{operation}/{entity_id}")


def _hash(token: str) -> str:
    # The token is random and long: no slow hash is needed to hide it.
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
