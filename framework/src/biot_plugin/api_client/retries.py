"""When a call is tried again: only where the platform cannot have carried it out, or where twice is as good as once.

A call that did not reach the platform, or that it asked to come later with (429), was not carried out: it is tried
again whatever it is. One that broke off, or that the platform failed at, may have been: it is tried again where it is
safe.

What a deletion finds gone, after an attempt that may have been carried out, it has deleted itself as far as anybody can
tell: that counts as done.
"""

from __future__ import annotations

import random
import time as clock
from collections.abc import Callable
from typing import TYPE_CHECKING

from biot_plugin.platform_errors import PlatformTimeout, PlatformUnreachable

if TYPE_CHECKING:
    from biot_plugin.http.exchange import Answer
    from biot_plugin.http.time_limit import TimeLimit

#: HTTP promises of these that doing it twice is as good as doing it once.
SAFE_METHODS = frozenset(("GET", "PUT", "DELETE"))

#: How often a call is tried where the platform answers, or breaks off its answer.
_ATTEMPTS = 4
#: Seconds for which a platform that cannot be reached is tried again.
_PATIENCE = 10.0
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0
_NO_CONTENT, _NOT_FOUND, _TOO_MANY_REQUESTS = 204, 404, 429
_PASSING = frozenset((500, 502, 503, 504))


#: Is told of each wait, in words that are safe to log.
Tell = Callable[[str], None]


def with_retries(
    send: Callable[[], Answer], *, safe: bool, time: TimeLimit, tell: Tell, deletes: bool = False
) -> Answer:
    """Sends a call, again where that may help, and gives the last answer.

    No wait is begun that the time does not allow.

    Args:
        send: Sends it once.
        safe: Whether carrying it out twice is as good as once.
        time: What all attempts together may take.
        tell: Is told of each wait.
        deletes: Whether it deletes something.

    Raises:
        PlatformUnreachable: What the last attempt raised; `sent` is about all of them.
    """
    attempt, maybe_done = 1, False
    while True:
        try:
            answer = send()
        except PlatformUnreachable as error:
            wait = _backoff(attempt)
            if not _may_reach(error, attempt, safe, time) or not time.allows(wait):
                error.sent |= maybe_done
                raise
            maybe_done |= error.sent
            what = str(error)
        else:
            if deletes and maybe_done and answer.status == _NOT_FOUND:
                return answer._replace(status=_NO_CONTENT, content=b"")
            wait = max(_backoff(attempt), _asked_for(answer))
            if not _may_help(answer, attempt, safe) or not time.allows(wait):
                return answer
            maybe_done |= answer.status != _TOO_MANY_REQUESTS
            what = f"the platform answered {answer.status}"
        tell(f"{what}: trying again in {wait:.1f} s")
        clock.sleep(wait)
        attempt += 1


def _may_help(answer: Answer, attempt: int, safe: bool) -> bool:
    return attempt < _ATTEMPTS and (answer.status == _TOO_MANY_REQUESTS or (safe and answer.status in _PASSING))


def _may_reach(failure: PlatformUnreachable, attempt: int, safe: bool, time: TimeLimit) -> bool:
    if isinstance(failure, PlatformTimeout):
        return False
    return (safe and attempt < _ATTEMPTS) if failure.sent else time.passed < _PATIENCE


def _backoff(attempt: int) -> float:
    """Seconds to wait, twice as long each time and never the same for all who wait."""
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, 10))
    return random.uniform(longest / 2, longest)  # noqa: S311


def _asked_for(answer: Answer) -> float:
    """Seconds that the platform asks to wait for."""
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() else 0.0
