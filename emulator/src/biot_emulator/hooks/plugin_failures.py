"""How a plugin can fail, which failure an error of Lambda's is, and what the caller reads (contract section 2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from biot_emulator.api.errors import PluginFailed
from biot_emulator.behaviour.settings import FailureKind, Refusal
from biot_emulator.hooks.outside_calls import TIMED_OUT
from biot_emulator.services.dispatcher.interceptions import Interception

__all__ = [
    "FAILURES",
    "Failure",
    "Policy",
    "failure_kind",
    "failure_of_error",
    "plugin_failed",
    "reason_of_bad_reply",
    "reason_of_error",
]

Failure = Literal["refusal", "bad-gateway", "crash", "timeout", "no-answer", "bad-reply"]
Policy = Literal["crash", "timeout", "bad-reply"]

FAILURES: Mapping[Policy, str] = {
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

_KINDS: Mapping[Failure, FailureKind] = {
    "refusal": "refusal",
    "bad-gateway": "bad_gateway",
    "crash": "crash",
    "timeout": "timeout",
    "no-answer": "no_answer",
    "bad-reply": "bad_reply",
}


def failure_of_error(error_type: str) -> Failure:
    """Return the failure that an error of an invocation is."""
    return _BY_ERROR_TYPE.get(error_type, "crash")


def failure_kind(failure: Failure) -> FailureKind:
    """Return what the setting of a failure is called."""
    return _KINDS[failure]


def reason_of_error(error_type: str) -> str:
    """Return what the caller reads of an error: not its message, which could be about a patient."""
    return f"it ended with {error_type}"


def reason_of_bad_reply(problem: Exception) -> str:
    """Return what the caller reads of a reply that cannot be used."""
    return f"its reply cannot be used, as {problem}"


def plugin_failed(interception: Interception, failure: str, reason: str, refusal: Refusal) -> PluginFailed:
    """Return the error of a call that fails because a plugin that intercepts it did."""
    hook = f"{interception.type} of [{interception.hook}]"
    message = f"The plugin at [{interception.endpoint}] failed as {hook}: {reason}"
    return PluginFailed(message, refusal.status, refusal.code, failure=failure)
