"""Decides when a call is tried again: where it was not carried out, or where twice is as good as once.

A call that did not reach the platform, or that was answered 429, was not carried out: it is retried whatever its
method. A call that broke off, or was answered 500, 502, 503 or 504, may have been carried out: it is retried only where
that is safe.

A platform that answers 429 or 5xx to many calls is not asked ever more often: these retries come out of a budget that
all calls of a container share. To connect again costs the platform nothing, and is not counted.

A DELETE that is answered 404 after an attempt that may have been carried out has most likely deleted the entity itself,
so that counts as success.
"""

from __future__ import annotations

import random
import time as clock
from collections.abc import Callable
from typing import TYPE_CHECKING

from biot_plugin.platform_errors import PlatformTimeout, PlatformUnreachable

if TYPE_CHECKING:
    from biot_plugin.api_client.retrying.budget import RetryBudget
    from biot_plugin.http.messages import Response
    from biot_plugin.http.time_limit import TimeLimit

#: The methods that HTTP defines as idempotent.
SAFE_METHODS = frozenset(("GET", "PUT", "DELETE"))

#: Attempts in total where the platform responds, or its response breaks off.
_ATTEMPTS = 4
#: Seconds for which calls are retried while the platform cannot be reached.
_PATIENCE = 10.0
#: Seconds of the first and the longest wait.
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0
_NO_CONTENT, _NOT_FOUND, _TOO_MANY_REQUESTS = 204, 404, 429
_TRANSIENT = frozenset((500, 502, 503, 504))


#: Called before each wait, with a text that is safe to log.
OnRetry = Callable[[str], None]


def send_with_retries(
    send: Callable[[], Response],
    *,
    safe: bool,
    time: TimeLimit,
    budget: RetryBudget,
    on_retry: OnRetry,
    deletes: bool = False,
) -> Response:
    """Send a call, retry it where that may help, and return the last response.

    No wait is started for which too little time is left.

    Args:
        send: Sends the call once.
        safe: Whether carrying it out twice is as good as once.
        time: The time limit of all attempts together.
        budget: What retries of calls that reached the platform are taken from.
        on_retry: Called before each wait.
        deletes: Whether the call is a DELETE.

    Raises:
        PlatformUnreachable: The error of the last attempt; its `sent` is true if any attempt may have been carried out.
    """
    attempt, maybe_done = 1, False
    while True:
        try:
            response = send()
        except PlatformUnreachable as error:
            wait = _backoff(attempt)
            if not (_should_reconnect(error, attempt, safe, time) and time.allows(wait) and _may_send(error, budget)):
                error.sent |= maybe_done
                raise
            maybe_done |= error.sent
            reason = str(error)
        else:
            if deletes and maybe_done and response.status == _NOT_FOUND:
                return response._replace(status=_NO_CONTENT, content=b"")
            if attempt == 1 and not _is_in_trouble(response):
                budget.restore()
            # All containers may have been told the same second: none comes before it, and each at another moment.
            wait = response.retry_after + _backoff(attempt)
            if not (_should_resend(response, attempt, safe) and time.allows(wait) and budget.spend()):
                return response
            maybe_done |= response.status != _TOO_MANY_REQUESTS
            reason = f"the platform answered {response.status}"
        on_retry(f"{reason}: trying again in {wait:.1f} s")
        clock.sleep(wait)
        attempt += 1


def _is_in_trouble(response: Response) -> bool:
    return response.status == _TOO_MANY_REQUESTS or response.status in _TRANSIENT


def _may_send(error: PlatformUnreachable, budget: RetryBudget) -> bool:
    return not error.sent or budget.spend()


def _should_resend(response: Response, attempt: int, safe: bool) -> bool:
    return attempt < _ATTEMPTS and _is_in_trouble(response) and (safe or response.status == _TOO_MANY_REQUESTS)


def _should_reconnect(error: PlatformUnreachable, attempt: int, safe: bool, time: TimeLimit) -> bool:
    if isinstance(error, PlatformTimeout):
        return False
    return (safe and attempt < _ATTEMPTS) if error.sent else time.elapsed < _PATIENCE


def _backoff(attempt: int) -> float:
    """Seconds to wait: doubled with each attempt, and randomised so that callers do not retry all at once."""
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, 10))
    return random.uniform(longest / 2, longest)  # noqa: S311
