"""The log-ins that are in force: a token is valid as long as the log-in that it is from."""

from __future__ import annotations

import time
import uuid

from biot_emulator.state.store import Store

__all__ = ["LOGINS", "Sessions"]

LOGINS = "log-ins"
"""The collection of the log-ins, which a reset leaves alone so that the administrator's tokens stay valid."""

_MOST = 10_000
_EACH = 100


class Sessions:
    """The log-ins of people. They end when somebody logs out, with the user, and when their last token expires.

    Args:
        store: The state.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._started = 0

    def start(self, user_id: str, seconds: int, *, pending: bool = False) -> str:
        """Start a log-in, and return its id.

        Args:
            user_id: Whose it is.
            seconds: How long its tokens are valid.
            pending: Whether it still needs the code of its second step.
        """
        id = str(uuid.uuid4())
        self._put(id, user_id, seconds, pending)
        self._started += 1
        if self._started % _EACH == 0:
            self._remove_oldest()
        return id

    def extend(self, id: str, user_id: str, seconds: int) -> bool:
        """Have a log-in last longer, as its tokens are renewed or its second step is done.

        Returns:
            Whether it was still there: somebody may have logged out meanwhile.
        """
        with self._store.transaction():
            if self._state(id, user_id) is None:
                return False
            self._put(id, user_id, seconds, pending=False)
        return True

    def is_active(self, id: str, user_id: str) -> bool:
        """Whether a user's log-in is in force, with all its steps done."""
        return self._state(id, user_id) is False

    def is_pending(self, id: str, user_id: str) -> bool:
        """Whether a user's log-in still needs the code of its second step."""
        return self._state(id, user_id) is True

    def end(self, id: str) -> None:
        """End a log-in: its tokens are no longer valid."""
        self._store.delete(LOGINS, id)

    def end_all(self, user_id: str, but: str = "") -> None:
        """End a user's log-ins, but for one of them."""
        with self._store.transaction():
            for document in self._store.all(LOGINS):
                if document["userId"] == user_id and document["id"] != but:
                    self._store.delete(LOGINS, document["id"])

    def _state(self, id: str, user_id: str) -> bool | None:
        document = self._store.get(LOGINS, id)
        if document is None or document["userId"] != user_id or document["expires"] <= time.time():
            return None
        return bool(document["pending"])

    def _put(self, id: str, user_id: str, seconds: int, pending: bool) -> None:
        # Tokens expire by the machine's time, and their log-in with them.
        expires = int(time.time()) + seconds
        self._store.put(LOGINS, id, {"id": id, "userId": user_id, "expires": expires, "pending": pending})

    def _remove_oldest(self) -> None:
        with self._store.transaction():
            documents = self._store.all(LOGINS)
            for number, document in enumerate(documents):
                if document["expires"] <= time.time() or number < len(documents) - _MOST:
                    self._store.delete(LOGINS, document["id"])
