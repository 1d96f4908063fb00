from __future__ import annotations

import pytest

from biot_emulator.behaviour.settings import Refusal
from biot_emulator.hooks.plugin_failures import (
    FAILURES,
    Failure,
    failure_of_error,
    plugin_failed,
    reason_of_bad_reply,
    reason_of_error,
)
from biot_emulator.hooks.replies import BadReply
from biot_emulator.services.dispatcher.interceptions import Interception


@pytest.mark.parametrize(
    ("error_type", "failure"),
    [
        ("Sandbox.Timedout", "timeout"),
        ("Function.MalformedReply", "bad-reply"),
        ("Runtime.MarshalError", "bad-reply"),
        ("KeyError", "crash"),
        ("Endpoint.Timedout", "timeout"),
        ("Endpoint.Unreachable", "crash"),
    ],
)
def test_every_error_is_a_failure(error_type: str, failure: Failure) -> None:
    assert failure_of_error(error_type) == failure
    assert failure in FAILURES


def test_the_caller_reads_which_plugin_failed_where_and_how() -> None:
    interception = Interception("https://a.example/", 1, "PRE_REQUEST", "POST/x/v1/things")
    error = plugin_failed(interception, "crash", reason_of_error("KeyError"), Refusal(500, "CRASHED"))
    assert error.message == (
        "The plugin at [https://a.example/] failed as PRE_REQUEST of [POST/x/v1/things]: it ended with KeyError"
    )
    assert (error.status_code, error.code, error.details) == (500, "CRASHED", {"failure": "crash"})
    assert reason_of_bad_reply(BadReply("it has no [request]")) == "its reply cannot be used, as it has no [request]"
