"""The log-in of the plugin's service user (contract section 5.3): one token for all events of a container."""

from __future__ import annotations

import random
import threading
import time as clock
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple, TypeGuard

from biot_plugin.api_client.retrying.attempts import send_with_retries
from biot_plugin.api_client.retrying.budget import RetryBudget
from biot_plugin.http.messages import Request, Response
from biot_plugin.http.time_limit import TimeIsUp, TimeLimit
from biot_plugin.platform_errors import LoginFailed, PlatformError, PlatformTimeout, UnexpectedAnswer
from biot_plugin.wire import strict_json
from biot_plugin.wire.timestamp import parse_timestamp

_PATH = "/ums/v2/services/accessToken"
#: Far more than a token has, and less than servers take for a header.
_MAX_TOKEN_LENGTH = 16 * 1024


def _log_nothing(_: str) -> None:
    """Retries of the log-in are not logged, because it is on behalf of many calls."""


def _is_token(value: Any) -> TypeGuard[str]:
    """Whether a value can be sent in a header. Where it cannot, the error would quote it."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= _MAX_TOKEN_LENGTH
        and value.isascii()
        and value.isprintable()
        and " " not in value
    )


class _Token(NamedTuple):
    text: str
    valid_until: float
    replaces_refused: bool


class ServiceLogin:
    """Logs in when a token is needed, once for all threads that wait for it. Safe for several threads.

    Args:
        base_url: The platform's API root.
        user_id: The id of the plugin's service user.
        read_key: Reads its secret key, within a time limit; called once, and again when the platform refused the key.
        send: Sends a request.
        budget: What retries are taken from.
        now: Seconds since the epoch.
    """

    #: Seconds before its expiration at which a token is renewed at the latest; half the lifetime of a short-lived one.
    MARGIN = 60.0
    #: The part of a token's lifetime over which containers that started together spread their renewals.
    SPREAD = 0.1
    #: Seconds that a log-in in the background may take.
    PREFETCH_SECONDS = 5.0
    #: Minimum seconds between two renewals, where the platform refused the old token and then the new one.
    RENEWAL_FLOOR = 30.0

    def __init__(
        self,
        base_url: str,
        user_id: str,
        read_key: Callable[[TimeLimit], str],
        send: Callable[[Request, TimeLimit], Response],
        budget: RetryBudget,
        *,
        now: Callable[[], float] = clock.time,
    ) -> None:
        self._url = base_url + _PATH
        self._user_id = user_id
        self._read_key = read_key
        self._key: str | None = None
        self._send = send
        self._budget = budget
        self._now = now
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._accepted: str | None = None
        self._renewed_at = float("-inf")
        self._failure: tuple[float, PlatformError] | None = None

    def prefetch(self, headers: dict[str, str]) -> None:
        """Log in before a token is needed. Failures are ignored: threads that waited for the log-in try again.

        A platform that answers that it is in trouble is not asked again before a call needs the token: all containers
        that start together would go on asking, while events have to wait for the key in any case.
        """
        time, never = TimeLimit(self.PREFETCH_SECONDS), RetryBudget(0)
        with suppress(PlatformError), self._exclusive(headers, time):
            if self._token is None:
                self._token = self._new_token(headers, time, never, replaces_refused=False)

    def token(self, headers: dict[str, str], time: TimeLimit) -> str:
        """Return a valid token.

        Args:
            headers: Headers of the log-in request, if one is needed.
            time: The time limit of the log-in.

        Raises:
            LoginFailed: The platform refuses the log-in.
            PlatformError: The log-in got no usable response.
        """
        token = self._token
        if token and self._now() < token.valid_until:
            return token.text
        with self._exclusive(headers, time):
            token = self._token
            if not token or self._now() >= token.valid_until:
                token = self._token = self._log_in(headers, time, replaces_refused=False)
            return token.text

    def replace(self, refused: str, headers: dict[str, str], time: TimeLimit) -> str | None:
        """Return a token to replace one that the platform refused; None where a new one would be refused as well.

        Raises:
            LoginFailed: The platform refuses the log-in.
            PlatformError: The log-in got no usable response.
        """
        with self._exclusive(headers, time):
            token = self._token
            if token is None or token.text == refused:
                if token and self._is_renewal_futile(token):
                    return None
                self._renewed_at = clock.monotonic()
                token = self._token = self._log_in(headers, time, replaces_refused=True)
            return token.text

    def mark_accepted(self, token: str) -> None:
        """Record that the platform accepted a token. Calls that were sent with an older token are ignored."""
        if self._token and self._token.text == token:
            self._accepted = token

    def _is_renewal_futile(self, token: _Token) -> bool:
        """Whether a token that was new a moment ago was never accepted: the next one would be refused, too."""
        never_accepted = token.replaces_refused and self._accepted != token.text
        return never_accepted and clock.monotonic() - self._renewed_at < self.RENEWAL_FLOOR

    @contextmanager
    def _exclusive(self, headers: dict[str, str], time: TimeLimit) -> Iterator[None]:
        """Let one thread at a time log in. Threads that waited while the log-in failed get the same error."""
        since = clock.monotonic()
        request = self._request(headers)
        try:
            acquired = self._lock.acquire(timeout=time.left())
        except TimeIsUp:
            acquired = False
        if not acquired:
            raise PlatformTimeout(request.call, "no response in time", sent=False, trace_id=request.trace_id)
        try:
            if self._failure and self._failure[0] >= since:
                raise self._failure[1].with_traceback(None)
            yield
        finally:
            self._lock.release()

    def _log_in(self, headers: dict[str, str], time: TimeLimit, *, replaces_refused: bool) -> _Token:
        try:
            return self._new_token(headers, time, self._budget, replaces_refused=replaces_refused)
        except PlatformTimeout:
            raise  # Other threads that wait may have more time.
        except PlatformError as error:
            self._failure = clock.monotonic(), error
            raise

    def _new_token(
        self, headers: dict[str, str], time: TimeLimit, budget: RetryBudget, *, replaces_refused: bool
    ) -> _Token:
        if self._key is None:
            self._key = self._read_key(time)
        content = strict_json.dumps({"id": self._user_id, "secretKey": self._key})
        request = self._request(headers, content.encode())
        response = send_with_retries(
            lambda: self._send(request, time), safe=True, time=time, budget=budget, on_retry=_log_nothing
        )
        try:
            body = strict_json.loads(response.content)
        except ValueError:
            body = None
        if response.status >= 400:
            # It may have been replaced by another one.
            self._key = None
            raise LoginFailed(request.call, response.status, body, trace_id=request.trace_id)
        token = body.get("accessToken") if isinstance(body, dict) else None
        expiration = body.get("accessTokenExpiration") if isinstance(body, dict) else None
        expires = parse_timestamp(expiration if isinstance(expiration, str) else None)
        if not _is_token(token) or expires is None:
            reason = f"answered {response.status} without a token and its expiration"
            raise UnexpectedAnswer(request.call, reason, status=response.status, trace_id=request.trace_id)
        return _Token(token, self._valid_until(expires), replaces_refused)

    def _valid_until(self, expires: datetime) -> float:
        lifetime = expires.timestamp() - self._now()
        margin = self.MARGIN + random.uniform(0, self.SPREAD * lifetime)  # noqa: S311
        return expires.timestamp() - min(margin, lifetime / 2)

    def _request(self, headers: dict[str, str], content: bytes = b"") -> Request:
        return Request("POST", self._url, headers, content)
