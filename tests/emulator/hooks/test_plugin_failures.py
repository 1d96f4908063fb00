from __future__ import annotations

import pytest

from biot_emulator.hooks.plugin_failures import FAILURES, Failure, failure_of_address, failure_of_error


@pytest.mark.parametrize(
    ("error_type", "failure"),
    [
        ("Sandbox.Timedout", "timeout"),
        ("Function.MalformedReply", "bad-reply"),
        ("Runtime.MarshalError", "bad-reply"),
        ("KeyError", "crash"),
    ],
)
def test_every_error_is_a_failure(error_type: str, failure: Failure) -> None:
    assert failure_of_error(error_type) == failure
    assert failure in FAILURES


def test_an_address_times_out_or_cannot_be_reached() -> None:
    assert (failure_of_address(timed_out=True), failure_of_address(timed_out=False)) == ("timeout", "crash")
