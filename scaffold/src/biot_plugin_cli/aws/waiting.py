"""Waits until AWS has done what it accepted: changes take effect later than their calls return."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from biot_plugin_cli.aws.errors import error_code
from biot_plugin_cli.errors import OperationFailed

__all__ = ["until", "when_ready"]

T = TypeVar("T")

PAUSE = 1.0
"""Seconds between two looks."""
MAX_SECONDS = 300.0
"""Seconds that a function may take, as for AWS's own tools."""
MAX_ROLE_SECONDS = 120.0
"""Seconds that a new role may take until it can be assumed."""

# The code stands for permanent mistakes, too; only the message tells that it is about time.
_NOT_READY = (
    "cannot be assumed by lambda",
    "does not have permissions to call",
    "kms key is invalid for creategrant",
    "throttled due to",
    # The policy of a repository, too, is not known everywhere at once.
    "access the ecr image",
)
_CODES = ("InvalidParameterValueException", "AccessDeniedException")


def until(read: Callable[[], T], is_done: Callable[[T], bool], what: str) -> T:
    """Read a state until it is the expected one.

    Args:
        read: Reads the state.
        is_done: Whether it is the expected one; may raise an error.
        what: What is waited for, for the error message.

    Raises:
        OperationFailed: It takes too long.
    """
    deadline = time.monotonic() + MAX_SECONDS
    while not is_done(state := read()):
        if time.monotonic() > deadline:
            raise OperationFailed(f"AWS takes longer than {MAX_SECONDS:.0f} seconds for {what}: run this command again")
        time.sleep(PAUSE)
    return state


def when_ready(call: Callable[[], T]) -> T:
    """Run a call that needs a new role, key or network interface, again and again until AWS knows them everywhere."""
    deadline = time.monotonic() + MAX_ROLE_SECONDS
    while True:
        try:
            return call()
        except Exception as error:
            if error_code(error) not in _CODES or time.monotonic() > deadline:
                raise
            if not any(text in str(error).lower() for text in _NOT_READY):
                raise
        time.sleep(PAUSE)
