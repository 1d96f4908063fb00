"""When and how often requests that change nothing are retried."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NoReturn, TypeVar

from biot_plugin_cli.platform.errors import AnswerLost, NotThePlatform, Refusal, Unreachable

__all__ = ["RETRY_PAUSES", "with_retries"]

T = TypeVar("T")

RETRY_PAUSES = (0.5, 1.5, 4.0)
"""Seconds before each retry."""

_PATIENCE = 60.0
_RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})


def with_retries(request: Callable[[], T]) -> T:
    """Send a request until it succeeds, fails permanently, or has been retried often or long enough.

    Args:
        request: Sends it; must not change anything on the platform.

    Raises:
        Unreachable: The platform did not respond.
        Refusal: The platform responded with an error.
    """
    end = time.monotonic() + _PATIENCE
    pauses = iter(RETRY_PAUSES)
    while True:
        pause = next(pauses, None)
        try:
            return request()
        except (Unreachable, AnswerLost, Refusal) as error:
            if pause is None or _is_permanent(error) or time.monotonic() > end:
                _give_up(error)
            time.sleep(pause)


def _is_permanent(error: Exception) -> bool:
    if isinstance(error, Refusal):
        return error.status_code not in _RETRIED_STATUSES
    return isinstance(error, NotThePlatform)


def _give_up(error: Unreachable | AnswerLost | Refusal) -> NoReturn:
    # What changes nothing is not lost, whatever became of the response.
    if isinstance(error, AnswerLost):
        raise Unreachable(str(error)) from error
    raise error
