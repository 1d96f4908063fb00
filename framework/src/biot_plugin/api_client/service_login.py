"""The plugin's log-in as its service user (contract section 5.3): one token for all events of a container."""

from __future__ import annotations

import threading
import time as clock
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import NamedTuple

from biot_plugin.api_client.retries import with_retries
from biot_plugin.http.exchange import Answer, Request
from biot_plugin.http.time_limit import TimeIsUp, TimeLimit
from biot_plugin.platform_errors import LoginFailed, PlatformError, PlatformTimeout, UnexpectedAnswer
from biot_plugin.settings import Credentials
from biot_plugin.wire import strict_json
from biot_plugin.wire.timestamp import parse_timestamp

_PATH = "/ums/v2/services/accessToken"


def _nobody(_: str) -> None:
    """The log-in is tried again without a word: it is on behalf of many calls."""


class _Token(NamedTuple):
    text: str
    good_until: float
    replaces_refused: bool


class ServiceLogin:
    """Logs in when a token is needed, once for all who wait for it. Safe for several threads.

    Args:
        base_url: The platform's API root.
        credentials: Who to log in as.
        send: Sends a request.
        now: Seconds since the epoch.
    """

    #: Seconds before its end at which a token is renewed; of a short-lived one, half of its life.
    MARGIN = 60.0
    #: Seconds before a token is replaced that itself replaced a refused one and was refused, too.
    RENEWAL_FLOOR = 30.0

    def __init__(
        self,
        base_url: str,
        credentials: Credentials,
        send: Callable[[Request, TimeLimit], Answer],
        *,
        now: Callable[[], float] = clock.time,
    ) -> None:
        self._url = base_url + _PATH
        self._credentials = credentials
        self._send = send
        self._now = now
        self._lock = threading.Lock()
        self._token: _Token | None = None
        self._accepted: str | None = None
        self._renewed_at = float("-inf")
        self._failure: tuple[float, PlatformError] | None = None

    def prefetch(self, headers: dict[str, str], time: TimeLimit) -> None:
        """Logs in before anybody asks. A failure is nobody's: who waited for it tries again."""
        with suppress(PlatformError), self._alone(headers, time):
            if self._token is None:
                self._token = self._new_token(self._request(headers), time, replaces_refused=False)

    def token(self, headers: dict[str, str], time: TimeLimit) -> str:
        """The token that is good now.

        Args:
            headers: Of the request that may be needed for it.
            time: What it may take.

        Raises:
            LoginFailed: The platform does not let the service user in.
            PlatformError: It cannot be asked.
        """
        token = self._token
        if token and self._now() < token.good_until:
            return token.text
        with self._alone(headers, time):
            token = self._token
            if not token or self._now() >= token.good_until:
                token = self._token = self._log_in(headers, time, replaces_refused=False)
            return token.text

    def newer_than(self, refused: str, headers: dict[str, str], time: TimeLimit) -> str | None:
        """A token in place of one that the platform refused; None where a new one would be refused as well.

        Raises:
            LoginFailed: The platform does not let the service user in.
            PlatformError: It cannot be asked.
        """
        with self._alone(headers, time):
            token = self._token
            if token is None or token.text == refused:
                if token and self._is_in_vain(token):
                    return None
                self._renewed_at = clock.monotonic()
                token = self._token = self._log_in(headers, time, replaces_refused=True)
            return token.text

    def accepted(self, token: str) -> None:
        """Notes that the platform took a token. A call that comes home late, with an older one, tells nothing."""
        if self._token and self._token.text == token:
            self._accepted = token

    def _is_in_vain(self, token: _Token) -> bool:
        """Whether a token that was new a moment ago was never taken: the next one would fare no better."""
        never_taken = token.replaces_refused and self._accepted != token.text
        return never_taken and clock.monotonic() - self._renewed_at < self.RENEWAL_FLOOR

    @contextmanager
    def _alone(self, headers: dict[str, str], time: TimeLimit) -> Iterator[None]:
        """Has one thread at a time log in. Those who waited while the log-in failed share that failure."""
        since = clock.monotonic()
        request = self._request(headers)
        try:
            entered = self._lock.acquire(timeout=time.left())
        except TimeIsUp:
            entered = False
        if not entered:
            raise PlatformTimeout(request.call, "no answer in time", sent=False, trace_id=request.trace_id)
        try:
            if self._failure and self._failure[0] >= since:
                raise self._failure[1].with_traceback(None)
            yield
        finally:
            self._lock.release()

    def _log_in(self, headers: dict[str, str], time: TimeLimit, *, replaces_refused: bool) -> _Token:
        try:
            return self._new_token(self._request(headers), time, replaces_refused=replaces_refused)
        except PlatformTimeout:
            raise  # Whoever else waits may have more time.
        except PlatformError as error:
            self._failure = clock.monotonic(), error
            raise

    def _new_token(self, request: Request, time: TimeLimit, *, replaces_refused: bool) -> _Token:
        answer = with_retries(lambda: self._send(request, time), safe=True, time=time, tell=_nobody)
        try:
            body = strict_json.loads(answer.content)
        except ValueError:
            body = None
        if answer.status >= 400:
            raise LoginFailed(request.call, answer.status, body, trace_id=request.trace_id)
        token = body.get("accessToken") if isinstance(body, dict) else None
        expiration = body.get("accessTokenExpiration") if isinstance(body, dict) else None
        expires = parse_timestamp(expiration if isinstance(expiration, str) else None)
        if not isinstance(token, str) or not token or expires is None:
            reason = f"answered {answer.status} without a token and its expiration"
            raise UnexpectedAnswer(request.call, reason, status=answer.status, trace_id=request.trace_id)
        return _Token(token, self._good_until(expires), replaces_refused)

    def _good_until(self, expires: datetime) -> float:
        life = expires.timestamp() - self._now()
        return expires.timestamp() - min(self.MARGIN, life / 2)

    def _request(self, headers: dict[str, str]) -> Request:
        content = strict_json.dumps({"id": self._credentials.id, "secretKey": self._credentials.secret_key})
        return Request("POST", self._url, headers, content.encode())
