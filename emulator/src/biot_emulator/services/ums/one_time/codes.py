"""Codes that are sent to people's phones, and are good for one log-in, for a while and for a few attempts."""

from __future__ import annotations

import hmac
import math
import secrets
from datetime import datetime, timedelta
from typing import Any

from biot_emulator.services.ums.errors import LoginFailed, UserLockedWithTime
from biot_emulator.state.clock import Clock
from biot_emulator.state.store import Store

__all__ = ["OneTimeCodes"]

_CODES = "one-time-codes"
_FAILURES = "wrong-codes"
_DIGITS = 6
_ATTEMPTS = 5
#: After these, whoever has the phone has to wait: nobody tries every code by having new ones sent.
_MOST_FAILURES = 10
_LOCKED = timedelta(minutes=15)
_EACH_USER = 5

Document = dict[str, Any]


class OneTimeCodes:
    """The codes that were sent.

    Args:
        store: The state.
        clock: The platform's time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def issue(self, id: str, user_id: str, minutes: int) -> tuple[str, datetime]:
        """Make a code, which takes the place of the last one of this id.

        Args:
            id: Id of the request or the log-in that it is for.
            user_id: Who may use it.
            minutes: How long.

        Returns:
            The code, and when it expires.
        """
        code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
        expires = self._clock.now() + timedelta(minutes=minutes)
        document = {"id": id, "userId": user_id, "code": code, "expires": expires.timestamp(), "attempts": 0}
        with self._store.transaction():
            self._remove_old(user_id)
            self._store.put(_CODES, id, document)
        return code, expires

    def redeem(self, id: str, code: str) -> str:
        """Use a code up, and return whose it is.

        Raises:
            LoginFailed: It is wrong, used up or expired.
            UserLockedWithTime: Too many wrong ones were sent.
        """
        # Wrong attempts are counted also though the call fails: the error is raised after the transaction.
        with self._store.transaction():
            document = self._store.get(_CODES, id)
            minutes_left = self._minutes_left(document["userId"]) if document else 0
            is_right = document is not None and not minutes_left and self._is_right(document, code)
            if document is not None and not minutes_left:
                self._count(document, is_right)
        if minutes_left:
            message = f"Too many wrong codes were sent: try again in {minutes_left} minutes"
            raise UserLockedWithTime(message, timeLeftInMinutes=minutes_left)
        if document is None or not is_right:
            raise LoginFailed("The code is wrong, or no longer valid: have a new one sent")
        return str(document["userId"])

    def _is_right(self, document: Document, code: str) -> bool:
        in_time = document["expires"] > self._clock.now().timestamp() and document["attempts"] < _ATTEMPTS
        return hmac.compare_digest(code.encode(errors="surrogatepass"), document["code"].encode()) and in_time

    def _count(self, document: Document, is_right: bool) -> None:
        user_id = document["userId"]
        if is_right:
            self._store.delete(_CODES, document["id"])
            self._store.delete(_FAILURES, user_id)
            return
        self._store.put(_CODES, document["id"], {**document, "attempts": document["attempts"] + 1})
        failures = self._store.get(_FAILURES, user_id) or {"id": user_id, "count": 0}
        until = (self._clock.now() + _LOCKED).timestamp()
        self._store.put(_FAILURES, user_id, {**failures, "count": failures["count"] + 1, "until": until})

    def _minutes_left(self, user_id: str) -> int:
        """Return how long a user has to wait for the next attempt; wrong ones are forgotten after a while."""
        failures = self._store.get(_FAILURES, user_id)
        if failures is None:
            return 0
        seconds = failures["until"] - self._clock.now().timestamp()
        if seconds <= 0:
            self._store.delete(_FAILURES, user_id)
            return 0
        return math.ceil(seconds / 60) if failures["count"] >= _MOST_FAILURES else 0

    def _remove_old(self, user_id: str) -> None:
        codes = self._store.all(_CODES)
        now = self._clock.now().timestamp()
        for document in codes:
            if document["expires"] <= now:
                self._store.delete(_CODES, document["id"])
        own = [document["id"] for document in codes if document["userId"] == user_id]
        for id in own[: max(0, len(own) - _EACH_USER + 1)]:
            self._store.delete(_CODES, id)
