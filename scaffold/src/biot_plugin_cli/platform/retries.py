"""When and how often requests that change nothing are retried."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from biot_plugin_cli.platform.errors import AnswerLost, NotThePlatform, Refusal, Unreachable

__all__ = ["RETRY_PAUSES", "with_retries"]

T = TypeVar("T")

RETRY_PAUSES = (0.5, 1.5, 4.0)
"""Seconds before each retry."""

_RETRIED_STATUSES = frozenset({429, 500, 502, 503, 504})


def with_retries(request: Callable[[], T]) -> T:
    """Send a request until it succeeds, fails permanently, or has been retried often enough.

    Args:
        request: Sends it; must not change anything on the platform.

    Raises:
        Unreachable: The platform did not respond.
        Refusal: The platform responded with an error.
    """
    for pause in RETRY_PAUSES:
        try:
            return request()
        except NotThePlatform:
            raise
        except (Unreachable, AnswerLost):
            pass
        except Refusal as error:
            if error.status_code not in _RETRIED_STATUSES:
                raise
        time.sleep(pause)
    try:
        return request()
    except AnswerLost as error:
        raise Unreachable(str(error)) from error
