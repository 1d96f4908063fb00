"""Links that log the administrator in, once."""

from __future__ import annotations

import hashlib
import secrets
import threading

__all__ = ["Credentials", "OneTimeLinks"]

Credentials = tuple[str, str]
"""The administrator's user name and password."""

_MOST = 20


class OneTimeLinks:
    """The links that nobody has followed yet. Safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._links: dict[str, Credentials] = {}

    def make(self, credentials: Credentials) -> str:
        """Return the code of a new link for whoever has these credentials; the oldest links make room."""
        # The whole link fits into a line of a terminal, which would not have all of it as a link otherwise.
        code = secrets.token_urlsafe(16)
        with self._lock:
            self._links[_hash(code)] = credentials
            while len(self._links) > _MOST:
                del self._links[next(iter(self._links))]
        return code

    def take(self, code: str) -> Credentials | None:
        """Return whom a code logs in, and forget it; None where it is none, or none any more."""
        with self._lock:
            return self._links.pop(_hash(code), None)


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
