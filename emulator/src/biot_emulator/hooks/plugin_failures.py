"""How a plugin can fail, which failure an error of Lambda's is, and what the caller reads (contract section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from biot_emulator.api.errors import PluginFailed
from biot_emulator.hooks.outside_calls import TIMED_OUT
from biot_emulator.services.dispatcher.interceptions import Interception

__all__ = [
    "FAILURES",
    "Failure",
    "failure_of_error",
    "plugin_failed",
    "reason_of_bad_reply",
    "reason_of_error",
]

Failure = Literal["crash", "timeout", "bad-reply"]

FAILURES: Mapping[Failure, str] = {
    "crash": "crashes or cannot be reached",
    "timeout": "takes too long",
    "bad-reply": "replies what cannot be used",
}
"""The failures, and what a plugin does then."""

_BY_ERROR_TYPE: Mapping[str, Failure] = {
    "Sandbox.Timedout": "timeout",
    TIMED_OUT: "timeout",
    "Function.MalformedReply": "bad-reply",
    "Function.ResponseSizeTooLarge": "bad-reply",
    "Runtime.MarshalError": "bad-reply",
}
"""Every other type is a crash."""


def failure_of_error(error_type: str) -> Failure:
    """Return the failure that an error of an invocation is."""
    return _BY_ERROR_TYPE.get(error_type, "crash")


def reason_of_error(error_type: str) -> str:
    """Return what the caller reads of an error: not its message, which could be about a patient."""
    return f"it ended with {error_type}"


def reason_of_bad_reply(problem: Exception) -> str:
    """Return what the caller reads of a reply that cannot be used."""
    return f"its reply cannot be used, as {problem}"


def plugin_failed(interception: Interception, failure: Failure, reason: str) -> PluginFailed:
    """Return the error of a call that fails because a plugin that intercepts it did."""
    hook = f"{interception.type} of [{interception.hook}]"
    return PluginFailed(f"The plugin at [{interception.endpoint}] failed as {hook}: {reason}", failure=failure)
