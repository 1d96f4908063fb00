"""How a plugin can fail, and which failure an error of Lambda's is (contract section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

__all__ = ["FAILURES", "Failure", "failure_of_address", "failure_of_error"]

Failure = Literal["crash", "timeout", "bad-reply"]

FAILURES: Mapping[Failure, str] = {
    "crash": "crashes or cannot be reached",
    "timeout": "takes too long",
    "bad-reply": "replies what cannot be used",
}
"""The failures, and what a plugin does then."""

_BY_ERROR_TYPE: Mapping[str, Failure] = {
    "Sandbox.Timedout": "timeout",
    "Function.MalformedReply": "bad-reply",
    "Function.ResponseSizeTooLarge": "bad-reply",
    "Runtime.MarshalError": "bad-reply",
}
"""Every other type is a crash."""


def failure_of_error(error_type: str) -> Failure:
    """Return the failure that an error of an invocation is."""
    return _BY_ERROR_TYPE.get(error_type, "crash")


def failure_of_address(*, timed_out: bool) -> Failure:
    """Return the failure that an address outside of the platform without a response is."""
    return "timeout" if timed_out else "crash"
